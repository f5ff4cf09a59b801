import type { Connection } from './connection.ts';
import type { Session } from './connection-adapter.ts';
import { ConnectionError } from './connection-errors.ts';
import { execute } from './execute.ts';
import { type RowReader, withoutCheck } from './row.ts';
import { isInTransaction, withSession } from './session.ts';
import type { BoundStatement } from './statement.ts';
import { toQueryError } from './to-query-error.ts';

/** How rows are fetched. */
export interface IterateOptions {
  /** How many rows are fetched at a time, and held in memory. Default 100. */
  readonly batch?: number;
}

let cursors = 0;

/**
 * Iterates over the rows of a SELECT through a cursor of the server, which is closed also on `break` and
 * on throw. Outside of a transaction it begins one, and ends it with the iteration.
 */
export async function* iterate<Row>(
  origin: BoundStatement['origin'],
  db: Connection,
  statement: BoundStatement,
  read: RowReader<Row>,
  { batch = 100 }: IterateOptions,
): AsyncGenerator<Row, void, undefined> {
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new RangeError('iterate: `batch` must be a positive integer');
  }
  try {
    if (isInTransaction(db)) {
      yield* fetchAll(db, statement, read, batch);
      return;
    }
    const { session, end } = await openSession(db);
    let finish = session.commit;
    let complete = false;
    try {
      await session.begin('');
      yield* fetchAll(session.db, statement, read, batch);
      complete = true;
    } catch (error) {
      finish = session.rollback;
      throw error;
    } finally {
      // After `break`, too, which ends this function inside of `fetchAll`.
      await finish()
        .catch((error: unknown) => {
          // The caller wanted no more of it, and had nothing written: that the connection is gone does not matter.
          if (complete || origin.readOnly !== true || !(error instanceof ConnectionError)) {
            throw error;
          }
        })
        .finally(end);
    }
  } catch (error) {
    throw toQueryError(origin, error);
  }
}

async function* fetchAll<Row>(
  tx: Connection,
  statement: BoundStatement,
  read: RowReader<Row>,
  batch: number,
): AsyncGenerator<Row, void, undefined> {
  cursors += 1;
  const cursor = `nodrift_${cursors}`;
  const run = <R>(text: string, reader: RowReader<R> | null, values: BoundStatement['values'] = []) =>
    execute(tx, { ...statement, name: undefined, text, values }, reader);
  await run(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${statement.text}`, null, statement.values);
  try {
    for (let reader = read; ; reader = withoutCheck(read)) {
      const { rows } = await run(`FETCH ${batch} FROM ${cursor}`, reader);
      yield* rows;
      if (rows.length < batch) {
        return;
      }
    }
  } finally {
    // It fails where the transaction has failed; then the cursor is closed already.
    await run(`CLOSE ${cursor}`, null).catch(() => {});
  }
}

/** A session that is ended by a call instead of a callback. */
export function openSession(db: Connection): Promise<{ session: Session; end: () => Promise<void> }> {
  return new Promise((opened, failed) => {
    const done = withSession(
      db,
      (session) =>
        new Promise<void>((resolve) => {
          opened({
            session,
            end: () => {
              resolve();
              return done;
            },
          });
        }),
    );
    done.catch(failed);
  });
}
