import { type Connection, MigrationError, transaction } from 'nodrift-runtime';
import { migrationLockId } from '../database/migrations/history-table.ts';
import { checkOrder } from '../database/migrations/migration-order.ts';
import { type MigrationLocation, printableMessage } from '../runtime/migration-error.ts';
import { isServerError } from '../runtime/server-error.ts';
import {
  createHistory,
  isUnchanged,
  type KnownHistory,
  loadHistory,
  type StatementSession,
  sendStatement,
  writeApplied,
} from './history.ts';
import {
  asMigrationError,
  type MigrationTexts,
  readMigrationTexts,
  type SqlMigration,
} from './migration-texts.ts';
import { sessionOf } from './outside-transaction.ts';
import { runMigrationScript } from './run-script.ts';

export interface MigrationOptions {
  /** Aborting ends the waiting for another migration and what is running, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Applies the pending migrations, as `nodrift migrate up` does: in order, each in a transaction with its row in the
 * migration history, and one caller at a time, whichever tool or process that is. Others wait.
 * @param db pg's Client or Pool, PGlite, or another connection of the runtime, outside a transaction
 * @param migrations a folder, or the migrations' texts by their paths
 * @returns the names of the migrations that this call applied
 * @throws MigrationError for a migration that fails, is out of order, or cannot be read
 */
export async function migrate(
  db: Connection,
  migrations: string | URL | MigrationTexts,
  options: MigrationOptions = {},
): Promise<readonly string[]> {
  if (typeof (db as Connection | null | undefined)?.query !== 'function') {
    throw new TypeError('migrate: db must be a connection, such as a pg Pool or PGlite');
  }
  if (typeof migrations !== 'string' && (typeof migrations !== 'object' || migrations === null)) {
    throw new TypeError(
      "migrate: migrations must be a folder, or texts by their paths: { '1_notes.sql': '…' }",
    );
  }
  const all = await readMigrationTexts(migrations);
  return inTurn(db, () => applyPending(db, all, options.signal));
}

/** The last call for each connection: two must not run their statements over one session at the same time. */
const last = /* @__PURE__ */ new WeakMap<object, Promise<unknown>>();

function inTurn<Result>(db: Connection, run: () => Promise<Result>): Promise<Result> {
  const before = last.get(db) ?? Promise.resolve();
  const result = before.then(run, run);
  last.set(db, result);
  return result;
}

async function applyPending(
  db: Connection,
  all: readonly SqlMigration[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const applied: string[] = [];
  let known: KnownHistory | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const step: Step = await applyNext(db, all, known, signal);
    if (step === 'done') return applied;
    if (step === 'locked') await sleep(pollMillis, signal);
    known = typeof step === 'string' ? null : step.history;
    if (typeof step !== 'string') applied.push(step.name);
  }
}

/** Asked again and again: one who waits inside a statement holds a snapshot, which CREATE INDEX CONCURRENTLY waits for. */
const pollMillis = 200;

/** A migration was applied, or there is none; or another has the lock, or has applied what was to be. */
type Step = 'done' | 'locked' | 'overtaken' | { readonly name: string; readonly history: KnownHistory };

async function applyNext(
  db: Connection,
  all: readonly SqlMigration[],
  known: KnownHistory | null,
  signal: AbortSignal | undefined,
): Promise<Step> {
  let running: SqlMigration | undefined;
  let isComplete = false;
  // What another has committed must be seen once the lock is ours.
  const options = { isolation: 'read committed', ...(signal && { signal }) } as const;
  try {
    const step = await transaction(db, options, async (tx): Promise<Step | SqlMigration> => {
      const history = known ?? (await loadChecked(tx, all));
      const migration = all[history.count];
      if (migration === undefined) return 'done';
      if (migration.up.mode !== 'transaction') return migration;
      if (!(await tryLock(tx, 'pg_try_advisory_xact_lock'))) return 'locked';
      if (!(await isUnchanged(tx, history))) return 'overtaken';
      running = migration;
      const step = await apply(tx, migration, history);
      isComplete = true;
      return step;
    });
    return typeof step === 'object' && 'up' in step ? await applyAlone(db, all, step) : step;
  } catch (error) {
    if (error instanceof MigrationError || signal?.aborted) throw error;
    throw stopped(
      error,
      running,
      isComplete ? 'it is unknown whether it was committed' : 'nothing of it was applied',
    );
  }
}

/** The history, if what has run is the beginning of the migrations. */
async function loadChecked(session: StatementSession, all: readonly SqlMigration[]): Promise<KnownHistory> {
  const { history, names } = await loadHistory(session);
  const files = all.map(({ name }) => name);
  asMigrationError(() => checkOrder(names, files));
  return history;
}

async function tryLock(
  session: StatementSession,
  lock: 'pg_try_advisory_lock' | 'pg_try_advisory_xact_lock',
): Promise<boolean> {
  const [row] = await sendStatement(session, `SELECT pg_catalog.${lock}(${migrationLockId})::text`);
  return row?.[0] === 'true';
}

async function apply(session: StatementSession, migration: SqlMigration, known: KnownHistory): Promise<Step> {
  const { name, file, up } = migration;
  const history = await createHistory(session, known);
  await runMigrationScript(session, up);
  return { name, history: await writeApplied(session, history, name, file.text) };
}

/** Applies a migration whose statements run outside a transaction, over a session that has the lock meanwhile. */
async function applyAlone(
  db: Connection,
  all: readonly SqlMigration[],
  migration: SqlMigration,
): Promise<Step> {
  const own = await sessionOf(db);
  if (own === null) {
    const why =
      "it runs outside a transaction, which needs pg's Client or Pool, PGlite, or nodrift migrate up";
    throw new MigrationError(fileOf(migration), why);
  }
  const { session, needsLock, release } = own;
  let broken: Error | undefined;
  try {
    if (needsLock && !(await tryLock(session, 'pg_try_advisory_lock'))) return 'locked';
    try {
      const history = await loadChecked(session, all);
      return all[history.count] === migration ? await apply(session, migration, history) : 'overtaken';
    } finally {
      if (needsLock) {
        // A connection that cannot give the lock back is closed, which does.
        const unlock = sendStatement(session, `SELECT pg_catalog.pg_advisory_unlock(${migrationLockId})`);
        await unlock.catch((error: Error) => {
          broken = error;
        });
      }
    }
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    broken = error as Error;
    throw stopped(error, migration, 'check whether it was applied before you run it again');
  } finally {
    release(broken);
  }
}

/** What else than a statement of a migration failed; `running` is the migration that it was about. */
function stopped(error: unknown, running: SqlMigration | undefined, outcome: string): unknown {
  if (isServerError(error)) {
    return new MigrationError(fileOf(running), `the migration failed: ${printableMessage(error)}`, error);
  }
  if (running === undefined) return error;
  const reason = String((error as Error | null)?.message ?? error);
  return new MigrationError(fileOf(running), `the migration failed, and ${outcome}: ${reason}`);
}

function fileOf(migration: SqlMigration | undefined): MigrationLocation {
  return { file: migration?.file.file ?? null, line: null, column: null };
}

function sleep(millis: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, millis);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
