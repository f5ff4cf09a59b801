import { PGlite } from '@electric-sql/pglite';
import { Client, Pool } from 'pg';
import type { Connection } from '../../src/runtime/index.ts';
import { createDatabase, type Major, postgresUrl } from '../support/postgres.ts';

export interface Opened {
  readonly db: Connection;
  /** Runs statements on the same connection, for setting up. */
  run(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Every kind of connection that queries run over unchanged, by name. */
export const connections: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['pg Client', openClient],
  ['pg Pool', openPool],
  ['pg PoolClient', openPoolClient],
  ['PGlite', openPglite],
];

/** A client on a new database of a native server, which goes with it. */
export async function openNative(major: Major): Promise<Opened> {
  const database = await createDatabase(major);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return {
    db: client,
    run: (sql) => client.query(sql),
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}

async function openClient(): Promise<Opened> {
  const client = new Client({ connectionString: postgresUrl(18) });
  await client.connect();
  return { db: client, run: (sql) => client.query(sql), close: () => client.end() };
}

async function openPool(): Promise<Opened> {
  // One connection, so that a test's temporary tables are there for each of its queries.
  const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
  return { db: pool, run: (sql) => pool.query(sql), close: () => pool.end() };
}

async function openPoolClient(): Promise<Opened> {
  const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
  const client = await pool.connect();
  return {
    db: client,
    run: (sql) => client.query(sql),
    close: async () => {
      client.release();
      await pool.end();
    },
  };
}

/** PGlite through its own API. */
export async function openPglite(): Promise<Opened> {
  const db = await PGlite.create();
  return { db, run: (sql) => db.exec(sql), close: () => db.close() };
}
