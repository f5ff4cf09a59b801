import type { Connection, PgliteConnection, QueryConfig, QueryResult } from './connection.ts';
import { queryPglite } from './pglite.ts';
import type { Statement } from './statement.ts';

const asText = (text: string): string => text;

/** Leaves every value the text that Postgres sent, whatever parsers pg has been given. */
export const rawTypes: QueryConfig['types'] = { getTypeParser: () => asText };

/** Runs a statement and returns its rows as texts. */
export function execute(db: Connection, { name, text, values }: Statement): Promise<QueryResult> {
  if (isPglite(db)) {
    return queryPglite(db, text, values);
  }
  return db.query(
    name === undefined
      ? { text, values, rowMode: 'array', types: rawTypes }
      : { name, text, values, rowMode: 'array', types: rawTypes },
  );
}

/** PGlite and its transactions have `exec`; nothing of pg has. */
function isPglite(db: Connection): db is PgliteConnection {
  return 'exec' in db;
}
