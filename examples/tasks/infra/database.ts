import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { runner } from 'node-pg-migrate';
import { Client, Pool } from 'pg';

export interface Database {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** A pool over the database at the URL, which must be migrated (`nodrift migrate up`). */
export function openServer(connectionString: string): Database {
  const pool = new Pool({ connectionString });
  return { pool, close: () => pool.end() };
}

/** A pool over an embedded, migrated Postgres that lives as long as the process. */
export async function openEmbedded(): Promise<Database> {
  const pglite = new PGlite();
  const client = new Client(createPgConfig(pglite));
  await client.connect();
  await runner({
    dbClient: client,
    dir: fileURLToPath(new URL('../../../migrations', import.meta.url)),
    direction: 'up',
    migrationsTable: 'pgmigrations',
    log: () => {},
  });
  await client.end();
  // PGlite has one session: more than one client would share its transaction.
  const pool = new Pool({ ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0 });
  return {
    pool,
    async close() {
      await pool.end();
      await pglite.close();
    },
  };
}
