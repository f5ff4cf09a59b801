import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  batch,
  type Connection,
  commented,
  createPool,
  int4,
  many,
  observe,
  one,
  type QueryEvent,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
import { postgresUrl } from '../support/postgres.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

const file = "queries/a b's.sql";
const SECRET = 'hunter2';
const divide = one<{ by: number }, { n: number }>({
  name: 'divide',
  file,
  sql: 'SELECT 100 / $1::int4 AS n',
  params: [{ name: 'by', codec: int4 }],
  columns: [['n', int4]],
  readOnly: true,
});
const echo = many<{ what: string }, { what: string }>({
  name: 'echo',
  file,
  sql: 'SELECT $1::text AS what',
  params: [{ name: 'what', codec: text }],
  columns: [['what', text]],
});
const current = one<void, { query: string }>({
  name: "it's */ --",
  file,
  sql: 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  params: [],
  columns: [['query', text]],
});

let proxy: TcpProxy;
let pool: Pool;
let pglite: PGlite;
let events: QueryEvent[];
let stop: () => void;

beforeAll(async () => {
  proxy = await startProxy(postgresUrl(18));
  pool = new Pool({ connectionString: proxy.url, max: 1 });
  pglite = await createPglite();
});
afterAll(async () => {
  await pool.end();
  await pglite.close();
  await proxy.close();
});
beforeEach(() => {
  events = [];
  stop = observe((event) => events.push(event));
});
afterEach(() => stop());

describe.each([
  ['pg', () => pool],
  ['PGlite', () => pglite],
] as const)('a listener, over %s', (_, get) => {
  let db: Connection;

  beforeAll(() => {
    db = get();
  });

  it('is told of each query that ends, and of no value', async () => {
    const before = Date.now();
    await echo(db, { what: SECRET });
    const after = Date.now();
    expect(events).toEqual([
      {
        query: 'echo',
        file,
        text: 'SELECT $1::text AS what',
        startedAt: expect.any(Number),
        durationMillis: expect.any(Number),
        rowCount: 1,
        code: null,
        failed: false,
        attempt: 1,
      },
    ]);
    const [event] = events;
    expect(event?.durationMillis).toBeGreaterThan(0);
    // The clock of durations is another one than that of dates, and may be a little off.
    expect(event?.startedAt).toBeGreaterThan(before - 1000);
    expect(event?.startedAt).toBeLessThan(after + 1000);
    expect(JSON.stringify(events)).not.toContain(SECRET);
  });

  it('is told of failures, with their SQLSTATE', async () => {
    await expect(divide(db, { by: 0 })).rejects.toThrow();
    expect(events).toMatchObject([{ query: 'divide', rowCount: null, code: '22012', failed: true }]);
    const undecodable = one<void, { n: number }>({
      name: 'u',
      file,
      sql: `SELECT 'x' AS n`,
      params: [],
      columns: [['n', int4]],
    });
    await expect(undecodable(db)).rejects.toThrow();
    expect(events[1]).toMatchObject({ query: 'u', rowCount: null, code: null, failed: true });
  });

  it('is told of each query of a batch and of a transaction', async () => {
    await batch(db, [divide.with({ by: 1 }), divide.with({ by: 0 }), echo.with({ what: '' })]);
    expect(events).toMatchObject([
      { query: 'divide', rowCount: 1 },
      { query: 'divide', code: '22012' },
      { query: 'echo', rowCount: 1 },
    ]);
    events = [];
    await transaction(db, {}, (tx) => transaction(tx, {}, (nested) => echo(nested, { what: '' })));
    expect(
      events.map((event) => event.query).filter((query) => query !== 'BEGIN' && query !== 'COMMIT'),
    ).toEqual(['SAVEPOINT nodrift', 'echo', 'RELEASE SAVEPOINT nodrift']);
  });

  it('is called in the context of the caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const stopThis = observe(() => seen.push(storage.getStore()));
    await Promise.all(['a', 'b'].map((name) => storage.run(name, () => echo(db, { what: name }))));
    await storage.run('c', () => batch(db, [echo.with({ what: 'c' }), echo.with({ what: 'c' })]));
    stopThis();
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'c']);
  });

  it('is not called any more when stopped', async () => {
    stop();
    await echo(db, { what: '' });
    expect(events).toEqual([]);
  });
});

describe('a listener', () => {
  it('is told which attempt it was', async () => {
    const managed = createPool(Pool, { connectionString: proxy.url, max: 1 });
    await divide(managed, { by: 1 });
    proxy.breakAfter(1);
    await divide(managed, { by: 2 });
    expect(events).toMatchObject([
      { attempt: 1, failed: false },
      { attempt: 1, failed: true, code: 'ECONNRESET' },
      { attempt: 2, failed: false },
    ]);
    events = [];
    let runs = 0;
    const conflict = one<void, { n: number }>({
      name: 'conflict',
      file,
      sql: `DO $$ BEGIN RAISE 'conflict' USING ERRCODE = '40001'; END $$`,
      params: [],
      columns: [],
    });
    await transaction(managed, { retries: 1 }, async (tx) => {
      runs += 1;
      await divide(tx, { by: 1 });
      if (runs === 1) {
        await conflict(tx);
      }
    });
    expect(events.filter((event) => event.file === file)).toMatchObject([
      { query: 'divide', attempt: 1 },
      { query: 'conflict', attempt: 1, code: '40001' },
      { query: 'divide', attempt: 2 },
    ]);
    await managed.end();
  });

  it('is told of slow and of failed statements alone, if asked for', async () => {
    const slow: QueryEvent[] = [];
    const stopThis = observe((event) => slow.push(event), { slowQueryMillis: 50 });
    const sleep = one<void, { slept: string }>({
      name: 'sleep',
      file,
      sql: `SELECT pg_sleep(0.06)::text AS slept`,
      params: [],
      columns: [['slept', text]],
    });
    await divide(pool, { by: 1 });
    await sleep(pool);
    await expect(divide(pool, { by: 0 })).rejects.toThrow();
    stopThis();
    await sleep(pool);
    // As all events say: on a busy machine the first may have been slow, too.
    const expected = events.slice(0, 3).filter((event) => event.failed || event.durationMillis >= 50);
    expect(slow).toEqual(expected);
    expect(slow.map((event) => event.query).slice(-2)).toEqual(['sleep', 'divide']);
  });

  it('cannot break a query', async () => {
    const thrown: unknown[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    const stopThis = observe(() => {
      throw new Error('of the listener');
    });
    try {
      expect(await echo(pool, { what: 'x' })).toEqual([{ what: 'x' }]);
      await vi.waitFor(() => expect(thrown).toHaveLength(1), 60_000);
    } finally {
      stopThis();
      process.removeAllListeners('uncaughtException');
      for (const listener of before) {
        process.on('uncaughtException', listener);
      }
    }
    expect(thrown).toMatchObject([{ message: 'of the listener' }]);
    expect(events).toHaveLength(1);
  });

  it("can be one of Node's diagnostics channel", async () => {
    stop();
    const published: unknown[] = [];
    const subscriber = (message: unknown) => published.push(message);
    channel('nodrift:query').subscribe(subscriber);
    await echo(pool, { what: SECRET });
    channel('nodrift:query').unsubscribe(subscriber);
    await echo(pool, { what: SECRET });
    expect(published).toMatchObject([{ query: 'echo', rowCount: 1 }]);
  });
});

describe('a connection with comments', () => {
  it("shows the query's name and file to the server", async () => {
    const db = commented(pool);
    const expected = `/*file='queries%2Fa%20b%27s.sql',query='it%27s%20*%2F%20--'*/ ${current.sql}`;
    expect((await current(db)).query).toBe(expected);
    // Prepared under its own name.
    expect((await current(db)).query).toBe(expected);
    expect((await current(pool)).query).toBe(current.sql);
    expect((await transaction(db, {}, (tx) => current(tx))).query).toBe(expected);
    expect(await batch(db, [current.with()])).toMatchObject([{ value: { query: expected } }]);
    const { rows } = await pool.query(
      `SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%pg_stat_activity%' AND statement NOT LIKE '%pg_prepared_statements%' ORDER BY 1`,
    );
    expect(rows.map((row) => row.statement)).toEqual([expected, current.sql].sort());
  });
});
