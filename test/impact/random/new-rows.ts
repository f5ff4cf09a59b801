import type { Client } from 'pg';
import type { Draw } from './draw.ts';
import type { World } from './tables.ts';
import { literal } from './values.ts';

interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** Adds rows that a world's tables allow after a migration, as code that knows the new schema does. */
export async function newRows(client: Client, draw: Draw, { schema }: World): Promise<void> {
  const { rows: tables } = await client.query<{ name: string; columns: NewColumn[] }>(
    `SELECT c.relname AS name, pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'nullable', NOT a.attnotnull,
       'type', pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum) AS columns
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = $1::pg_catalog.regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
     GROUP BY c.oid, c.relname ORDER BY c.oid`,
    [schema],
  );
  for (const { name, columns } of tables) {
    for (const id of [3, 4]) {
      const cells = columns.map((column) => {
        if (column.name === 'id') return `${id}`;
        return column.nullable && draw.below(2) === 0 ? 'NULL' : literal(draw, column.type);
      });
      const names = columns.map((column) => column.name).join(', ');
      await client
        .query(`INSERT INTO ${schema}.${name} (${names}) VALUES (${cells.join(', ')})`)
        .catch(() => undefined);
    }
  }
}
