import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { runner } from 'node-pg-migrate';
import { type Connection, createPool } from 'nodrift-runtime';
import { Client, Pool } from 'pg';

export interface Database {
  readonly db: Connection;
  close(): Promise<void>;
}

/** A pool over DATABASE_URL, which `npm run migrate` has migrated; without one, an embedded Postgres for development. */
export async function openDatabase(url: string | undefined = process.env.DATABASE_URL): Promise<Database> {
  if (!url) return openEmbedded();
  const db = createPool(Pool, { connectionString: url, max: 10 });
  return { db, close: () => db.end() };
}

/** A migrated Postgres in this process; its rows are gone when the process ends. */
async function openEmbedded(): Promise<Database> {
  const db = new PGlite();
  const client = new Client(createPgConfig(db));
  await client.connect();
  const dir = fileURLToPath(new URL('../migrations', import.meta.url));
  await runner({ dbClient: client, dir, direction: 'up', migrationsTable: 'pgmigrations', log: () => {} });
  await client.end();
  return { db, close: () => db.close() };
}
