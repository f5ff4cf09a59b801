import { PGlite } from '@electric-sql/pglite';
import { type Connection, createPool } from 'nodrift-runtime';
import { migrate } from 'nodrift-runtime/migrate';
import { Pool } from 'pg';

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
  await migrate(db, new URL('../migrations', import.meta.url));
  return { db, close: () => db.close() };
}
