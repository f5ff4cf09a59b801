import { type Client, escapeLiteral } from 'pg';

/** The table that node-pg-migrate keeps its books in, by its default. */
export const migrationsTable = 'pgmigrations';

const table = `"public"."${migrationsTable}"`;

/** Creates the books if there are none, as node-pg-migrate does (its source, src/runner.ts). */
export async function ensureBooks(client: Client): Promise<void> {
  // IF NOT EXISTS would make a sequence, and say something, each time.
  const { rows } = await client.query<{ found: boolean }>(
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS found',
    [`public.${migrationsTable}`],
  );
  if (rows[0]?.found) return;
  await client.query(
    `CREATE TABLE ${table} (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`,
  );
}

/** The statement that writes a migration into the books. */
export function markApplied(name: string): string {
  return `INSERT INTO ${table} (name, run_on) VALUES (${escapeLiteral(name)}, NOW());`;
}

/** The statement that takes a migration out of the books. */
export function markReverted(name: string): string {
  return `DELETE FROM ${table} WHERE name=${escapeLiteral(name)};`;
}
