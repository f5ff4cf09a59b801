import type { Connection, PgliteConnection, QueryConfig, QueryResult } from './connection.ts';

/**
 * Built-in types that PGlite parses unless told otherwise (its src/types.ts), and the arrays of these:
 * bool, bytea, int8, int2, int4, oid, json, float4, float8, date, timestamp, timestamptz, jsonb; and box[], which has another delimiter than all others.
 */
const PARSED = [
  16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802, 1000, 1001, 1016, 1005, 1007, 1028, 199,
  1021, 1022, 1182, 1115, 1185, 3807, 1020,
];

const asText = (text: string): string => text;
let parsers: Record<number, (text: string) => string> | undefined;

/** PGlite and its transactions have `exec`; nothing of pg has. */
export function isPglite(db: Connection): db is PgliteConnection {
  return 'exec' in db;
}

/** Runs a statement over PGlite's own API, with every value left as text. */
async function queryPglite(
  db: PgliteConnection,
  text: string,
  values: (string | Uint8Array | null)[],
): Promise<QueryResult> {
  parsers ??= Object.fromEntries(PARSED.map((oid) => [oid, asText]));
  const result = await db.query(text, values, { rowMode: 'array', parsers });
  return {
    rows: result.rows.map((row) => (row as unknown[]).map(toText)),
    rowCount: result.rowCount ?? result.affectedRows ?? 0,
    ...(result.fields && { fields: result.fields }),
  };
}

/** Through `query` as the connection has it: pg's or PGlite's. */
export async function queryRaw(db: Connection, config: QueryConfig): Promise<QueryResult> {
  return isPglite(db) ? queryPglite(db, config.text, config.values) : db.query(config);
}

/** PGlite splits other types' arrays into their elements' texts: this puts them together again. */
function toText(value: unknown): unknown {
  return Array.isArray(value) ? `{${value.map(elementText).join(',')}}` : value;
}

function elementText(element: unknown): unknown {
  if (element === null || Array.isArray(element)) {
    return element === null ? 'NULL' : toText(element);
  }
  return `"${String(element).replace(/["\\]/g, '\\$&')}"`;
}
