import type { EventEmitter } from 'node:events';
import { Client, type ClientConfig, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  createPool,
  exec,
  execrows,
  InterruptedError,
  int4,
  one,
  postgresJs,
  type QueryDefinition,
  transaction,
} from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { holdTimers } from './held-timers.ts';
import { startProxy } from './proxy.ts';
import { eventually } from './stress.ts';

const file = 'test.sql';
const named = (name: string, sql: string): QueryDefinition => ({ name, file, sql, params: [], columns: [] });
const param = { params: [{ name: 'id', codec: int4 }] };
const add = execrows<{ id: number }>({ ...named('add', 'INSERT INTO items VALUES ($1)'), ...param });
const addSlowly = execrows<{ id: number }>({
  ...named('addSlowly', 'INSERT INTO items SELECT $1 FROM pg_sleep(100)'),
  ...param,
});
const sleep = exec<void>({ ...named('sleep', 'SELECT pg_sleep(100)'), readOnly: true });
const stubborn = one<void, { n: number }>({
  ...named('stubborn', 'SELECT stubborn() AS n'),
  columns: [['n', int4]],
});
const count = one<{ id: number }, { n: number }>({
  ...named('count', 'SELECT count(*)::int4 AS n FROM items WHERE id = $1'),
  ...param,
  columns: [['n', int4]],
  readOnly: true,
});
const commitAndSleep = exec<void>(named('commitAndSleep', 'CALL commit_and_sleep()'));

const timedOut = { name: 'InterruptedError', by: 'timeout', outcome: 'not done' };

let database: TestDatabase;
let other: Client;
const running = async () => {
  const { rows } = await other.query(
    `SELECT count(*)::int4 AS n FROM pg_stat_activity
     WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`,
  );
  return rows[0].n as number;
};

beforeAll(async () => {
  database = await createDatabase(
    18,
    `CREATE TABLE items (id int4);
     CREATE FUNCTION stubborn() RETURNS int4 LANGUAGE plpgsql AS $$
       BEGIN PERFORM pg_sleep(100); RETURN 0; EXCEPTION WHEN query_canceled THEN RETURN 1; END $$;
     CREATE PROCEDURE commit_and_sleep() LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO items VALUES (99); COMMIT; PERFORM pg_sleep(100); END $$`,
  );
  other = new Client({ connectionString: database.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await database.drop();
});

const application_name = 'interrupt';
const drivers: [string, () => Promise<{ db: Connection; close(): Promise<unknown> }>][] = [
  [
    'pg Client',
    async () => {
      const db = new Client({ connectionString: database.url, application_name });
      await db.connect();
      return { db, close: () => db.end() };
    },
  ],
  [
    'pg Pool',
    async () => {
      const db = new Pool({ connectionString: database.url, max: 1, application_name });
      return { db, close: () => db.end() };
    },
  ],
  [
    'createPool',
    async () => {
      const db = createPool(Pool, { connectionString: database.url, max: 1, application_name });
      return { db, close: () => db.end() };
    },
  ],
  [
    'postgres.js',
    async () => {
      const sql = postgres(database.url, { max: 1, connection: { application_name } });
      return { db: postgresJs(sql), close: () => sql.end() };
    },
  ],
];

describe.each(drivers)('a call over %s', (name, open) => {
  it('is cancelled on the server when its time is up or its signal is aborted', async () => {
    const { db, close } = await open();
    // Connected already: how long that takes would be part of the limit.
    await count(db, { id: 1 });
    await expect(addSlowly(db, { id: 1 }, { timeoutMs: 50 })).rejects.toMatchObject(timedOut);
    await eventually(running, 0);

    const controller = new AbortController();
    const { signal } = controller;
    const aborted = expect(addSlowly(db, { id: 1 }, { signal })).rejects.toMatchObject({
      by: 'signal',
      outcome: 'not done',
      message: 'addSlowly (test.sql): aborted, not done',
    });
    await eventually(running, 1);
    controller.abort();
    await aborted;

    await expect(add(db, { id: 1 }, { signal })).rejects.toMatchObject({ by: 'signal', outcome: 'not done' });
    expect(await count(db, { id: 1 }, { timeoutMs: 60_000 })).toEqual({ n: 0 });
    await close();
  });

  it('resolves when it was done though it was cancelled', async () => {
    const { db, close } = await open();
    await count(db, { id: 1 });
    await stubborn(db, undefined, { timeoutMs: 50 }).then(
      (row) => expect(row).toEqual({ n: 1 }),
      // A request that comes before the function has begun cancels the statement as a whole.
      (error) => expect(error).toMatchObject(timedOut),
    );
    await close();
  });

  it('does not say that a procedure that may have committed has done nothing', async () => {
    const { db, close } = await open();
    // Connected already: a call that was not sent has done nothing.
    await count(db, { id: 1 });
    await using timers = await holdTimers(database.url);
    const calling = commitAndSleep(db, undefined, { timeoutMs: 200 });
    const failing = expect(calling).rejects.toMatchObject({ by: 'timeout', outcome: 'unknown' });
    await timers.untilSleeping('interrupt');
    await timers.pass(200);
    await failing;
    await close();
  });

  it('leaves what waits behind it alone', async () => {
    const { db, close } = await open();
    const controller = new AbortController();
    const slow = expect(sleep(db, undefined, { timeoutMs: 50 })).rejects.toMatchObject(timedOut);
    // Over postgres.js what waits is not taken back: it may be done before it can be cancelled.
    const waiting = add(db, { id: 2 }, { signal: controller.signal }).then(
      (n) => n,
      (error) => {
        expect(error).toMatchObject({ by: 'signal', outcome: 'not done' });
        return 0;
      },
    );
    const behind = Array.from({ length: 20 }, () => add(db, { id: 3 }));
    controller.abort();
    const [, done] = await Promise.all([slow, waiting, ...behind]);
    expect(name === 'postgres.js' || done === 0).toBe(true);
    expect(await count(db, { id: 3 })).toEqual({ n: 20 });
    expect(await count(db, { id: 2 })).toEqual({ n: done });
    await other.query('DELETE FROM items');
    await close();
  });

  it('undoes the transaction that it is in', async () => {
    const { db, close } = await open();
    const run = transaction(db, {}, async (tx) => {
      await add(tx, { id: 4 });
      await addSlowly(tx, { id: 4 }, { timeoutMs: 50 });
    });
    await expect(run).rejects.toMatchObject(timedOut);
    expect(await count(db, { id: 4 })).toEqual({ n: 0 });
    await close();
  });
});

describe('a call over PGlite', () => {
  it('does not wait longer, though what it has sent cannot be taken back', async () => {
    const db = await createPglite();
    await db.exec('CREATE TABLE items (id int4)');
    await expect(add(db, { id: 1 }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      outcome: 'not done',
    });
    await db.transaction(async () => {
      await expect(add(db, { id: 2 }, { timeoutMs: 20 })).rejects.toMatchObject({ outcome: 'unknown' });
      await expect(count(db, { id: 2 }, { timeoutMs: 20 })).rejects.toMatchObject({ outcome: 'not done' });
    });
    expect(await count(db, { id: 1 })).toEqual({ n: 0 });
    expect(await count(db, { id: 2 })).toEqual({ n: 1 });
    await db.close();
  });
});

describe('a time limit', () => {
  it.each([-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, 'soon' as unknown as number])(
    'that no timer takes is refused: %s',
    async (timeoutMs) => {
      const client = new Client({ connectionString: database.url });
      await expect(count(client, { id: 1 }, { timeoutMs })).rejects.toThrow(RangeError);
    },
  );

  it('of 0 is none, also in a pool that has one', async () => {
    const pool = createPool(Pool, { connectionString: database.url, max: 1, queryTimeoutMillis: 20 });
    const nap = exec<void>({ name: 'nap', file: 'q', sql: 'SELECT pg_sleep(0.1)', params: [], columns: [] });
    await nap(pool, undefined, { timeoutMs: 0 });
    await expect(nap(pool)).rejects.toMatchObject({ by: 'timeout' });
    await pool.end();
  });
});

describe('a pool', () => {
  it('limits every statement, also those of transactions, batches and iterations', async () => {
    const pool = createPool(Pool, { connectionString: database.url, max: 1, queryTimeoutMillis: 50 });
    await expect(sleep(pool, undefined)).rejects.toMatchObject(timedOut);
    await expect(sleep(pool, undefined, { signal: new AbortController().signal })).rejects.toMatchObject(
      timedOut,
    );
    await expect(transaction(pool, {}, (tx) => sleep(tx, undefined))).rejects.toMatchObject(timedOut);
    await expect(sleep.iterate(pool, undefined).next()).rejects.toMatchObject({ by: 'timeout' });
    const [slow, next] = await batch(pool, [sleep.with(), count.with({ id: 1 })]);
    expect(slow).toMatchObject({ status: 'rejected' });
    expect(next.status).toBe(next.status === 'rejected' ? 'rejected' : 'fulfilled');
    expect(await count(pool, { id: 1 }, { timeoutMs: 0 })).toEqual({ n: 0 });
    await pool.end();
  });

  it('lends no client whose last statement may still be cancelled', async () => {
    const open = new Set<object>();
    class CountingClient extends Client {
      constructor(config?: ClientConfig) {
        super(config);
        open.add(this);
        const { connection } = this as unknown as { connection: EventEmitter };
        for (const over of ['end', 'error']) connection.on(over, () => open.delete(this));
      }
    }
    const pool = new Pool({ connectionString: database.url, max: 1, Client: CountingClient });
    const released: number[] = [];
    pool.on('release', () => released.push(open.size));
    await count(pool, { id: 1 });
    await expect(sleep(pool, undefined, { timeoutMs: 50 })).rejects.toMatchObject(timedOut);
    // The request to cancel has a connection of its own, which is gone.
    expect(released).toEqual([1, 1]);
    await pool.end();
  });

  it('ends calls over a lost network, and reports whether they may have been done', async () => {
    const proxy = await startProxy(database.url);
    const pool = createPool(Pool, { connectionString: proxy.url, max: 4, queryTimeoutMillis: 1000 });
    const unlimited = { timeoutMs: 0 };
    await Promise.all([count(pool, { id: 1 }, unlimited), count(pool, { id: 1 }, unlimited)]);
    const timers = await holdTimers(database.url);
    let dropped = proxy.dropped();
    const committing = transaction(pool, {}, async (tx) => {
      await add(tx, { id: 5 }, unlimited);
      proxy.freeze(true);
    });
    const failed = expect(committing).rejects.toMatchObject({ query: 'COMMIT', outcome: 'unknown' });
    await dropped;
    await timers.until(failed);
    dropped = proxy.dropped();
    const calls = [add(pool, { id: 6 }), count(pool, { id: 6 }, { timeoutMs: 900 })];
    await dropped;
    const outcomes = await timers.until(Promise.allSettled(calls));
    await timers[Symbol.asyncDispose]();
    expect(outcomes).toMatchObject([{ reason: { outcome: 'unknown' } }, { reason: { outcome: 'not done' } }]);
    for (const { reason } of outcomes as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(ConnectionError);
    }
    proxy.freeze(false);
    await vi.waitFor(() => count(pool, { id: 6 }), 60_000);
    await pool.end(0);
    await proxy.close();
  });
});

it('is a ConnectionError, so that nothing is run again of it', () => {
  expect(new InterruptedError({ name: 'q', file }, 'timeout', 'unknown')).toMatchObject({
    message: 'q (test.sql): timed out, outcome unknown',
    code: undefined,
  });
});
