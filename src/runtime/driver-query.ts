import type { Connection, QueryConfig, QueryResult } from './connection.ts';
import { adapterOf } from './connection-adapter.ts';
import { isPglite, queryRaw } from './pglite.ts';

/** What a driver's own `query` resolves: its rows, as the driver parses them. */
export interface DriverResult<Row> {
  rows: Row[];
  /** Of pg: rows returned, or affected. */
  rowCount?: number | null;
  /** Of PGlite. */
  affectedRows?: number;
}

/** A statement as pg's `query` takes it (https://node-postgres.com/apis/client#queryconfig). */
export interface DriverConfig {
  name?: string;
  text: string;
  values?: unknown[];
  rowMode?: 'array';
}

/** The driver's own `query`, for statements that are not queries of generated modules. */
export interface DriverConnection {
  query(config: QueryConfig): Promise<QueryResult>;
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<DriverResult<Row>>;
  query<Row = Record<string, unknown>>(config: DriverConfig, values?: unknown[]): Promise<DriverResult<Row>>;
}

type AnyQuery = (...args: readonly unknown[]) => Promise<QueryResult>;

/**
 * Calls the `query` of the driver behind a connection with the arguments that it takes.
 * @throws TypeError for a callback, or for what pg is handed to be submitted, neither of which is waited for
 */
export async function driverQuery(db: Connection, args: readonly unknown[]): Promise<QueryResult> {
  const [first, second] = args;
  const { text, submit } = Object(first) as Partial<QueryConfig> & { submit?: unknown };
  if (args.some((argument) => typeof argument === 'function') || typeof submit === 'function') {
    throw new TypeError(
      'query: no callbacks and no cursors here; it returns a promise, and queries have `iterate`',
    );
  }
  if (typeof first !== 'string' && typeof text !== 'string') {
    throw new TypeError(
      'query: the first argument must be a text, or an object with the text of a statement',
    );
  }
  const query = db.query.bind(db) as AnyQuery;
  if (!isPglite(db) || adapterOf(db) !== undefined || typeof first === 'string') {
    return query(...args);
  }
  const config = first as Partial<QueryConfig>;
  return config.types === undefined
    ? query(text, second ?? config.values, { rowMode: config.rowMode ?? 'object' })
    : queryRaw(db, first as QueryConfig);
}

/** The `query` of a connection that represents another. */
export function driverQueryOf(db: Connection): DriverConnection['query'] {
  return (...args: readonly unknown[]) => driverQuery(db, args) as Promise<never>;
}
