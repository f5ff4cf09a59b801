import type { Connection } from './connection.ts';
import type { Executed, RowReader } from './row.ts';
import type { BoundStatement } from './statement.ts';

/**
 * What is between queries and a driver's connection: a transaction, a connection without prepared
 * statements, an adapter. Connections that are not adapters are pg's, PGlite's, or have pg's `query`.
 */
export interface ConnectionAdapter {
  /** Whether it is inside a transaction. */
  readonly inTransaction: boolean;
  execute<Row>(statement: BoundStatement, read: RowReader<Row> | null): Promise<Executed<Row>>;
  /** Runs independent statements; one that fails does not keep the others from running. */
  executeAll(batch: readonly BatchStatement[]): Promise<PromiseSettledResult<Executed<unknown>>[]>;
  /** What it hands changed statements on to, for those who talk to the driver's connection themselves. */
  readonly mapped?: {
    readonly db: Connection;
    readonly change: (statement: BoundStatement) => BoundStatement;
  };
  /** Runs `use` with a connection of its own; absent where there cannot be one. */
  withSession?<Result>(use: (session: Session) => Promise<Result>): Promise<Result>;
}

/** A connection that one transaction has for itself. */
export interface Session {
  readonly db: Connection;
  /** Begins, in the transaction mode given: '' or as after SET TRANSACTION. */
  begin(mode: string): Promise<void>;
  /** Throws if the transaction was rolled back instead. */
  commit(): Promise<void>;
  /** Never throws: a connection that cannot roll back is closed, which does the same. */
  rollback(): Promise<void>;
  /** Cancels the statement that is running; gives up after so long. */
  cancel(timeoutMillis: number): Promise<void>;
  /** Is told of statements that failed: after some, the connection is closed when it is released. */
  noteFailure(error: unknown): void;
  /** Breaks the connection, for a statement that goes on though it was cancelled. Does nothing where that cannot be. */
  cutOff(): void;
}

export interface BatchStatement {
  readonly statement: BoundStatement;
  readonly read: RowReader<unknown> | null;
}

const adapters = /* @__PURE__ */ new WeakMap<object, ConnectionAdapter>();

/** Makes `connection` an adapter wherever a connection is taken. */
export function asConnection<Handle extends object>(connection: Handle, adapter: ConnectionAdapter): Handle {
  adapters.set(connection, adapter);
  return connection;
}

/** The adapter that a connection represents; undefined for a driver's own. */
export function adapterOf(db: Connection): ConnectionAdapter | undefined {
  return adapters.get(db);
}
