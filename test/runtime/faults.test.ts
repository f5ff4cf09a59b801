import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectionError,
  createPool,
  type DatabasePool,
  exec,
  int4,
  many,
  one,
  RetryableError,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

/** A minute is what a release is tested with: `NODRIFT_STRESS_SECONDS=60`. */
const seconds = Number(process.env.NODRIFT_STRESS_SECONDS ?? 3);
const file = 'test.sql';
const read = one<{ id: number }, { n: number }>({
  name: 'read',
  file,
  sql: 'SELECT n FROM counters WHERE id = $1',
  params: [{ name: 'id', codec: int4 }],
  columns: [['n', int4]],
  readOnly: true,
});
const write = exec<{ id: number; n: number }>({
  name: 'write',
  file,
  sql: 'UPDATE counters SET n = $2 WHERE id = $1',
  params: [
    { name: 'id', codec: int4 },
    { name: 'n', codec: int4 },
  ],
  columns: [],
});
const total = one<void, { n: number }>({
  name: 'total',
  file,
  sql: 'SELECT sum(n)::int4 AS n FROM counters',
  params: [],
  columns: [['n', int4]],
  readOnly: true,
});
const wide = many<void, { n: number }>({
  name: 'wide',
  file,
  sql: `SELECT n FROM generate_series(1, 100000) AS n`,
  params: [],
  columns: [['n', int4]],
});

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  database = await createDatabase(
    18,
    'CREATE TABLE counters (id int4 PRIMARY KEY, n int4 NOT NULL); INSERT INTO counters SELECT i, 0 FROM generate_series(1, 20) AS i',
  );
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await database.drop();
  expect(unhandled).toEqual([]);
});
beforeEach(async () => {
  proxy = await startProxy(database.url);
  pool = createPool(Pool, { connectionString: proxy.url, max: 10, connectionTimeoutMillis: 30_000 });
});
afterEach(async () => {
  await pool.end();
  await proxy.close();
});

const increment = (id: number) =>
  transaction(pool, { isolation: 'repeatable read', retries: 1000 }, async (tx) => {
    const { n } = await read(tx, { id });
    await write(tx, { id, n: n + 1 });
  });

/** 200 workers that increment until the time is up; counts what was committed, and what may have been. */
async function stress(): Promise<{ committed: number; unknown: number; before: number }> {
  const { n: before } = await total(pool);
  const end = performance.now() + seconds * 1000;
  let committed = 0;
  let unknown = 0;
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      while (performance.now() < end) {
        try {
          await increment(1 + Math.floor(Math.random() * 20));
          committed += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
          // Only a COMMIT without an answer leaves it open what became of the transaction.
          if ((error as ConnectionError).query === 'COMMIT') {
            unknown += 1;
          }
        }
      }
    }),
  );
  return { committed, unknown, before };
}

describe('faults', () => {
  it('of 200 concurrent transactions with conflicts: none loses an update', async () => {
    const { committed, unknown, before } = await stress();
    expect(unknown).toBe(0);
    expect(committed).toBeGreaterThan(0);
    expect((await total(pool)).n - before).toBe(committed);
  });

  it('of connections that break all the time: none loses or doubles an update', async () => {
    const breaking = setInterval(() => proxy.breakAfter(Math.floor(Math.random() * 5000)), 50);
    const { committed, unknown, before } = await stress();
    clearInterval(breaking);
    proxy.breakAfter(Number.POSITIVE_INFINITY);
    expect(committed).toBeGreaterThan(0);
    const counted = (await total(pool)).n - before;
    expect(counted).toBeGreaterThanOrEqual(committed);
    expect(counted).toBeLessThanOrEqual(committed + unknown);
  });

  it('of an answer that breaks off in the middle: the query fails, the next one runs', async () => {
    await total(pool);
    proxy.breakAfter(50_000);
    await expect(wide(pool)).rejects.toThrow(ConnectionError);
    expect(await wide(pool)).toHaveLength(100_000);
  });

  it('of bytes that are no message: the query fails, the next one runs', async () => {
    await total(pool);
    proxy.corruptNext();
    await expect(wide(pool)).rejects.toThrow(ConnectionError);
    expect(await wide(pool)).toHaveLength(100_000);
  });

  it('of a conflict that lasts: the last error is told', async () => {
    const failing = transaction(pool, { isolation: 'repeatable read', retries: 2 }, async (tx) => {
      const { n } = await read(tx, { id: 1 });
      await increment(1);
      await write(tx, { id: 1, n });
    });
    await expect(failing).rejects.toThrow(RetryableError);
  });
});
