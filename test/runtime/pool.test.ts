import { once } from 'node:events';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  batch,
  ConnectionError,
  createPool,
  type DatabasePool,
  DecodeError,
  exec,
  execrows,
  int4,
  many,
  one,
  PoolTimeoutError,
  type QueryDefinition,
  transaction,
  UniqueViolationError,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { holdTimers } from './held-timers.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

const file = 'test.sql';
const count: QueryDefinition = {
  name: 'count',
  file,
  sql: 'SELECT count(*)::int4 AS n FROM items',
  params: [],
  columns: [['n', int4]],
};
const countItems = one<void, { n: number }>({ ...count, readOnly: true });
const countItemsCarelessly = one<void, { n: number }>(count);
const add = execrows<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const backend = one<void, { pid: number }>({
  name: 'backend',
  file,
  sql: 'SELECT pg_backend_pid() AS pid',
  params: [],
  columns: [['pid', int4]],
  readOnly: true,
});
const numbers = many<void, { n: number }>({
  name: 'numbers',
  file,
  sql: 'SELECT n FROM generate_series(1, 10) AS n',
  params: [],
  columns: [['n', int4]],
  readOnly: true,
});
const sessions = one<void, { n: number }>({
  name: 'sessions',
  file,
  sql: 'SELECT count(*)::int4 AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  params: [],
  columns: [['n', int4]],
  readOnly: true,
});
const sleep = (seconds: number) =>
  exec<void>({ name: 'sleep', file, sql: `SELECT pg_sleep(${seconds})`, params: [], columns: [] });
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createDatabase(18, 'CREATE TABLE items (id int4 PRIMARY KEY)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  proxy = await startProxy(database.url);
});
afterEach(async () => {
  await pool.end(0);
  await proxy.close();
});

const open = (options: object = {}) => createPool(Pool, { connectionString: proxy.url, max: 2, ...options });

describe('a pool', () => {
  it('runs queries, batches and transactions', async () => {
    pool = open();
    await transaction(pool, {}, (tx) => add(tx, { id: 1 }));
    await expect(transaction(pool, {}, (tx) => add(tx, { id: 1 }))).rejects.toThrow(UniqueViolationError);
    expect(await batch(pool, [countItems.with(), add.with({ id: 1 })])).toMatchObject([
      { value: { n: 1 } },
      { reason: { code: '23505' } },
    ]);
    expect(await countItems(pool)).toEqual({ n: 1 });
    expect(
      await pool.query({
        text: 'SELECT 1',
        values: [],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      }),
    ).toMatchObject({ rows: [['1']] });
    expect(proxy.connections).toBe(1);
  });

  it('is reached by DATABASE_URL unless told otherwise', async () => {
    const before = process.env.DATABASE_URL;
    process.env.DATABASE_URL = proxy.url;
    try {
      pool = createPool(Pool, {});
      await backend(pool);
      expect(proxy.connections).toBe(1);
      await pool.end();
      const { hostname, port, username, pathname } = new URL(database.url);
      const named = { host: hostname, port: Number(port), user: username, database: pathname.slice(1) };
      pool = createPool(Pool, named);
      await backend(pool);
      expect(proxy.connections).toBe(1);
    } finally {
      if (before === undefined) {
        delete process.env.DATABASE_URL;
      } else {
        process.env.DATABASE_URL = before;
      }
    }
  });

  it("passes pg's own options on", async () => {
    pool = createPool(Pool, { connectionString: proxy.url, statement_timeout: 50 });
    await expect(sleep(5)(pool)).rejects.toMatchObject({ code: '57014' });
    // @ts-expect-error: pg has no such option
    expect(() => createPool(Pool, { conectionString: '' })).not.toThrow();
    expect(() => createPool(Map as never, {})).toThrow(TypeError);
  });

  it('fails soon, and says why, when no connection comes free', async () => {
    await using timers = await holdTimers(database.url);
    pool = open({ max: 1, connectionTimeoutMillis: 1000 });
    let release = () => {};
    let running: Promise<void> | undefined;
    await new Promise<void>((begun) => {
      running = transaction(pool, {}, async () => {
        begun();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      });
    });
    const waiting = backend(pool).catch((it: unknown) => it);
    await timers.pass(1000);
    const error = await waiting;
    expect(error).toBeInstanceOf(PoolTimeoutError);
    expect((error as Error).message).toBe(
      'backend (test.sql): no connection became free in time: 1 are in use, 0 others wait',
    );
    const refused = expect(transaction(pool, {}, async () => {})).rejects.toThrow(PoolTimeoutError);
    await timers.pass(1000);
    await refused;
    release();
    await running;
  });

  it('prepares nothing if told so', async () => {
    const prepared = many<void, { n: number }>({
      name: 'prepared',
      file,
      sql: 'SELECT count(*)::int4 AS n FROM pg_prepared_statements',
      params: [],
      columns: [['n', int4]],
    });
    pool = open({ max: 1, prepare: false });
    await backend(pool);
    await transaction(pool, {}, (tx) => backend(tx));
    await batch(pool, [backend.with(), backend.with()]);
    expect(await prepared(pool)).toEqual([{ n: 0 }]);
    await pool.end();
    pool = open({ max: 1 });
    expect(await prepared(pool)).toEqual([{ n: 1 }]);
  });

  it('keeps its connection after errors that are not of the connection', async () => {
    pool = open({ max: 1 });
    const { pid } = await backend(pool);
    await expect(add(pool, { id: 1 })).rejects.toThrow(UniqueViolationError);
    const undecodable = one<void, { n: number }>({ ...count, sql: `SELECT 'x' AS n` });
    await expect(undecodable(pool)).rejects.toThrow(DecodeError);
    expect(await backend(pool)).toEqual({ pid });
  });
});

describe('a pool whose connections are lost', () => {
  it('while idle: takes another, for writes, too', async () => {
    pool = open({ pingAfterIdleMillis: 0 });
    await Promise.all([backend(pool), backend(pool)]);
    proxy.breakAll();
    expect(await add(pool, { id: 10 })).toBe(1);
    // Without pg having noticed yet:
    proxy.breakAll();
    await pause(50);
    expect(await add(pool, { id: 11 })).toBe(1);
  });

  it('while idle, by a network that drops everything: takes another after a short while', async () => {
    pool = open({ pingAfterIdleMillis: 0, max: 1 });
    await backend(pool);
    proxy.freeze(true);
    await using timers = await holdTimers(database.url);
    const added = add(pool, { id: 12 });
    await proxy.dropped();
    proxy.freeze(false);
    expect(await timers.until(added)).toBe(1);
    expect(proxy.connections).toBe(2);
  });

  it('does not try a connection that was just used', async () => {
    pool = open({ max: 1 });
    await backend(pool);
    proxy.takeSent();
    await backend(pool);
    expect(proxy.takeSent()).toBe(1);
  });

  it('while a query runs: runs it again if it only reads', async () => {
    pool = open();
    await countItems(pool);
    proxy.breakAfter(1);
    expect(await countItems(pool)).toEqual({ n: expect.any(Number) });
    await backend(pool);
    proxy.breakAfter(1);
    await expect(countItemsCarelessly(pool)).rejects.toThrow(ConnectionError);
    await backend(pool);
    proxy.breakAfter(1);
    await expect(add(pool, { id: 20 })).rejects.toThrow(ConnectionError);
    // It did take effect: that is why it must not be run again.
    await expect(add(pool, { id: 20 })).rejects.toThrow(UniqueViolationError);
  });

  it('while a transaction runs: fails it', async () => {
    pool = open();
    const failing = transaction(pool, { retries: 3 }, async (tx) => {
      await add(tx, { id: 30 });
      proxy.breakAll();
      await countItems(tx);
    });
    await expect(failing).rejects.toThrow(ConnectionError);
    expect(await add(pool, { id: 30 })).toBe(1);
  });

  it('while a transaction begins or runs, by a network that drops everything: aborting ends it', async () => {
    pool = open();
    await Promise.all([backend(pool), backend(pool)]);
    await using timers = await holdTimers(database.url);
    const running = new AbortController();
    const beginning = new AbortController();
    let begun = () => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const aborted = [
      transaction(pool, { signal: running.signal }, async (tx) => {
        proxy.freeze(true);
        proxy.dropped().then(begun);
        await countItems(tx);
      }),
      first.then(() => {
        proxy.dropped().then(() => {
          for (const each of [running, beginning]) each.abort(new Error('enough'));
        });
        return transaction(pool, { signal: beginning.signal }, async () => {});
      }),
    ];
    const all = Promise.all(aborted.map((each) => expect(each).rejects.toThrow('enough')));
    await once(beginning.signal, 'abort');
    await timers.until(all);
    proxy.freeze(false);
    expect(await countItems(pool)).toEqual({ n: expect.any(Number) });
  });

  it('waits a little for a server that comes back, and not for one that does not', async () => {
    pool = open();
    proxy.refuse(true);
    const added = add(pool, { id: 40 });
    await proxy.refused();
    proxy.refuse(false);
    expect(await added).toBe(1);
    proxy.refuse(true);
    proxy.breakAll();
    await expect(countItems(pool)).rejects.toThrow(ConnectionError);
    proxy.refuse(false);
    expect(await add(pool, { id: 41 })).toBe(1);
  });

  it('does not run again what the server refuses for good', async () => {
    const url = new URL(proxy.url);
    url.pathname = '/nowhere';
    pool = createPool(Pool, { connectionString: url.href });
    await expect(countItems(pool)).rejects.toMatchObject({ code: '3D000' });
    expect(proxy.connections).toBe(1);
  });
});

describe('a pool whose server cannot write any more', () => {
  const set = (value: string) =>
    exec<void>({
      name: 'set',
      file,
      sql: `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET default_transaction_read_only = ${value}`,
      params: [],
      columns: [],
    });
  const openBoth = (db: DatabasePool) =>
    Promise.all(
      [1, 2].map(() =>
        transaction(db, { readOnly: true }, async (tx) => {
          const { pid } = await backend(tx);
          await pause(50);
          return pid;
        }),
      ),
    );

  it.each(['alone', 'in a transaction', 'in a batch'])('closes its connections: a write %s', async (how) => {
    const admin = createPool(Pool, { connectionString: database.url });
    await set('on')(admin);
    pool = open();
    const before = await openBoth(pool);
    await transaction(admin, { readOnly: false }, (tx) => set('off')(tx));
    await admin.end();
    const write = async () => {
      if (how === 'alone') {
        return add(pool, { id: 60 });
      }
      if (how === 'in a transaction') {
        return transaction(pool, {}, (tx) => add(tx, { id: 60 }));
      }
      const [settled] = await batch(pool, [add.with({ id: 60 })]);
      if (settled.status === 'rejected') {
        throw settled.reason;
      }
      return settled.value;
    };
    await expect(write()).rejects.toMatchObject({ code: '25006' });
    expect(await write()).toBe(1);
    const after = await openBoth(pool);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    await exec<void>({ name: 'undo', file, sql: 'DELETE FROM items WHERE id = 60', params: [], columns: [] })(
      pool,
    );
  });

  it('keeps them where a transaction was not to write', async () => {
    pool = open({ max: 1 });
    const { pid } = await backend(pool);
    const failing = transaction(pool, { readOnly: true }, (tx) => add(tx, { id: 61 }));
    await expect(failing).rejects.toMatchObject({ code: '25006' });
    expect(await backend(pool)).toEqual({ pid });
  });
});

describe('ending a pool', () => {
  it('takes no longer than said, whatever a borrower does', async () => {
    pool = open({ max: 3, connectionTimeoutMillis: 0 });
    const never = new Promise<never>(() => {});
    let begun = (): void => {};
    const holding = new Promise<void>((resolve) => {
      begun = resolve;
    });
    transaction(pool, {}, () => {
      begun();
      return never;
    });
    await holding;
    const stream = numbers.iterate(pool, undefined, { batch: 2 });
    await stream.next();
    // The network is gone, also for who waits for a connection, or for one to be made.
    proxy.freeze(true);
    const waiting = [backend(pool), backend(pool), countItems(pool)].map((it) =>
      it.catch((error: unknown) => error),
    );
    await pause(20);
    await pool.end(50);
    proxy.freeze(false);
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(ConnectionError);
    }
    await stream.next();
    await expect(stream.next()).rejects.toThrow(ConnectionError);
    await vi.waitFor(async () => {
      const admin = createPool(Pool, { connectionString: database.url });
      const { n } = await sessions(admin);
      await admin.end();
      expect(n).toBe(0);
    }, 60_000);
  });

  it('waits for what runs and for what waits for a connection', async () => {
    pool = open({ max: 1 });
    const running = [sleep(0.1)(pool), add(pool, { id: 50 })];
    const inTransaction = transaction(pool, {}, async (tx) => {
      await pause(50);
      await add(tx, { id: 51 });
    });
    await pool.end();
    await Promise.all([...running, inTransaction]);
    await expect(countItems(pool)).rejects.toThrow(/the pool has been ended/);
    await expect(transaction(pool, {}, async () => {})).rejects.toThrow(ConnectionError);
    await pool.end();
  });

  it('cuts off what takes too long', async () => {
    pool = open();
    const running = expect(sleep(10)(pool)).rejects.toThrow(ConnectionError);
    await pause(50);
    await pool.end(100);
    await running;
  });

  it('is what disposing does', async () => {
    pool = open();
    await backend(pool);
    await pool[Symbol.asyncDispose]();
    await expect(backend(pool)).rejects.toThrow(/ended/);
  });
});
