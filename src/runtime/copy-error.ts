import { type Origin, QueryError } from './errors.ts';

/** `copyFrom` or `copyTo` cannot take the query, or a row of `copyFrom` cannot be written. */
export class CopyError extends QueryError {
  /** Which row, counted from 1; null where the query is what is wrong. `cause` says why. */
  readonly row: number | null;

  constructor(origin: Origin, row: number | null, message: string, cause?: QueryError) {
    super(origin, 'CopyError', message, cause);
    this.row = row;
  }
}

/** The error for a row, which has what is wrong with it as its cause. */
export function rowError(origin: Origin, row: number, cause: QueryError): CopyError {
  return new CopyError(origin, row, `row ${row} cannot be written`, cause);
}

/** What a driver says of a COPY FROM that failed. */
export class CopyFailure extends Error {
  readonly error: unknown;
  readonly code: unknown;
  /** Whether the server had been sent the end of the rows: then it can have written them. */
  readonly complete: boolean;
  /** How many rows earlier statements have taken. */
  readonly before: number;

  constructor(error: unknown, complete: boolean, before: number) {
    super('COPY failed');
    this.error = error;
    this.code = (error as { code?: unknown }).code;
    this.complete = complete;
    this.before = before;
  }
}
