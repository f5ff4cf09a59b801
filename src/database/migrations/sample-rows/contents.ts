import type { Client } from 'pg';
import type { SampleTable } from './tables.ts';

/** What is in a table: as many rows, and a digest of each column's values, whatever their order. */
export interface Contents {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Analyses tables, in one query.
 * @param tables as they were described; those, and columns, that are gone are omitted
 * @returns by the table's name
 */
export async function contentsOf(
  client: Client,
  tables: readonly SampleTable[],
): Promise<ReadonlyMap<string, Contents>> {
  const there = await existing(client, tables);
  const looked = tables.flatMap((table) => {
    const names = there.get(table.name);
    if (names === undefined) return [];
    const columns = table.columns.filter(({ name, generated }) => names.has(name) && !generated);
    return [{ name: table.name, columns: columns.map(({ name }) => name) }];
  });
  if (looked.length === 0) return new Map();
  const queries = looked.map(({ name, columns }, index) => {
    const digests = columns.map((column) => {
      const text = `COALESCE(pg_catalog.quote_literal(${column}::text), 'NULL') COLLATE "C"`;
      return `pg_catalog.md5(pg_catalog.string_agg(${text}, ',' ORDER BY ${text}))`;
    });
    return `SELECT ${index} AS index, pg_catalog.count(*)::int AS rows, ARRAY[${digests.join(', ')}]::text[] AS digests FROM ${name}`;
  });
  const { rows } = await client.query<{ index: number; rows: number; digests: readonly (string | null)[] }>(
    queries.join(' UNION ALL '),
  );
  return new Map(
    rows.flatMap((row) => {
      const table = looked[row.index];
      if (!table) return [];
      const columns = new Map(table.columns.map((name, at) => [name, row.digests[at] ?? '']));
      return [[table.name, { rows: row.rows, columns }] as const];
    }),
  );
}

async function existing(
  client: Client,
  tables: readonly SampleTable[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await client.query<{ name: string; columns: readonly string[] }>(
    `SELECT name, ARRAY(SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute
                         WHERE attrelid = pg_catalog.to_regclass(name) AND attnum > 0 AND NOT attisdropped) AS columns
       FROM pg_catalog.unnest($1::text[]) AS names (name) WHERE pg_catalog.to_regclass(name) IS NOT NULL`,
    [tables.map(({ name }) => name)],
  );
  return new Map(rows.map(({ name, columns }) => [name, new Set(columns)]));
}
