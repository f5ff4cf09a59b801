import { abortable, untilOpened } from './abort.ts';
import { assertConnection, assertQuery } from './assert.ts';
import type { Connection, PgliteConnection } from './connection.ts';
import { adapterOf, type Session } from './connection-adapter.ts';
import { ConnectionError } from './connection-errors.ts';
import { CopyFailure, rowError } from './copy-error.ts';
import { type CopyRows, copyRows } from './copy-rows.ts';
import { copyTarget } from './copy-target.ts';
import { driverClient } from './driver-client.ts';
import { type Origin, type QueryError, StreamError } from './errors.ts';
import { observed } from './observe.ts';
import {
  acquireClient,
  isPgClient,
  isPgPool,
  isReadOnly,
  type PgClient,
  type PgPool,
  watchClient,
} from './pg.ts';
import { assertStreams } from './pg-copy.ts';
import { pgCopyIn } from './pg-copy-in.ts';
import { isPglite } from './pglite.ts';
import type { Call } from './query.ts';
import { isServerError } from './server-error.ts';
import { isInTransaction, withSession } from './session.ts';
import type { BoundStatement } from './statement.ts';
import { toQueryError } from './to-query-error.ts';
import { inTurnAlone, scopeOf } from './transaction-scope.ts';

/** An INSERT of a generated module that returns no rows: what a row of `copyFrom` must be is its parameters. */
export interface CopyQuery<Params> extends Origin {
  readonly with: (params: Params) => Call<unknown>;
  readonly iterate: (db: never, params: never) => AsyncGenerator<void>;
  readonly sql: string;
}

export interface CopyFromOptions {
  /** Aborting undoes the COPY, and rejects with the signal's reason; over PGlite, between portions of rows. */
  readonly signal?: AbortSignal;
}

interface Copy {
  readonly origin: Origin;
  /** `cars (id, year)` */
  readonly table: string;
  readonly rows: CopyRows;
  readonly signal: AbortSignal | undefined;
  readonly inTransaction: boolean;
  readonly change: (statement: BoundStatement) => BoundStatement;
}

/**
 * Writes rows by `COPY … FROM STDIN`: all of them or none, each with the parameters of an INSERT query, which must be
 * `INSERT INTO table (columns) VALUES (:a, :b)`. Rows are asked for as fast as the server takes them, and only a portion
 * of them is held. Resolves how many were written.
 *
 * Over a pool it has a connection for itself; over a client or a transaction nothing else runs until it ends, so that
 * rows must not come from there. A row that cannot be written is a `CopyError` with its number and the usual error as
 * its cause; what the rows throw is thrown as it is.
 */
export async function copyFrom<Params>(
  db: Connection,
  query: CopyQuery<Params>,
  rows: Iterable<NoInfer<Params>> | AsyncIterable<NoInfer<Params>>,
  { signal }: CopyFromOptions = {},
): Promise<number> {
  assertConnection(db, 'copyFrom');
  assertQuery(query, 'copyFrom');
  signal?.throwIfAborted();
  const { name, file } = query;
  const origin = { name, file };
  const target = copyTarget(query);
  const source = copyRows<Params>(origin, target, rows, (row) => query.with(row).statement.values);
  try {
    return await copyOver(db, {
      origin,
      table: target.table,
      rows: source,
      signal,
      inTransaction: isInTransaction(db),
      change: (statement) => statement,
    });
  } finally {
    source.close();
  }
}

/** Finds the driver's connection that `db` represents. */
async function copyOver(db: Connection, copy: Copy): Promise<number> {
  const scope = scopeOf(db);
  if (scope !== undefined) {
    return inTurnAlone(scope, () => copyOver(scope.turns.db, copy));
  }
  if (isPgClient(db)) {
    return copyOverClient(db, copy);
  }
  if (isPgPool(db)) {
    return copyOverPool(db, copy);
  }
  if (isPglite(db)) {
    return copyOverPglite(db, copy);
  }
  const adapter = adapterOf(db);
  if (adapter?.mapped !== undefined) {
    const { db: inner, change } = adapter.mapped;
    return copyOver(inner, { ...copy, change: (statement) => change(copy.change(statement)) });
  }
  if (adapter?.withSession !== undefined) {
    const { withSession: open } = adapter;
    return untilOpened(copy.signal, open<number>, async ({ db: inner, noteFailure }: Session) => {
      if (driverClient(inner) === undefined) {
        throw cannotCopy(copy);
      }
      return copyOver(inner, copy).catch((error: unknown) => {
        noteFailure(error);
        throw error;
      });
    });
  }
  throw cannotCopy(copy);
}

function cannotCopy({ origin }: Copy): StreamError {
  return new StreamError(origin, 'copyFrom needs a Pool or Client of pg, or PGlite');
}

function copyOverPool(pool: PgPool, copy: Copy): Promise<number> {
  const open = async (use: (client: PgClient) => Promise<number>): Promise<number> => {
    const { client, release } = await acquireClient(pool).catch((error: unknown) => {
      throw toQueryError(copy.origin, error, 'not done');
    });
    try {
      const count = await use(client);
      release();
      return count;
    } catch (error) {
      // A client that broke the pool closes by itself; what the caller's rows threw says nothing of it.
      release(isReadOnly(error) ? error : undefined);
      throw error;
    }
  };
  return untilOpened(copy.signal, open, (client) => copyOverClient(client, copy));
}

async function copyOverClient(client: PgClient, copy: Copy): Promise<number> {
  assertStreams(copy.origin, client);
  const stopWatching = watchClient(client);
  try {
    return await observedCopy(copy, 'STDIN', (text) => pgCopyIn(client, text, copy.rows, copy.signal));
  } finally {
    stopWatching();
  }
}

async function copyOverPglite(db: PgliteConnection, copy: Copy): Promise<number> {
  const run = (tx: PgliteConnection) =>
    observedCopy(copy, "'/dev/blob'", (text) => copyPortions(tx, text, copy));
  if (isInTransaction(db)) {
    return run(db);
  }
  const open = (use: (session: Session) => Promise<number>) => withSession(db, use);
  return untilOpened(copy.signal, open, async (session) => {
    await session.begin('');
    return run(session.db as PgliteConnection);
  });
}

/** PGlite takes what it copies as a whole: here it is given one portion after the other. */
async function copyPortions(tx: PgliteConnection, text: string, copy: Copy): Promise<number> {
  const { rows, signal } = copy;
  let count = 0;
  for (;;) {
    const before = rows.count;
    const portion = await abortable(rows.next(), signal);
    if (portion === null) {
      return count;
    }
    const options = { rowMode: 'array', parsers: {}, blob: new Blob([portion]) } as const;
    try {
      count += (await tx.query(text, [], options)).affectedRows ?? 0;
    } catch (error) {
      throw new CopyFailure(error, false, before);
    }
  }
}

async function observedCopy(
  copy: Copy,
  from: string,
  run: (text: string) => Promise<number>,
): Promise<number> {
  const { origin, table, change } = copy;
  const statement = change({ origin, name: undefined, text: `COPY ${table} FROM ${from}`, values: [] });
  try {
    const { rowCount } = await observed(statement, async () => ({
      rows: [],
      rowCount: await run(statement.text),
    }));
    return rowCount;
  } catch (error) {
    throw error instanceof CopyFailure ? failureOf(copy, error) : error;
  }
}

function failureOf({ origin, inTransaction }: Copy, { error, complete, before }: CopyFailure): QueryError {
  const failure = toQueryError(origin, error, complete && !inTransaction ? 'unknown' : 'not done');
  const row = lineOf(error);
  return row === null || failure instanceof ConnectionError
    ? failure
    : rowError(origin, before + row, failure);
}

/** The line in the server's CONTEXT, `COPY cars, line 3, column year: "x"`, of which each row is one. */
function lineOf(error: unknown): number | null {
  const line = isServerError(error) && /^COPY .*?, \p{L}+ (\d+)/mu.exec(error.where ?? '')?.[1];
  return line ? Number(line) : null;
}
