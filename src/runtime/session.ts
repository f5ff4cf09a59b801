import type { Connection, PgliteConnection } from './connection.ts';
import { adapterOf, type Session } from './connection-adapter.ts';
import { ConnectionError } from './connection-errors.ts';
import type { Origin, QueryError } from './errors.ts';
import { startReport } from './observe.ts';
import {
  acquireClient,
  isPgClient,
  isPgPool,
  isReadOnly,
  type PgClient,
  type PooledClient,
  watchClient,
  withCause,
} from './pg.ts';
import { cancelRunning } from './pg-cancel.ts';
import { isPglite } from './pglite.ts';
import { isServerError } from './server-error.ts';
import { toQueryError } from './to-query-error.ts';
import { TransactionError } from './transaction-error.ts';

// Clients that a transaction of ours is running on.
const busy = /* @__PURE__ */ new WeakSet<object>();

/** Whether statements over `db` are in a transaction, as far as it can say: ours, or one that its owner has begun. */
export function isInTransaction(db: Connection): boolean {
  return (
    adapterOf(db)?.inTransaction ??
    (isPgClient(db)
      ? !busy.has(db) && db.getTransactionStatus?.() === 'T'
      : isPglite(db) && db.rollback !== undefined)
  );
}

/** Runs `use` with a connection of its own: one of the pool's, the client, or PGlite's transaction. */
export async function withSession<Result>(
  db: Connection,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  if (isPgPool(db)) {
    return withPooledClient(await acquireClient(db).catch(noSession), use);
  }
  if (isPgClient(db)) {
    if (isInTransaction(db) || busy.has(db)) {
      throw new TransactionError('BEGIN', 'the client is in a transaction');
    }
    busy.add(db);
    const stopWatching = watchClient(db);
    try {
      return await use(pgSession(db).session);
    } finally {
      stopWatching();
      busy.delete(db);
    }
  }
  if (isPglite(db) && db.transaction !== undefined) {
    return withPglite(db.transaction.bind(db), use);
  }
  const adapter = adapterOf(db);
  if (adapter?.withSession !== undefined) {
    return adapter.withSession(use);
  }
  throw new TransactionError('BEGIN', 'needs a connection of its own');
}

/** Throws the error for a connection that could not be had. */
export function noSession(error: unknown): never {
  throw toQueryError({ name: 'BEGIN', file: 'transaction' }, error, 'not done');
}

/** Runs `use` with a client that a pool has handed out, and releases it. */
export async function withPooledClient<Result>(
  { client, release }: PooledClient,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { session, failure } = pgSession(client);
  try {
    return await use(session);
  } finally {
    release(failure());
  }
}

function pgSession(client: PgClient): { session: Session; failure: () => unknown } {
  let failure: unknown;
  const session = sessionOver(client, {
    run: async (text) => {
      try {
        return (await client.query({ text })).command;
      } catch (error) {
        failure = error;
        throw withCause(client, error);
      }
    },
    cancel: (timeoutMillis) => cancelRunning(client, timeoutMillis),
    noteFailure: (error) => {
      if (isReadOnly(error)) {
        failure ??= error;
      }
    },
    cutOff: () => {
      client.end().catch(() => {});
    },
  });
  return { session, failure: () => failure };
}

/** What a driver must offer for a session: statements that resolve their command tag, and cancelling. */
export interface SessionDriver {
  run(text: string): Promise<string>;
  cancel(timeoutMillis: number): Promise<void>;
  noteFailure(error: unknown): void;
  cutOff(): void;
}

/** The session over a connection of its own. */
export function sessionOver(db: Connection, driver: SessionDriver): Session {
  const run = async (text: string): Promise<string> => {
    const origin = { name: text.split(' ', 1)[0] ?? text, file: 'transaction' };
    const report = startReport({ origin, name: undefined, text, values: [] });
    try {
      const command = await driver.run(text);
      report?.(0, undefined);
      return command;
    } catch (error) {
      report?.(null, error);
      throw text === 'COMMIT' ? commitError(origin, error) : toQueryError(origin, error, 'not done');
    }
  };
  return {
    ...driver,
    db,
    begin: async (mode) => {
      await run(mode === '' ? 'BEGIN' : `BEGIN ${mode}`);
    },
    commit: async () => {
      // The server answers a COMMIT of a failed transaction with ROLLBACK, and without an error.
      if ((await run('COMMIT')) !== 'COMMIT') {
        throw rolledBack();
      }
    },
    rollback: async () => {
      await run('ROLLBACK').catch(() => {});
    },
  };
}

/** Poolers and databases that only speak Postgres's protocol report a COMMIT of unknown outcome as an error, too. */
function commitError(origin: Origin, error: unknown): QueryError {
  return isServerError(error) && /^(08|40003)/.test(error.code)
    ? new ConnectionError(origin, 'outcome unknown', error.code, 'unknown')
    : toQueryError(origin, error);
}

function rolledBack(): TransactionError {
  return new TransactionError('COMMIT', 'rolled back, as a statement had failed');
}

/** PGlite begins and ends by itself, around a callback. */
async function withPglite<Result>(
  transaction: NonNullable<PgliteConnection['transaction']>,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  let failure: { error: unknown } | undefined;
  try {
    return (await transaction(async (tx) => {
      try {
        return await use({
          db: tx,
          begin: async (mode) => {
            if (mode !== '') {
              await tx.exec(`SET TRANSACTION ${mode}`);
            }
          },
          commit: async () => {},
          rollback: async () => {
            await tx.rollback?.().catch(() => {});
          },
          // One process, one thread: nothing else runs while a statement does.
          cancel: async () => {},
          noteFailure: () => {},
          cutOff: () => {},
        });
      } catch (error) {
        failure = { error };
        throw error;
      }
    })) as Result;
  } catch (error) {
    // What the callback threw passes through; the rest is of BEGIN or COMMIT.
    if (failure !== undefined) {
      throw failure.error;
    }
    throw (error as { code?: unknown }).code === '25P02'
      ? rolledBack()
      : toQueryError({ name: 'COMMIT', file: 'transaction' }, error);
  }
}
