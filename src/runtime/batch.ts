import { assertConnection } from './assert.ts';
import type { Connection, ReadOnlyConnection } from './connection.ts';
import { adapterOf, type BatchStatement } from './connection-adapter.ts';
import { QueryError } from './errors.ts';
import { execute, executeUnprepared } from './execute.ts';
import { acquireClient, isPgClient, isPgPool, keepsConnection, type PgClient } from './pg.ts';
import type { Call } from './query.ts';
import type { Executed } from './row.ts';
import { isOutdated } from './server-error.ts';
import { toQueryError } from './to-query-error.ts';

/** A call over whatever it is. */
type AnyCall = Call<unknown, never>;

/** What each call of a batch came to, as Promise.allSettled tells it. */
export type BatchResults<Calls extends readonly AnyCall[]> = {
  -readonly [Index in keyof Calls]: PromiseSettledResult<
    Calls[Index] extends Call<infer Result, never> ? Result : never
  >;
};

/**
 * Runs independent queries in one round trip: `batch(db, [getCar.with({ id }), countCars.with()])`. Each
 * has its own result or QueryError; one that fails does not undo the others, except in a transaction.
 * Over anything but pg they are run one after the other.
 */
export async function batch<const Calls extends readonly Call<unknown>[]>(
  db: Connection,
  calls: Calls,
): Promise<BatchResults<Calls>>;
export async function batch<const Calls extends readonly Call<unknown, ReadOnlyConnection>[]>(
  db: ReadOnlyConnection,
  calls: Calls,
): Promise<BatchResults<Calls>>;
export async function batch(
  db: Connection | ReadOnlyConnection,
  calls: readonly AnyCall[],
): Promise<PromiseSettledResult<unknown>[]> {
  assertConnection(db, 'batch');
  if (!Array.isArray(calls) || !calls.every((call) => call?.statement)) {
    throw new TypeError('batch: calls must be a list of calls, such as [getCar.with({ id })]');
  }
  const settled = await executeAll(
    db as Connection,
    calls.map(({ statement, read }) => ({ statement, read })),
  ).catch((reason: unknown) => {
    if (reason instanceof QueryError) {
      throw reason;
    }
    // There was no connection, which each call is told as its own error.
    return calls.map(
      ({ origin }): PromiseRejectedResult => ({
        status: 'rejected',
        reason: toQueryError(origin, reason, 'not done'),
      }),
    );
  });
  return settled.map((outcome, i) => settle(calls[i] as AnyCall, outcome));
}

function settle(
  call: AnyCall,
  outcome: PromiseSettledResult<Executed<unknown>>,
): PromiseSettledResult<unknown> {
  try {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
    return { status: 'fulfilled', value: call.resultOf(outcome.value.rows, outcome.value.rowCount) };
  } catch (error) {
    return { status: 'rejected', reason: toQueryError(call.origin, error) };
  }
}

/** Runs statements over whatever `db` is, in one round trip where it can be done. */
export async function executeAll(
  db: Connection,
  batch: readonly BatchStatement[],
): Promise<PromiseSettledResult<Executed<unknown>>[]> {
  const adapter = adapterOf(db);
  if (adapter !== undefined) {
    return adapter.executeAll(batch);
  }
  if (isPgPool(db)) {
    const { client, release } = await acquireClient(db);
    const outcomes = await executeAll(client, batch);
    release(outcomes.find(isBroken)?.reason);
    return outcomes;
  }
  const outcomes = await (isPgClient(db) ? together(db, batch) : oneAfterTheOther(db, batch));
  for (const [i, { statement, read }] of batch.entries()) {
    const outcome = outcomes[i];
    if (outcome?.status === 'rejected' && isOutdated(outcome.reason)) {
      [outcomes[i]] = await Promise.allSettled([executeUnprepared(db, statement, read, outcome.reason)]);
    }
  }
  return outcomes;
}

function together(
  client: PgClient,
  batch: readonly BatchStatement[],
): Promise<PromiseSettledResult<Executed<unknown>>[]> {
  return Promise.allSettled(batch.map(({ statement, read }) => execute(client, statement, read)));
}

async function oneAfterTheOther(
  db: Connection,
  batch: readonly BatchStatement[],
): Promise<PromiseSettledResult<Executed<unknown>>[]> {
  const outcomes: PromiseSettledResult<Executed<unknown>>[] = [];
  for (const { statement, read } of batch) {
    outcomes.push(...(await Promise.allSettled([execute(db, statement, read)])));
  }
  return outcomes;
}

/** Whether a statement failed in a way that its connection cannot be used after. */
export function isBroken(outcome: PromiseSettledResult<unknown>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected' && !keepsConnection(outcome.reason);
}
