import type { Connection } from './connection.ts';
import type { Executed } from './execute.ts';
import type { RowReader } from './row.ts';
import type { Session } from './session.ts';
import type { Statement } from './statement.ts';

/**
 * What stands between queries and a driver's connection: a transaction, a connection without prepared
 * statements, an adapter. Connections that are no layers are pg's, PGlite's, or have pg's `query`.
 */
export interface Layer {
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

const layers = /* @__PURE__ */ new WeakMap<object, Layer>();

/** Makes `connection` stand for a layer wherever a connection is taken. */
export function asConnection<Handle extends object>(connection: Handle, layer: Layer): Handle {
  layers.set(connection, layer);
  return connection;
}

/** The layer that a connection stands for; undefined for a driver's own. */
export function layerOf(db: Connection): Layer | undefined {
  return layers.get(db);
}
