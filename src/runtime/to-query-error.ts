import { ConnectionError, type Outcome, PoolTimeoutError, ReadTimeoutError } from './connection-errors.ts';
import { databaseError, printable } from './database-errors.ts';
import { DecodeError, QueryError } from './errors.ts';
import { READ_TIMEOUT, wasNotSent } from './pg.ts';
import { TOO_LARGE, TOO_LONG } from './pg-statement.ts';
import { endsConnection, isServerError } from './server-error.ts';
import type { BoundStatement } from './statement.ts';

/**
 * The error to throw for whatever running a query threw: it names the query, and what loggers print has no values.
 * `outcome` is what is known where the connection was lost.
 */
export function toQueryError(
  origin: BoundStatement['origin'],
  error: unknown,
  outcome: Outcome = origin.readOnly === true || wasNotSent(error) ? 'not done' : 'unknown',
): QueryError {
  if (error instanceof QueryError) {
    return error;
  }
  if (isServerError(error)) {
    return endsConnection(error)
      ? new ConnectionError(origin, printable(error), error.code, outcome)
      : databaseError(origin, error);
  }
  // What else a driver throws is about the connection; these two are told apart by their words alone.
  const { message, code, detail, cause } = error as {
    [Name in 'message' | 'code' | 'detail' | 'cause']?: unknown;
  };
  if (code === TOO_LONG || code === TOO_LARGE) {
    return new DecodeError(
      origin,
      '',
      code === TOO_LONG ? 'a text of more than 512 MB' : 'rows of more than 1 GB; read them with `iterate`',
    );
  }
  switch (message) {
    case 'timeout exceeded when trying to connect':
      return new PoolTimeoutError(origin, typeof detail === 'string' ? detail : '');
    case READ_TIMEOUT:
      return new ReadTimeoutError(origin, outcome);
    default:
      return new ConnectionError(
        origin,
        String(message || code),
        (code ?? (cause as { code?: unknown } | undefined)?.code) as string | undefined,
        outcome,
        undefined,
        cause === undefined ? undefined : toQueryError(origin, cause, outcome),
      );
  }
}
