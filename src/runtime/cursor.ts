import type { QueryConfig } from './connection.ts';
import type { QueryDefinition } from './definition.ts';
import type { DescribedField } from './described.ts';
import { StreamError } from './errors.ts';
import { rawTypes } from './execute.ts';
import type { RowReader } from './row.ts';
import type { BoundStatement } from './statement.ts';
import { toQueryError } from './to-query-error.ts';

/** PgTyped's convention: `read(n)` resolves the next n rows, none at the end. */
export interface Cursor<Rows> {
  read(rowCount: number): Promise<Rows>;
  close(): Promise<void>;
}

/**
 * A connection that opens cursors. The third argument must reach the cursor, as in
 * `stream: (text, values, config) => client.query(new Cursor(text, values, config))` with pg-cursor.
 */
export interface StreamingConnection {
  stream?(
    text: string,
    values: (string | Uint8Array | null)[],
    config: Pick<QueryConfig, 'rowMode' | 'types'>,
  ): Cursor<unknown[]>;
}

/** Opens a cursor over a statement whose rows are decoded as the query's own are. */
export function openCursor<Row>(
  definition: QueryDefinition,
  read: RowReader<Row> | null,
  { text, values }: BoundStatement,
  db: StreamingConnection,
): Cursor<Row[]> {
  if (db.stream === undefined) {
    throw new StreamError(definition, 'the connection has no `stream`');
  }
  const cursor = db.stream(text, values, { rowMode: 'array', types: rawTypes });
  let check = read?.check;
  return {
    read: async (rowCount) => {
      const rows = await cursor.read(rowCount).catch((error: unknown) => {
        throw toQueryError(definition, error);
      });
      if (!rows.every((row) => Array.isArray(row))) {
        throw new StreamError(definition, '`stream` must pass its third argument to the cursor');
      }
      // What pg-cursor keeps of the description; of other cursors nothing is known.
      const { fields = [] } = (cursor as { _result?: { fields?: readonly DescribedField[] } })._result ?? {};
      check?.(fields);
      check = null;
      return read === null ? [] : rows.map((row) => read(row as (string | null)[]));
    },
    close: () => cursor.close(),
  };
}
