import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  createPool,
  type DatabasePool,
  execrows,
  int4,
  many,
  one,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { type Pooler, startPooler } from './pooler.ts';

const file = 'test.sql';
const get = one<{ id: number }, { id: number; pid: number }>({
  name: 'get',
  file,
  sql: 'SELECT $1::int4 AS id, pg_backend_pid() AS pid',
  params: [{ name: 'id', codec: int4 }],
  columns: [
    ['id', int4],
    ['pid', int4],
  ],
  readOnly: true,
});
const add = execrows<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const items = many<void, { id: number }>({
  name: 'items',
  file,
  sql: 'SELECT id FROM items ORDER BY id',
  params: [],
  columns: [['id', int4]],
  readOnly: true,
});

let database: TestDatabase;
let pooler: Pooler;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createDatabase(18, 'CREATE TABLE items (id int4 PRIMARY KEY)');
  pooler = await startPooler(database.url, 3);
});
afterAll(async () => {
  await pooler.close();
  await database.drop();
});

describe.each([
  ['without prepared statements', false],
  ['with prepared statements that get lost', true],
] as const)('a pool behind a pooler in transaction mode, %s,', (_, prepare) => {
  const offset = prepare ? 1000 : 0;
  beforeAll(() => {
    pool = createPool(Pool, { connectionString: pooler.url, max: 5, prepare });
  });
  afterAll(() => pool.end());

  it('runs queries, on whatever connection', async () => {
    const pids = new Set<number>();
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 10 }, (_, i) => 10 * round + i);
      const rows = await Promise.all(ids.map((id) => get(pool, { id })));
      expect(rows.map(({ id }) => id)).toEqual(ids);
      for (const { pid } of rows) {
        pids.add(pid);
      }
    }
    expect(pids.size).toBe(3);
  });

  it('runs transactions, each on one connection', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        transaction(pool, { retries: 10 }, async (tx) => {
          const { pid } = await get(tx, { id: i });
          await add(tx, { id: offset + i });
          expect(await get(tx, { id: i })).toEqual({ id: i, pid });
        }),
      ),
    );
    expect(await items(pool)).toHaveLength(prepare ? 40 : 20);
  });

  it('runs batches', async () => {
    for (let round = 0; round < 5; round++) {
      const settled = await batch(pool, [get.with({ id: 1 }), items.with(), get.with({ id: 2 })]);
      expect(settled).toMatchObject([{ value: { id: 1 } }, { status: 'fulfilled' }, { value: { id: 2 } }]);
    }
  });
});
