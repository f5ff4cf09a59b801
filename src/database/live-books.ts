import type { Client } from 'pg';
import type { SchemaSource } from '../project/config.ts';
import { type AppliedMigration, migrationsTable, readBooks } from './books.ts';

/** The books of a database that we may be a stranger to. */
export interface LiveBooks {
  /** Null where there are none, or none that can be read. */
  readonly applied: readonly AppliedMigration[] | null;
  /** Why there are none. */
  readonly note: string | null;
}

/** Reads which migrations a database says it has; nothing is written, and a missing privilege is no error. */
export async function readLiveBooks(client: Client, source: SchemaSource): Promise<LiveBooks> {
  // The tools of other formats keep their books in their own ways.
  if (source.kind !== 'migrations' || source.format !== 'node-pg-migrate')
    return { applied: null, note: null };
  const table = `public.${migrationsTable}`;
  const { rows } = await client.query<{ readable: boolean | null }>(
    `SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relname = $1`,
    [migrationsTable],
  );
  const compared = 'the database is compared with all migrations.';
  if (rows[0] === undefined) return { applied: null, note: `There is no table ${table}: ${compared}` };
  if (rows[0].readable !== true)
    return { applied: null, note: `The role may not read ${table}: ${compared}` };
  return { applied: await readBooks(client), note: null };
}
