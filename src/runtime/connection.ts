import type { DescribedField } from './described.ts';

/**
 * What a query is executed over: pg's Client, Pool or PoolClient, PGlite or its transactions, or
 * anything else that has one of the two `query` methods.
 */
export type Connection = PgConnection | PgliteConnection;

declare const readOnly: unique symbol;

/** Accepts only queries that are proven to only read, such as a replica. The mark exists only in types. */
export interface ReadOnlyConnection {
  readonly [readOnly]: true;
}

/** pg's convention: one object that says everything about the query. */
export interface PgConnection {
  query(config: QueryConfig): Promise<QueryResult>;
}

/** What pg's `query` takes (https://node-postgres.com/apis/client#clientquery). */
export interface QueryConfig {
  /** The prepared statement's name; absent: not kept prepared. */
  name?: string | undefined;
  text: string;
  /** Encoded: text, or bytes for bytea. */
  values: (string | Uint8Array | null)[];
  rowMode: 'array';
  /** Keeps pg's global and the client's own type parsers out: every value stays text. */
  types: { getTypeParser(): (text: string) => string };
}

/** Rows as arrays of texts, in the order of the columns. */
export interface QueryResult {
  // pg types them as its type parsers' output; here they are what `types` left: string or null.
  rows: unknown[][];
  rowCount?: number | null;
  /** The columns, as the server describes them. */
  fields?: readonly DescribedField[];
}

/** PGlite's own API (https://pglite.dev/docs/api#query), also that of the transaction it hands out. */
export interface PgliteConnection {
  query(sql: string, params: unknown[], options: PgliteOptions): Promise<PgliteResult>;
  exec(sql: string): Promise<unknown>;
  /** Its transactions have it, PGlite has not. */
  rollback?(): Promise<void>;
  /** PGlite has it, its transactions have not. */
  transaction?(use: (tx: PgliteConnection) => Promise<unknown>): Promise<unknown>;
}

export interface PgliteOptions {
  rowMode: 'array';
  parsers: Record<number, (text: string) => string>;
}

export interface PgliteResult {
  rows: unknown[];
  fields?: readonly DescribedField[];
  rowCount?: number;
  affectedRows?: number;
}
