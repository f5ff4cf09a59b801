import { CopyError, rowError } from './copy-error.ts';
import type { CopyTarget } from './copy-target.ts';
import { copyLine } from './copy-text.ts';
import { type Origin, QueryError } from './errors.ts';
import type { BoundStatement } from './statement.ts';

/** What COPY reads, made of a caller's rows as it is asked for. */
export interface CopyRows {
  /** The next lines, about `CHUNK` characters, or more for a row that is longer; null at the end. Rejects with what the rows threw. */
  next(): Promise<string | null>;
  /** How many rows have been handed over. */
  readonly count: number;
  /** Tells the rows that no more are wanted, unless they have ended. Does not wait for them. */
  close(): void;
}

// As much as a socket takes at once.
const CHUNK = 64 * 1024;

/**
 * @param valuesOf a row's encoded values, in the order of the statement's parameters
 * @throws CopyError, as a rejection, for a row that cannot be encoded
 */
export function copyRows<Row>(
  origin: Origin,
  { order }: CopyTarget,
  rows: Iterable<Row> | AsyncIterable<Row>,
  valuesOf: (row: Row) => BoundStatement['values'],
): CopyRows {
  if (!Object(rows)[Symbol.asyncIterator] && !Object(rows)[Symbol.iterator]) {
    throw new TypeError('copyFrom: rows must be iterable');
  }
  const isAsync = Symbol.asyncIterator in rows;
  const iterator = isAsync ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  const width = Math.max(...order) + 1;
  let count = 0;
  let ended = false;

  function lineOf(row: Row): string {
    count += 1;
    let values: BoundStatement['values'];
    try {
      values = valuesOf(row);
    } catch (error) {
      throw error instanceof QueryError ? rowError(origin, count, error) : error;
    }
    if (values.length !== width) {
      throw new CopyError(
        origin,
        null,
        'copyFrom does not support lists and arrays of objects as parameters',
      );
    }
    return copyLine(values, order);
  }
  return {
    get count() {
      return count;
    },
    next: async () => {
      let chunk = '';
      while (!ended && chunk.length < CHUNK) {
        const result = iterator.next();
        const { done, value } = isAsync ? await result : (result as IteratorResult<Row>);
        if (done) {
          ended = true;
        } else {
          chunk += lineOf(value);
        }
      }
      return chunk === '' ? null : chunk;
    },
    close: () => {
      if (!ended) {
        ended = true;
        // A generator that is waiting for something ends when it goes on.
        (async () => iterator.return?.())().catch(() => {});
      }
    },
  };
}
