import { PGlite } from '@electric-sql/pglite';
import { Client, Pool } from 'pg';
import type { Connection } from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

export interface Opened {
  readonly db: Connection;
  close(): Promise<void>;
}

/** Every kind of connection that queries run over unchanged, by name. */
export const connections: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['pg Client', openClient],
  ['pg Pool', openPool],
  ['pg PoolClient', openPoolClient],
  ['PGlite', openPglite],
];

async function openClient(): Promise<Opened> {
  const client = new Client({ connectionString: postgresUrl(18) });
  await client.connect();
  return { db: client, close: () => client.end() };
}

async function openPool(): Promise<Opened> {
  // One connection, so that a test's temporary tables are there for each of its queries.
  const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
  return { db: pool, close: () => pool.end() };
}

async function openPoolClient(): Promise<Opened> {
  const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
  const client = await pool.connect();
  return {
    db: client,
    close: async () => {
      client.release();
      await pool.end();
    },
  };
}

async function openPglite(): Promise<Opened> {
  const db = await PGlite.create();
  return { db, close: () => db.close() };
}
