import { abortable, untilOpened } from './abort.ts';
import { assertConnection } from './assert.ts';
import type { Connection } from './connection.ts';
import type { Session } from './connection-adapter.ts';
import { ConnectionError } from './connection-errors.ts';
import { DatabaseError, RetryableError } from './database-errors.ts';
import { execute } from './execute.ts';
import { isReadOnly } from './pg.ts';
import { withSession } from './session.ts';
import { toQueryError } from './to-query-error.ts';
import { TransactionError } from './transaction-error.ts';
import {
  inTurn,
  nestScope,
  openScope,
  scopeOf,
  type Transaction,
  type TransactionScope,
  transactionOf,
} from './transaction-scope.ts';

/** How a transaction runs; what is omitted is the server's default. */
export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** With `serializable` and `readOnly`: waits until it cannot fail to serialize (SET TRANSACTION). */
  readonly deferrable?: boolean;
  /**
   * How often the whole callback is run again after a serialization failure or a deadlock: it must have
   * no effects that are not the transaction's. Default 0.
   */
  readonly retries?: number;
  /**
   * How long a statement may wait for a lock, and how long it may run, in whole milliseconds up to 2 ** 31 - 1; 0: for
   * ever. The server then fails it, with 55P03 or 57014. They are SET LOCAL: they end with the transaction.
   */
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Aborting cancels the running statement on the server, rolls back, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `use` in a transaction: commits when it resolves, rolls back when it rejects. Over a pool it has a
 * connection for itself, which is released in every case. Over a transaction it is a savepoint, which
 * takes no options but `signal`. Rejects with a RangeError for a timeout that the server would not take.
 */
export function transaction<Result>(
  db: Connection,
  use: (tx: Transaction) => Promise<Result>,
): Promise<Result>;
export function transaction<Result>(
  db: Connection,
  options: TransactionOptions,
  use: (tx: Transaction) => Promise<Result>,
): Promise<Result>;
export async function transaction<Result>(
  db: Connection,
  first: TransactionOptions | ((tx: Transaction) => Promise<Result>),
  second?: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const isAlone = typeof first === 'function' && second === undefined;
  const [options, use] = isAlone ? [{} as TransactionOptions, first] : [first, second];
  if (typeof use !== 'function') {
    throw new TypeError(
      'transaction: the last argument must be a function, which is called with the transaction',
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('transaction: options must be an object');
  }
  assertConnection(db, 'transaction');
  const outer = scopeOf(db);
  if (outer !== undefined) {
    return savepoint(outer, options, use);
  }
  const { signal, retries = 0 } = options;
  const mode = modeOf(options);
  const settings = settingsOf(options);
  let prepare = true;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    let scope: TransactionScope | undefined;
    try {
      const open = (run: (session: Session) => Promise<Result>) => withSession(db, run);
      return await untilOpened(signal, open, (session) => {
        // Of a transaction that may not write, that it cannot says nothing of the server.
        const noteFailure: Session['noteFailure'] = (error) => {
          if (options.readOnly !== true || !isReadOnly(error)) {
            session.noteFailure(error);
          }
        };
        scope = openScope({ ...session, noteFailure }, attempt, prepare);
        return attemptOnce(session, scope, mode, settings, use, signal);
      });
    } catch (error) {
      if (attempt > retries || scope === undefined || !canRunAgain(scope, error)) {
        throw error;
      }
      prepare &&= scope.turns.outdated === undefined;
      await abortable(backOff(attempt), signal);
    }
  }
}

/**
 * Whether a conflict undid the transaction: it is failed because of one, or that is what was thrown, also as a
 * cause. A lost connection never lets it run again: after COMMIT was sent, what became of it is unknown.
 */
function canRunAgain({ turns }: TransactionScope, error: unknown): boolean {
  if (error instanceof ConnectionError) {
    return false;
  }
  if (turns.conflicted) {
    return true;
  }
  for (let each = error, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth++) {
    if (each instanceof RetryableError || (each instanceof DatabaseError && each.code === turns.outdated)) {
      return true;
    }
  }
  return false;
}

async function attemptOnce<Result>(
  session: Session,
  scope: TransactionScope,
  mode: string,
  settings: readonly string[],
  use: (tx: Transaction) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const begun = inTurn(scope, () => session.begin(mode));
  try {
    await abortable(begun, signal);
  } catch (error) {
    await abandon(scope, signal);
    await begun.then(
      () => session.rollback(),
      () => {},
    );
    throw error;
  }
  let result: Result;
  try {
    for (const setting of settings) {
      await abortable(control(scope, setting), signal);
    }
    result = await abortable(use(transactionOf(scope)), signal);
  } catch (error) {
    await abandon(scope, signal);
    await session.rollback();
    throw error;
  }
  await close(scope);
  await session.commit();
  return result;
}

async function savepoint<Result>(
  outer: TransactionScope,
  { signal, ...others }: TransactionOptions,
  use: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  if (Object.values(others).some((value) => value !== undefined)) {
    throw new TransactionError(
      'SAVEPOINT',
      'a nested transaction has the modes, timeouts and retries of the outer one',
    );
  }
  const scope = nestScope(outer);
  try {
    // Savepoints of one name hide each other, so that the innermost is always meant.
    await control(scope, 'SAVEPOINT nodrift');
  } catch (error) {
    outer.nesting = false;
    throw error;
  }
  try {
    const result = await abortable(use(transactionOf(scope)), signal);
    await close(scope);
    outer.nesting = false;
    await control(outer, 'RELEASE SAVEPOINT nodrift');
    return result;
  } catch (error) {
    await abandon(scope, signal);
    outer.nesting = false;
    await undo(outer);
    throw error;
  }
}

/** Where this fails the outer transaction has failed with it, and its next statement says so. */
async function undo(outer: TransactionScope): Promise<void> {
  try {
    await control(outer, 'ROLLBACK TO SAVEPOINT nodrift');
    await control(outer, 'RELEASE SAVEPOINT nodrift');
  } catch {}
}

/** No further statement may start; resolves when the last is done. */
async function close(scope: TransactionScope): Promise<void> {
  scope.closed = true;
  await scope.turns.tail;
}

// How long a statement may go on after it was cancelled: where the network is gone it would for ever.
const CANCEL_MILLIS = 2000;

/** Closes, without waiting for a statement that runs long. */
async function abandon(scope: TransactionScope, signal: AbortSignal | undefined): Promise<void> {
  scope.closed = true;
  const { turns } = scope;
  if (signal?.aborted && turns.pending > 0) {
    const late = setTimeout(turns.cutOff, CANCEL_MILLIS);
    await turns.cancel(CANCEL_MILLIS);
    await turns.tail;
    clearTimeout(late);
  }
  await turns.tail;
}

async function control(scope: TransactionScope, text: string): Promise<void> {
  const origin = { name: text, file: 'transaction' };
  try {
    await inTurn(scope, () => execute(scope.turns.db, { origin, name: undefined, text, values: [] }, null));
  } catch (error) {
    throw toQueryError(origin, error, 'not done');
  }
}

/** Full jitter: up to 10 ms after the first attempt, twice that after each further one, a second at most. */
function backOff(attempt: number): Promise<void> {
  const longest = Math.min(1000, 5 * 2 ** attempt);
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * longest);
  });
}

function modeOf({ isolation, readOnly, deferrable }: TransactionOptions): string {
  const modes: string[] = [];
  if (isolation !== undefined) {
    if (!Object.hasOwn(levels, isolation)) {
      throw new TypeError(`transaction: isolation must be one of: ${Object.keys(levels).join(', ')}`);
    }
    modes.push(`ISOLATION LEVEL ${levels[isolation]}`);
  }
  if (readOnly !== undefined) {
    modes.push(readOnly ? 'READ ONLY' : 'READ WRITE');
  }
  if (deferrable !== undefined) {
    modes.push(deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE');
  }
  return modes.join(', ');
}

/** SET takes no snapshot, as a SELECT of set_config would. */
function settingsOf({ lockTimeoutMs, statementTimeoutMs }: TransactionOptions): string[] {
  const timeouts = { lock_timeout: lockTimeoutMs, statement_timeout: statementTimeoutMs };
  return Object.entries(timeouts).flatMap(([name, millis]) => {
    if (millis === undefined) {
      return [];
    }
    if (!Number.isInteger(millis) || millis < 0 || millis > MAX_TIMEOUT) {
      throw new RangeError(`transaction: ${name} must be whole milliseconds from 0 to ${MAX_TIMEOUT}`);
    }
    return `SET LOCAL ${name} = ${millis}`;
  });
}

const MAX_TIMEOUT = 2 ** 31 - 1;

const levels = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;
