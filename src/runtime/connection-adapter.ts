import type { Connection } from './connection.ts';
import type { Executed } from './execute.ts';
import type { RowReader } from './row.ts';
import type { Session } from './session.ts';
import type { Statement } from './statement.ts';

/**
 * What is between queries and a driver's connection: a transaction, a connection without prepared
 * statements, an adapter. Connections that are not adapters are pg's, PGlite's, or have pg's `query`.
 */
export interface ConnectionAdapter {
  /** Whether it is inside a transaction. */
  readonly inTransaction: boolean;
  execute<Row>(statement: Statement, read: RowReader<Row> | null): Promise<Executed<Row>>;
  /** Runs independent statements; one that fails does not keep the others from running. */
  executeAll(batch: readonly BatchStatement[]): Promise<PromiseSettledResult<Executed<unknown>>[]>;
  /** What it hands changed statements on to, for those who talk to the driver's connection themselves. */
  readonly mapped?: { readonly db: Connection; readonly change: (statement: Statement) => Statement };
  /** Runs `use` with a connection of its own; absent where there cannot be one. */
  withSession?<Result>(use: (session: Session) => Promise<Result>): Promise<Result>;
}

export interface BatchStatement {
  readonly statement: Statement;
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
