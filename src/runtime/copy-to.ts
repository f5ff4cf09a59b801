import { abortable } from './abort.ts';
import { assertConnection, assertQuery } from './assert.ts';
import type { Connection, ReadOnlyConnection } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';
import { CopyError } from './copy-error.ts';
import { type DriverClient, driverClient } from './driver-client.ts';
import type { Origin } from './errors.ts';
import { openSession } from './iterate.ts';
import type { NestedDefinition } from './nested.ts';
import { startReport } from './observe.ts';
import { isPgPool } from './pg.ts';
import { isSocket } from './pg-copy.ts';
import { pgCopyOut } from './pg-copy-out.ts';
import type { Call } from './query.ts';
import type { RowReader } from './row.ts';
import { toQueryError } from './to-query-error.ts';

type Anywhere = Connection | ReadOnlyConnection;

/** A query of a generated module that is proven to only read, and has no parameters. */
export interface CopySource<Row> extends Origin {
  readonly with: (params: undefined) => Call<unknown, Anywhere>;
  readonly iterate: (
    db: Anywhere,
    params: undefined,
    options?: { readonly batch?: number },
  ) => AsyncGenerator<Row, void, undefined>;
}

export interface CopyToOptions {
  /** Aborting cancels the COPY, and has the iteration throw the signal's reason. */
  readonly signal?: AbortSignal;
}

// Rows that a cursor fetches at a time, where COPY is not used.
const BATCH = 1000;

/**
 * Iterates over the rows of a query that reads and has no parameters, which COPY does not take: over a pool of pg by
 * `COPY (…) TO STDOUT` over a connection of its own. Rows are read from the socket as they are asked for, and what is
 * not wanted any more is cancelled. Over everything else, where other statements can run meanwhile, it is `iterate`.
 */
export async function* copyTo<Row>(
  db: Anywhere,
  query: CopySource<Row>,
  { signal }: CopyToOptions = {},
): AsyncGenerator<Row, void, undefined> {
  assertConnection(db, 'copyTo');
  assertQuery(query, 'copyTo');
  signal?.throwIfAborted();
  const { name, file } = query;
  const { statement, read } = query.with(undefined);
  if (statement.values.length > 0) {
    throw new CopyError(
      { name, file },
      null,
      'copyTo does not support parameters, since COPY has none; use `iterate`',
    );
  }
  // Objects with lists are made of several rows, by the query itself.
  const { nested } = statement.origin as Partial<NestedDefinition>;
  const opened = nested === undefined ? await openOwn(db as Connection, signal) : undefined;
  if (opened === undefined || read === null) {
    for await (const row of query.iterate(db, undefined, { batch: BATCH })) {
      signal?.throwIfAborted();
      yield row;
    }
    return;
  }
  const { driver, end } = opened;
  const changed = driver.change(statement);
  const report = startReport(changed);
  const copy = pgCopyOut(driver.client, changed.text, read as RowReader<Row>);
  let count = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for (;;) {
      const rows = await abortable(copy.next(), signal);
      if (rows === null) {
        return;
      }
      count += rows.length;
      yield* rows;
    }
  } catch (error) {
    failure = { error };
    throw signal?.aborted ? signal.reason : toQueryError(statement.origin, error);
  } finally {
    report?.(failure ? null : count, failure?.error);
    await copy.stop();
    await end();
  }
}

/** A connection to a server that has no other user meanwhile; undefined where there cannot be one. */
async function openOwn(
  db: Connection,
  signal: AbortSignal | undefined,
): Promise<{ driver: DriverClient; end: () => Promise<void> } | undefined> {
  const adapter = adapterOf(db);
  if (!isPgPool(db) && (adapter?.withSession === undefined || adapter.inTransaction)) {
    return undefined;
  }
  const opening = openSession(db);
  const { session, end } = await abortable(opening, signal).catch((error: unknown) => {
    // One that comes late is released.
    opening.then((late) => late.end(), ignore);
    throw error;
  });
  const driver = driverClient(session.db);
  if (driver !== undefined && isSocket(driver.client) && driver.client.pipeline !== true) {
    return { driver, end };
  }
  await end();
  return undefined;
}

function ignore(): void {}
