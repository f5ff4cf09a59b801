import { executeAll } from './batch.ts';
import { asConnection, type BatchStatement, type Session } from './connection-adapter.ts';
import { type DriverConnection, driverQuery } from './driver-query.ts';
import { execute } from './execute.ts';
import { keepsConnection } from './pg.ts';
import { isOutdated } from './server-error.ts';
import type { BoundStatement } from './statement.ts';
import { toQueryError } from './to-query-error.ts';
import { TransactionError } from './transaction-error.ts';

declare const opened: unique symbol;

/** What `transaction` hands to its callback: queries are run over it as over any other connection. */
export interface Transaction extends DriverConnection {
  readonly [opened]: true;
}

/** What a transaction and those nested in it have in common: a connection, which runs one statement at a time. */
interface Turns extends Pick<Session, 'db' | 'cancel' | 'noteFailure' | 'cutOff'> {
  /** How often the transaction has begun. */
  readonly attempt: number;
  /** False: nothing prepared is used, since that failed the attempt before. */
  readonly prepare: boolean;
  /** How many statements are running or waiting. */
  pending: number;
  /** A COPY is running or waiting, which a later statement would wait for, also where its rows wait for that. */
  copying: boolean;
  /** Resolves when the last statement so far is done; never rejects. */
  tail: Promise<unknown>;
  /**
   * The transaction has failed because of a concurrent one, or of an outdated prepared statement. A statement that
   * succeeds says that it has recovered: only ROLLBACK TO SAVEPOINT does in a failed transaction.
   */
  conflicted: boolean;
  /** The SQLSTATE with which a prepared statement was outdated, also where that was undone. */
  outdated: string | undefined;
}

/** The state of one transaction, nested or not. */
export interface TransactionScope {
  readonly turns: Turns;
  readonly outer: TransactionScope | null;
  /** It is over, or about to be: no further statement may start. */
  closed: boolean;
  /** A transaction nested in it is running. */
  nesting: boolean;
}

const scopes = /* @__PURE__ */ new WeakMap<object, TransactionScope>();

/** Opens the scope of a transaction that has a connection for itself. */
export function openScope(
  { db, cancel, noteFailure, cutOff }: Session,
  attempt: number,
  prepare: boolean,
): TransactionScope {
  return {
    turns: {
      db,
      cancel,
      noteFailure,
      cutOff,
      attempt,
      prepare,
      pending: 0,
      copying: false,
      tail: Promise.resolve(),
      conflicted: false,
      outdated: undefined,
    },
    outer: null,
    closed: false,
    nesting: false,
  };
}

/** Opens a scope inside another, which runs no statements of its own meanwhile. */
export function nestScope(outer: TransactionScope): TransactionScope {
  assertUsable(outer);
  outer.nesting = true;
  return { turns: outer.turns, outer, closed: false, nesting: false };
}

/** The connection that represents a scope. */
export function transactionOf(scope: TransactionScope): Transaction {
  const tx = {
    query: (...args: readonly unknown[]) => inTurn(scope, () => driverQuery(scope.turns.db, args)),
  } as unknown as Transaction;
  scopes.set(tx, scope);
  return asConnection(tx, {
    inTransaction: true,
    execute: (statement, read) =>
      inTurn(scope, () =>
        execute(scope.turns.db, ofTurns(scope.turns, statement), read).catch((error: unknown) => {
          throw undone(statement, error);
        }),
      ),
    executeAll: (batch) =>
      inTurn(
        scope,
        async () => {
          const outcomes = await executeAll(
            scope.turns.db,
            batch.map(({ statement, read }) => ({ statement: ofTurns(scope.turns, statement), read })),
          );
          return outcomes.map((outcome, i): typeof outcome => {
            note(scope.turns, outcome.status === 'rejected' ? outcome.reason : undefined);
            const { statement } = batch[i] as BatchStatement;
            return outcome.status === 'rejected'
              ? { status: 'rejected', reason: undone(statement, outcome.reason) }
              : outcome;
          });
        },
        false,
      ),
  });
}

function ofTurns({ attempt, prepare }: Turns, statement: BoundStatement): BoundStatement {
  return { ...statement, attempt, name: prepare ? statement.name : undefined };
}

/** What breaks a connection before COMMIT undoes the transaction. */
function undone(statement: BoundStatement, error: unknown): unknown {
  return keepsConnection(error) ? error : toQueryError(statement.origin, error, 'not done');
}

/** The scope of what is a transaction; undefined for any other connection. */
export function scopeOf(db: object): TransactionScope | undefined {
  return scopes.get(db);
}

/** Runs a statement of a scope when those before it are done. */
export function inTurn<Result>(
  scope: TransactionScope,
  run: () => Promise<Result>,
  isOneStatement = true,
): Promise<Result> {
  const { turns } = scope;
  if (turns.copying) {
    const reason = 'a COPY is running over this transaction, whose rows cannot come from there';
    return Promise.reject(new TransactionError('statement', reason));
  }
  turns.pending += 1;
  const result = turns.tail.then(() => {
    assertUsable(scope);
    return run();
  });
  const done = (error?: unknown): void => {
    turns.pending -= 1;
    if (isOneStatement) {
      note(turns, error);
    }
  };
  turns.tail = result.then(() => done(), done);
  return result;
}

/** The same for a COPY: until it is done, no other statement may wait for its turn. */
export async function inTurnAlone<Result>(
  scope: TransactionScope,
  run: () => Promise<Result>,
): Promise<Result> {
  const { turns } = scope;
  if (turns.copying) {
    return inTurn(scope, run);
  }
  const result = inTurn(scope, run);
  turns.copying = true;
  try {
    return await result;
  } finally {
    turns.copying = false;
  }
}

/** Takes down what a statement's end says of the transaction; `error` undefined: it succeeded. */
function note(turns: Turns, error: unknown): void {
  if (error === undefined) {
    turns.conflicted = false;
    return;
  }
  turns.noteFailure(error);
  if (isOutdated(error)) {
    turns.conflicted = true;
    turns.outdated = error.code;
  } else {
    turns.conflicted ||= isConflict(error);
  }
}

function assertUsable(scope: TransactionScope): void {
  for (let each: TransactionScope | null = scope; each !== null; each = each.outer) {
    if (each.closed) {
      throw new TransactionError('statement', 'the transaction is over');
    }
  }
  if (scope.nesting) {
    throw new TransactionError(
      'statement',
      'a nested transaction is running; use the argument of its callback',
    );
  }
}

/** serialization_failure or deadlock_detected. */
export function isConflict(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}
