import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  DatabaseError,
  exec,
  execrows,
  int4,
  many,
  maybe,
  NoRowError,
  one,
  ReadTimeoutError,
  TransactionError,
  text,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';
import { holdTimers } from './held-timers.ts';
import { recordSyncs } from './record-syncs.ts';

const file = 'test.sql';
const hasty = (application_name: string) =>
  new Pool({ connectionString: postgresUrl(18), max: 1, query_timeout: 100, application_name });
const divide = one<{ by: number }, { n: number }>({
  name: 'divide',
  file,
  sql: 'SELECT 100 / $1::int4 AS n',
  params: [{ name: 'by', codec: int4 }],
  columns: [['n', int4]],
});
const name = maybe<void, { name: string | null }>({
  name: 'name',
  file,
  sql: `SELECT 'x' AS name`,
  params: [],
  columns: [['name', text]],
});
const none = one<void, { n: number }>({
  name: 'none',
  file,
  sql: 'SELECT 1 AS n WHERE false',
  params: [],
  columns: [['n', int4]],
});
const series = many<{ to: number }, { n: number }>({
  name: 'series',
  file,
  sql: 'SELECT n FROM generate_series(1, $1::int4) AS n',
  params: [{ name: 'to', codec: int4 }],
  columns: [['n', int4]],
});
const broken = exec<void>({
  name: 'broken',
  file,
  sql: 'SELECT nothing FROM nowhere',
  params: [],
  columns: [],
});
const slow = exec<void>({ name: 'slow', file, sql: 'SELECT pg_sleep(5)', params: [], columns: [] });
const kill = exec<void>({
  name: 'kill',
  file,
  sql: 'SELECT pg_terminate_backend(pg_backend_pid())',
  params: [],
  columns: [],
});

describe.each([
  ...connections.filter(([kind]) => kind !== 'a transaction of PGlite'),
  [
    'a connection without prepared statements',
    async (): Promise<Opened> => {
      const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
      return { db: unprepared(pool), run: (sql) => pool.query(sql), close: () => pool.end() };
    },
  ] as const,
])('a batch over %s', (_, open) => {
  let opened: Opened;
  let db: Connection;

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
  });
  afterAll(() => opened.close());

  it('gives each query its own result or error', async () => {
    const results = await batch(db, [
      divide.with({ by: 5 }),
      name.with(),
      divide.with({ by: 0 }),
      broken.with(),
      none.with(),
      broken.with(),
      series.with({ to: 3 }),
      divide.with({ by: 4 }),
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { n: 20 } },
      { status: 'fulfilled', value: { name: 'x' } },
      { status: 'rejected', reason: { query: 'divide', code: '22012' } },
      { status: 'rejected', reason: { query: 'broken', code: '42P01' } },
      { status: 'rejected', reason: { query: 'none' } },
      { status: 'rejected', reason: { query: 'broken', code: '42P01' } },
      { status: 'fulfilled', value: [{ n: 1 }, { n: 2 }, { n: 3 }] },
      { status: 'fulfilled', value: { n: 25 } },
    ]);
    expect(results[2].status === 'rejected' && results[2].reason).toBeInstanceOf(DatabaseError);
    expect(results[4].status === 'rejected' && results[4].reason).toBeInstanceOf(NoRowError);
    expectTypeOf(results[0]).toEqualTypeOf<PromiseSettledResult<{ n: number }>>();
    expectTypeOf(results[1]).toEqualTypeOf<PromiseSettledResult<{ name: string | null } | null>>();
    expectTypeOf(results[3]).toEqualTypeOf<PromiseSettledResult<void>>();
  });

  it('leaves the connection in order', async () => {
    expect(await batch(db, [])).toEqual([]);
    expect(await divide(db, { by: 2 })).toEqual({ n: 50 });
    const many = await batch(
      db,
      Array.from({ length: 50 }, (_, i) => divide.with({ by: i })),
    );
    expect(many.map((it) => (it.status === 'fulfilled' ? it.value.n : it.reason.code))).toEqual(
      Array.from({ length: 50 }, (_, i) => (i === 0 ? '22012' : Math.trunc(100 / i))),
    );
  });
});

describe('a batch', () => {
  it('is one round trip over pg', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    const sent = recordSyncs(client);
    await batch(client, [divide.with({ by: 1 }), divide.with({ by: 2 }), divide.with({ by: 3 })]);
    expect(sent()).toEqual([3]);
    await client.end();
  });

  it('keeps its answers apart from those of queries that are queued meanwhile', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    const answers = await Promise.all([
      batch(client, [divide.with({ by: 1 }), broken.with(), divide.with({ by: 2 })]),
      divide(client, { by: 4 }),
      batch(client, [divide.with({ by: 5 }), divide.with({ by: 10 })]),
    ]);
    expect(answers).toMatchObject([
      [{ value: { n: 100 } }, { status: 'rejected' }, { value: { n: 50 } }],
      { n: 25 },
      [{ value: { n: 20 } }, { value: { n: 10 } }],
    ]);
    await client.end();
  });

  it('fails as a whole when the connection breaks', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
    const results = await batch(pool, [divide.with({ by: 1 }), kill.with(), divide.with({ by: 2 })]);
    expect(results).toMatchObject([{ value: { n: 100 } }, { status: 'rejected' }, { status: 'rejected' }]);
    for (const { reason } of [results[1], results[2]] as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(ConnectionError);
    }
    expect(await divide(pool, { by: 1 })).toEqual({ n: 100 });
    await pool.end();
  });

  it('fails as a whole when time runs out', async () => {
    await using timers = await holdTimers(postgresUrl(18));
    const pool = hasty('batch_timeout');
    const running = batch(pool, [slow.with(), divide.with({ by: 2 })]);
    await timers.untilSleeping('batch_timeout');
    await timers.pass(100);
    const results = await running;
    for (const { reason } of results as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(ReadTimeoutError);
    }
    expect(pool.totalCount).toBe(0);
    expect(await divide(pool, { by: 1 })).toEqual({ n: 100 });
    await pool.end();
  });

  it('fails when time runs out for one that is not the first', async () => {
    await using timers = await holdTimers(postgresUrl(18));
    const pool = hasty('batch_timeout_later');
    const running = batch(pool, [divide.with({ by: 1 }), slow.with(), divide.with({ by: 2 })]);
    await timers.untilSleeping('batch_timeout_later');
    await timers.pass(100);
    const results = await running;
    expect(results).toMatchObject([
      { value: { n: 100 } },
      { reason: { name: 'ReadTimeoutError', query: 'slow' } },
      { reason: { name: 'ReadTimeoutError', query: 'divide' } },
    ]);
    expect(await divide(pool, { by: 4 })).toEqual({ n: 25 });
    await pool.end();
  });

  it('leaves no answers behind, for queries after it to take for theirs', async () => {
    await using timers = await holdTimers(postgresUrl(18));
    const application_name = 'batch_answers';
    const client = new Client({ connectionString: postgresUrl(18), query_timeout: 100, application_name });
    await client.connect();
    await divide(client, { by: 1 });
    const running = batch(client, [slow.with(), divide.with({ by: 2 }), divide.with({ by: 2 })]);
    await timers.untilSleeping(application_name);
    await timers.pass(100);
    await running;
    await timers.pass(10);
    await expect(divide(client, { by: 4 })).rejects.toThrow(ConnectionError);
  });

  it('tells each call that there is no connection', async () => {
    await using timers = await holdTimers(postgresUrl(18));
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1, connectionTimeoutMillis: 50 });
    const busy = await pool.connect();
    const running = batch(pool, [divide.with({ by: 1 }), name.with()]);
    await timers.pass(50);
    expect(await running).toMatchObject([
      { reason: { name: 'PoolTimeoutError', query: 'divide', file } },
      { reason: { name: 'PoolTimeoutError', query: 'name', file } },
    ]);
    busy.release();
    await pool.end();
  });

  it('is part of a transaction, of which nothing is committed if one fails', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
    await pool.query('CREATE TEMPORARY TABLE items (id int4 PRIMARY KEY)');
    const add = execrows<{ id: number }>({
      name: 'add',
      file,
      sql: 'INSERT INTO items VALUES ($1)',
      params: [{ name: 'id', codec: int4 }],
      columns: [],
    });
    const failing = transaction(pool, {}, async (tx) => {
      expect(await batch(tx, [add.with({ id: 1 }), add.with({ id: 1 }), add.with({ id: 2 })])).toMatchObject([
        { value: 1 },
        { reason: { code: '23505' } },
        { reason: { code: '25P02' } },
      ]);
    });
    await expect(failing).rejects.toThrow(TransactionError);
    await transaction(pool, {}, (tx) => batch(tx, [add.with({ id: 3 }), add.with({ id: 4 })]));
    expect((await pool.query('SELECT id FROM items ORDER BY id')).rows).toEqual([{ id: 3 }, { id: 4 }]);
    await pool.end();
  });
});
