import { executeAll } from './batch.ts';
import type { PgConnection, QueryConfig, QueryResult } from './connection.ts';
import { execute } from './execute.ts';
import { asConnection } from './layer.ts';
import { queryRaw } from './pglite.ts';
import { isOutdated } from './server-error.ts';
import type { Session } from './session.ts';
import { TransactionError } from './transaction-error.ts';

declare const opened: unique symbol;

/** What `transaction` hands to its callback: queries are run over it as over any other connection. */
export interface Transaction extends PgConnection {
  readonly [opened]: true;
}

/** What a transaction and those nested in it have in common: a connection, which runs one statement at a time. */
interface Turns extends Pick<Session, 'db' | 'cancel' | 'cutOff'> {
  /** How often the transaction has begun. */
  readonly attempt: number;
  /** How many statements are running or waiting. */
  pending: number;
  /** Resolves when the last statement so far is done; never rejects. */
  tail: Promise<unknown>;
  /** A statement failed because of a concurrent transaction. */
  conflicted: boolean;
}

/** The state of one transaction, nested or not. */
export interface Scope {
  readonly turns: Turns;
  readonly outer: Scope | null;
  /** It is over, or about to be: no further statement may start. */
  closed: boolean;
  /** A transaction nested in it is running. */
  nesting: boolean;
}

const scopes = /* @__PURE__ */ new WeakMap<object, Scope>();

/** Opens the scope of a transaction that has a connection for itself. */
export function openScope({ db, cancel, cutOff }: Session, attempt: number): Scope {
  return {
    turns: { db, cancel, cutOff, attempt, pending: 0, tail: Promise.resolve(), conflicted: false },
    outer: null,
    closed: false,
    nesting: false,
  };
}

/** Opens a scope inside another, which runs no statements of its own meanwhile. */
export function nestScope(outer: Scope): Scope {
  assertUsable(outer);
  outer.nesting = true;
  return { turns: outer.turns, outer, closed: false, nesting: false };
}

/** The connection that stands for a scope. */
export function transactionOf(scope: Scope): Transaction {
  const tx = {
    query: (config: QueryConfig): Promise<QueryResult> =>
      inTurn(scope, () => queryRaw(scope.turns.db, config)),
  } as Transaction;
  scopes.set(tx, scope);
  return asConnection(tx, {
    inTransaction: true,
    execute: (statement, read) =>
      inTurn(scope, () => execute(scope.turns.db, { ...statement, attempt: scope.turns.attempt }, read)),
    executeAll: (batch) =>
      inTurn(scope, async () => {
        const outcomes = await executeAll(
          scope.turns.db,
          batch.map(({ statement, read }) => ({
            statement: { ...statement, attempt: scope.turns.attempt },
            read,
          })),
        );
        scope.turns.conflicted ||= outcomes.some((it) => it.status === 'rejected' && isConflict(it.reason));
        return outcomes;
      }),
  });
}

/** The scope of what is a transaction; undefined for any other connection. */
export function scopeOf(db: object): Scope | undefined {
  return scopes.get(db);
}

/** Runs a statement of a scope when those before it are done. */
export function inTurn<Result>(scope: Scope, run: () => Promise<Result>): Promise<Result> {
  const { turns } = scope;
  turns.pending += 1;
  const result = turns.tail.then(() => {
    assertUsable(scope);
    return run();
  });
  turns.tail = result.then(
    () => {
      turns.pending -= 1;
    },
    (error: unknown) => {
      turns.pending -= 1;
      turns.conflicted ||= isConflict(error);
    },
  );
  return result;
}

function assertUsable(scope: Scope): void {
  for (let each: Scope | null = scope; each !== null; each = each.outer) {
    if (each.closed) {
      throw new TransactionError('statement', 'the transaction is over');
    }
  }
  if (scope.nesting) {
    throw new TransactionError(
      'statement',
      'a nested transaction is running; use what its callback was given',
    );
  }
}

/** serialization_failure or deadlock_detected; or a prepared statement was outdated, which it is not the next time. */
function isConflict(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01' || isOutdated(error);
}
