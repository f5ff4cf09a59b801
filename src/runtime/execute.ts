import type { Connection, PgliteConnection, QueryConfig } from './connection.ts';
import { isPgClient, isPgPool, submit, withClient } from './pg.ts';
import { PgStatement } from './pg-statement.ts';
import { queryPglite } from './pglite.ts';
import type { RowReader } from './row.ts';
import type { Statement } from './statement.ts';

/** What a statement answered. */
export interface Executed<Row> {
  readonly rows: Row[];
  /** Of the command tag: rows returned, or affected. */
  readonly rowCount: number;
}

/** Runs a statement; `read` null: its rows, if it has any, are not asked for. */
export function execute<Row>(
  db: Connection,
  statement: Statement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  if (isPgClient(db)) {
    return submit(db, new PgStatement(statement, read));
  }
  if (isPgPool(db)) {
    return withClient(db, (client) => submit(client, new PgStatement(statement, read)));
  }
  return query(db, statement, read);
}

/** Leaves every value the text that Postgres sent, whatever parsers pg has been given. */
export const rawTypes: QueryConfig['types'] = { getTypeParser: () => asText };

/** Through whatever has a `query`. */
async function query<Row>(
  db: Connection,
  { name, text, values }: Statement,
  read: RowReader<Row> | null,
): Promise<Executed<Row>> {
  const result = isPglite(db)
    ? await queryPglite(db, text, values)
    : await db.query({
        ...(name === undefined ? {} : { name }),
        text,
        values,
        rowMode: 'array',
        types: rawTypes,
      });
  return {
    rows: read === null ? [] : result.rows.map((row) => read(row as (string | null)[])),
    rowCount: result.rowCount ?? 0,
  };
}

/** PGlite and its transactions have `exec`; nothing of pg has. */
function isPglite(db: Connection): db is PgliteConnection {
  return 'exec' in db;
}

function asText(text: string): string {
  return text;
}
