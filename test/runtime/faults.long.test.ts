import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectionError,
  createPool,
  type DatabasePool,
  int4,
  many,
  PoolTimeoutError,
  RetryableError,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy, type TcpProxy } from './proxy.ts';
import { anyCounter, eventually, increment, read, schema, sessions, stress, total, write } from './stress.ts';

const wide = many<void, { n: number }>({
  name: 'wide',
  file: 'test.sql',
  sql: `SELECT n FROM generate_series(1, 100000) AS n`,
  params: [],
  columns: [['n', int4]],
});

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
const open = (options: object = {}) =>
  createPool(Pool, { connectionString: proxy.url, max: 10, connectionTimeoutMillis: 30_000, ...options });

beforeAll(async () => {
  database = await createDatabase(18, schema);
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await database.drop();
  expect(unhandled).toEqual([]);
});
beforeEach(async () => {
  proxy = await startProxy(database.url);
  pool = open();
});
afterEach(async () => {
  await pool.end();
  await eventually(() => sessions(database.url), { open: 0, inTransaction: 0 });
  await proxy.close();
});

/** Bytes on the heap that are in use. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed;
}

describe('faults', () => {
  it('of 200 concurrent transactions with conflicts: none loses an update', async () => {
    const { n: before } = await total(pool);
    const { committed, unknown } = await stress(pool);
    expect(unknown).toBe(0);
    expect(committed).toBeGreaterThan(0);
    expect((await total(pool)).n - before).toBe(committed);
    expect((await sessions(database.url)).inTransaction).toBe(0);
  });

  it('of connections that break all the time: none loses or doubles an update', async () => {
    const { n: before } = await total(pool);
    const breaking = setInterval(() => proxy.breakAfter(Math.floor(Math.random() * 5000)), 50);
    const { committed, unknown } = await stress(pool);
    clearInterval(breaking);
    proxy.breakAfter(Number.POSITIVE_INFINITY);
    expect(committed).toBeGreaterThan(0);
    const counted = (await total(pool)).n - before;
    expect(counted).toBeGreaterThanOrEqual(committed);
    expect(counted).toBeLessThanOrEqual(committed + unknown);
  });

  it('of transactions that are aborted at any time: connections stay in order', async () => {
    const { n: before } = await total(pool);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, () => {
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error('aborted')), Math.random() * 300);
        return increment(pool, anyCounter(), abort.signal);
      }),
    );
    const committed = outcomes.filter((it) => it.status === 'fulfilled').length;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toEqual(new Error('aborted'));
      }
    }
    expect((await total(pool)).n - before).toBeGreaterThanOrEqual(committed);
    await eventually(async () => (await sessions(database.url)).inTransaction, 0);
    // As many as the pool has can be had at once.
    const all = Array.from({ length: 10 }, () => transaction(pool, {}, (tx) => read(tx, { id: 1 })));
    expect(await Promise.all(all)).toHaveLength(10);
  });

  it('of a pool that is exhausted: who waits too long is told, the others go on', async () => {
    const small = open({ max: 2, connectionTimeoutMillis: 100 });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holding = [1, 2].map(() => transaction(small, {}, () => held));
    const waiting = await Promise.allSettled(Array.from({ length: 50 }, () => increment(small, 1)));
    expect(waiting.map((it) => it.status === 'rejected' && it.reason instanceof PoolTimeoutError)).toEqual(
      Array.from({ length: 50 }, () => true),
    );
    release();
    await Promise.all(holding);
    await increment(small, 1);
    await small.end();
  });

  it('of any number of statements, conflicts and lost connections: memory stays flat', async () => {
    const round = async () => {
      let left = 1000;
      const breaking = setInterval(() => proxy.breakAfter(Math.floor(Math.random() * 5000)), 50);
      await stress(pool, () => left-- > 0);
      clearInterval(breaking);
      proxy.breakAfter(Number.POSITIVE_INFINITY);
      await total(pool);
    };
    await round();
    const before = heapUsed();
    await round();
    await round();
    await round();
    // Of more than 12 000 statements each would leave less than 100 bytes.
    expect(heapUsed() - before).toBeLessThan(1_200_000);
  });

  it('of an answer that breaks off in the middle: the query fails, the next one runs', async () => {
    await total(pool);
    proxy.breakAfter(50_000);
    await expect(wide(pool)).rejects.toThrow(ConnectionError);
    expect(await wide(pool)).toHaveLength(100_000);
  });

  it('of bytes that are not a message: the query fails, the next one runs', async () => {
    await total(pool);
    proxy.corruptNext();
    await expect(wide(pool)).rejects.toThrow(ConnectionError);
    expect(await wide(pool)).toHaveLength(100_000);
  });

  it('of a conflict that lasts: the last error is told', async () => {
    const failing = transaction(pool, { isolation: 'repeatable read', retries: 2 }, async (tx) => {
      const { n } = await read(tx, { id: 1 });
      await increment(pool, 1);
      await write(tx, { id: 1, n });
    });
    await expect(failing).rejects.toThrow(RetryableError);
  });
});
