import { ConnectionError, PoolTimeoutError, ReadTimeoutError } from './connection-errors.ts';
import { databaseError } from './database-errors.ts';
import { type Origin, QueryError } from './errors.ts';
import { READ_TIMEOUT } from './pg.ts';
import { endsConnection, isServerError } from './server-error.ts';

/** The error to throw for whatever running a query threw: it names the query, and what loggers print has no values. */
export function toQueryError(origin: Origin, error: unknown): QueryError {
  if (error instanceof QueryError) {
    return error;
  }
  if (isServerError(error)) {
    return endsConnection(error)
      ? new ConnectionError(origin, error.message, error.code)
      : databaseError(origin, error);
  }
  // What else a driver throws is about the connection; these two are told apart by their words alone.
  const { message, code, detail } = error as { message?: unknown; code?: unknown; detail?: unknown };
  switch (message) {
    case 'timeout exceeded when trying to connect':
      return new PoolTimeoutError(origin, typeof detail === 'string' ? detail : '');
    case READ_TIMEOUT:
      return new ReadTimeoutError(origin);
    default:
      return new ConnectionError(
        origin,
        String(message || code),
        typeof code === 'string' ? code : undefined,
      );
  }
}
