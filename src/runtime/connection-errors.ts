import { type Origin, QueryError } from './errors.ts';

/** The connection could not be made, or broke. Whether the statement took effect is not known if it broke. */
export class ConnectionError extends QueryError {
  /** The system's or the server's code, such as `ECONNREFUSED` or `57P01`, if there is one. */
  readonly code: string | undefined;

  constructor(origin: Origin, message: string, code: string | undefined, name = 'ConnectionError') {
    super(origin, name, message);
    this.code = code;
  }
}

/** No connection of the pool came free in time. Nothing was sent. */
export class PoolTimeoutError extends ConnectionError {
  constructor(origin: Origin, detail: string) {
    super(origin, `no connection of the pool came free in time${detail}`, undefined, 'PoolTimeoutError');
  }
}

/** pg's `query_timeout` passed without an answer. A pool closes the connection. */
export class ReadTimeoutError extends ConnectionError {
  constructor(origin: Origin) {
    super(origin, "no answer within the connection's query_timeout", undefined, 'ReadTimeoutError');
  }
}
