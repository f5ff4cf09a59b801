import { setImmediate } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  createPool,
  DatabaseError,
  exec,
  int4,
  observe,
  one,
  postgresJs,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const file = 'test.sql';
const backend = one<void, { pid: number }>({
  name: 'backend',
  file,
  sql: 'SELECT pg_backend_pid() AS pid',
  params: [],
  columns: [['pid', int4]],
  readOnly: true,
});
const taking = (name: string, sql: string) =>
  exec<{ value: string }>({
    name,
    file,
    sql,
    params: [{ name: 'value', codec: text }],
    columns: [],
    readOnly: true,
  });
const mayConnect = taking('mayConnect', "SELECT has_database_privilege($1, 'CONNECT')");
const remote = taking('remote', 'SELECT dblink_disconnect($1)');
const unreachable = taking('unreachable', "SELECT dblink_connect('host=127.0.0.1 port=1 dbname=' || $1)");
const duplicate = taking('duplicate', 'SELECT make_table($1)');

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase(
    18,
    `CREATE EXTENSION dblink;
     CREATE FUNCTION make_table(name text) RETURNS void LANGUAGE plpgsql AS
       'BEGIN EXECUTE format(''CREATE TABLE %I ()'', name); EXECUTE format(''CREATE TABLE %I ()'', name); END'`,
  );
});
afterAll(() => database.drop());

async function open(kind: string): Promise<{ db: Connection; close: () => Promise<unknown> }> {
  if (kind === 'Client') {
    const client = new Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    return { db: client, close: () => client.end() };
  }
  if (kind === 'postgres.js') {
    const sql = postgres(database.url, { max: 1 });
    return { db: postgresJs(sql), close: () => sql.end() };
  }
  const config = { connectionString: database.url, max: 1 };
  if (kind === 'Pool') {
    const pool = new Pool(config);
    return { db: pool, close: () => pool.end() };
  }
  const pool = createPool(Pool, config);
  return { db: pool, close: () => pool.end() };
}

describe.each(['Client', 'Pool', 'createPool', 'postgres.js'])('an ordinary error over %s', (kind) => {
  it.each([
    [mayConnect, '3D000'],
    [remote, '08003'],
    [unreachable, '08001'],
    [duplicate, '42P07'],
  ])(
    'of a class that connections end with: the connection stays, and no value shows',
    async (query, code) => {
      const { db, close } = await open(kind);
      const { pid } = await backend(db);
      const attempts: number[] = [];
      const stop = observe(({ query: name, attempt }) => name === query.name && attempts.push(attempt));
      const error = await query(db, { value: 'secret' }).catch((it: unknown) => it);
      stop();
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain('secret');
      expect(attempts).toEqual([1]);
      expect(await backend(db)).toEqual({ pid });
      const settled = await batch(db, [query.with({ value: 'secret' }), backend.with()]);
      expect(settled).toMatchObject([{ reason: { code } }, { value: { pid } }]);
      await close();
    },
  );
});

describe('a severity', () => {
  const failing = (severity: string, code: string): Connection => ({
    query: () => Promise.reject(Object.assign(new Error('words'), { severity, code })),
  });

  it.each([
    ['FATAL', '57P01', ConnectionError],
    ['FATAL', '3D000', ConnectionError],
    ['PANIC', 'XX000', ConnectionError],
    ['ERROR', '57P01', DatabaseError],
    ['ERROR', '08006', DatabaseError],
    // In the server's language, of which the codes tell that come with nothing else.
    ['ВАЖНО', '57P01', ConnectionError],
    ['ОШИБКА', '08006', DatabaseError],
  ] as const)('%s with %s', async (severity, code, expected) => {
    await expect(backend(failing(severity, code))).rejects.toThrow(expected);
  });
});

describe('a connection that died while no statement ran', () => {
  const dying = one<void, { pid: number }>({
    name: 'dying',
    file,
    sql: "SELECT pg_backend_pid() AS pid, set_config('idle_in_transaction_session_timeout', '10', true)",
    params: [],
    columns: [
      ['pid', int4],
      ['timeout', text],
    ],
  });

  it.each(['Client', 'Pool', 'createPool'] as const)('says why, over %s', async (kind) => {
    const { db, close } = await open(kind);
    const error = await transaction(db, {}, async (tx) => {
      const { pid } = await dying(tx);
      const admin = new Client({ connectionString: database.url });
      await admin.connect();
      for (let gone = false; !gone; ) {
        gone = (await admin.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rows.length === 0;
      }
      await admin.end();
      // What it was told has arrived by then, over loopback.
      await setImmediate();
      await backend(tx);
    }).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ query: 'backend', code: '25P03', outcome: 'not done' });
    await close().catch(() => {});
  });
});
