import { type Origin, QueryError } from './errors.ts';

/** Whether a failed call took effect: it certainly did not, or that is unknown, since the answer to it was lost. */
export type Outcome = 'not done' | 'unknown';

/** The connection could not be made, or broke. */
export class ConnectionError extends QueryError {
  /** The system's or the server's code, such as `ECONNREFUSED` or `57P01`, if there is one. */
  declare readonly code: string | undefined;
  /** `'not done'`: it can be run again. `'unknown'`: look first whether it took effect. */
  declare readonly outcome: Outcome;

  constructor(
    origin: Origin,
    message: string,
    code: string | undefined,
    outcome: Outcome,
    name = 'ConnectionError',
    cause?: QueryError,
  ) {
    super(origin, name, message, cause);
    this.code = code;
    this.outcome = outcome;
  }
}

/** The call took longer than it may, or its signal was aborted. */
export class InterruptedError extends ConnectionError {
  declare readonly by: 'timeout' | 'signal';

  constructor(origin: Origin, by: 'timeout' | 'signal', outcome: Outcome) {
    super(
      origin,
      `${by === 'signal' ? 'aborted' : 'timed out'}, ${outcome === 'unknown' ? 'outcome unknown' : outcome}`,
      undefined,
      outcome,
      'InterruptedError',
    );
    this.by = by;
  }
}

/** No connection of the pool came free in time. Nothing was sent. */
export class PoolTimeoutError extends ConnectionError {
  constructor(origin: Origin, detail: string) {
    super(origin, `no connection became free in time${detail}`, undefined, 'not done', 'PoolTimeoutError');
  }
}

/** pg's `query_timeout` passed without an answer. A pool closes the connection. */
export class ReadTimeoutError extends ConnectionError {
  constructor(origin: Origin, outcome: Outcome) {
    super(origin, 'no answer within query_timeout', undefined, outcome, 'ReadTimeoutError');
  }
}
