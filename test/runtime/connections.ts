import type { Transaction } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Client, type ClientConfig, Pool } from 'pg';
import postgres from 'postgres';
import { type Connection, type PgConnection, postgresJs } from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
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
  ['pg Client in pipeline mode', openPipelined],
  ['a wrapper around pg', openWrapped],
  ['postgres.js', openPostgresJs],
  ['PGlite', openPglite],
  ['a transaction of PGlite', openPgliteTransaction],
  ["PGlite through pg's Client", openPgliteClient],
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

async function openPostgresJs(): Promise<Opened> {
  const sql = postgres(postgresUrl(18), { max: 1, onnotice: () => {} });
  return { db: postgresJs(sql), run: (text) => sql.unsafe(text).simple(), close: () => sql.end() };
}

/** postgres.js on a new database of a native server, which goes with it. */
export async function openNativePostgresJs(major: Major): Promise<Opened> {
  const database = await createDatabase(major);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  return {
    db: postgresJs(sql),
    run: (text) => sql.unsafe(text).simple(),
    close: async () => {
      await sql.end();
      await database.drop();
    },
  };
}

/** PGlite through its own API. */
export async function openPglite(): Promise<Opened> {
  const db = await createPglite();
  return { db, run: (sql) => db.exec(sql), close: () => db.close() };
}

async function openPipelined(): Promise<Opened> {
  const client = new Client({ connectionString: postgresUrl(18), pipeline: true } as ClientConfig);
  await client.connect();
  return { db: client, run: (sql) => client.query(sql), close: () => client.end() };
}

async function openWrapped(): Promise<Opened> {
  const { db: client, run, close } = await openClient();
  // Not a client by its looks: it is used through its `query` alone.
  const wrapped: PgConnection = { query: (config) => (client as PgConnection).query(config) };
  return { db: wrapped, run, close };
}

/** A transaction of PGlite's own. */
export async function openPgliteTransaction(): Promise<Opened> {
  const db = await createPglite();
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let done: Promise<unknown> = Promise.resolve();
  const tx = await new Promise<Transaction>((resolve) => {
    done = db.transaction((transaction) => {
      resolve(transaction);
      return finished;
    });
  });
  return {
    db: tx,
    run: (sql) => tx.exec(sql),
    close: async () => {
      finish();
      await done;
      await db.close();
    },
  };
}

async function openPgliteClient(): Promise<Opened> {
  const db = await createPglite();
  const client = new Client(createPgConfig(db));
  await client.connect();
  return {
    db: client,
    run: (sql) => client.query(sql),
    close: async () => {
      await client.end();
      await db.close();
    },
  };
}
