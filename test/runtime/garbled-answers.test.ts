import { Client, Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  batch,
  ConnectionError,
  createPool,
  exec,
  int4,
  many,
  transaction,
} from '../../src/runtime/index.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const file = 'test.sql';
const add = exec<{ id: number }>({
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
let proxy: FaultProxy;
beforeAll(async () => {
  database = await createDatabase(18, 'CREATE TABLE items (id int4)');
  proxy = await startFaultProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

const garbled = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from('!'), bytes.subarray(1)]);

it.each([
  ['BEGIN', 'C', 1],
  ['BEGIN', 'Z', 1],
  ['a statement', 'C', 2],
  ['a statement', 'Z', 2],
] as const)(
  'bytes that are no message in the answer to %s (%s) end a transaction, and undo it',
  async (_, type, n) => {
    const pool = createPool(Pool, { connectionString: proxy.url, max: 1 });
    await items(pool);
    let seen = 0;
    proxy.arm((message) => {
      seen += message.direction === 'answer' && message.type === type ? 1 : 0;
      return seen === n && message.type === type && message.direction === 'answer'
        ? { instead: garbled(message.bytes) }
        : 'pass';
    });
    // It goes on whatever fails.
    const call = transaction(pool, {}, (tx) => add(tx, { id: 1 }).catch(() => {}));
    await expect(call).rejects.toThrow(ConnectionError);
    proxy.arm(() => 'pass');
    expect(await items(pool)).toEqual([]);
    await pool.end();
  },
);

it('data after bytes that are not a message is not read as the answer to later calls', async () => {
  const client = new Client({ connectionString: proxy.url });
  client.on('error', () => {});
  await client.connect();
  // The answers to the batch arrive together, and one in the first is garbled.
  const answers: Buffer[] = [];
  let ready = 0;
  proxy.arm(({ direction, type, bytes }) => {
    if (direction === 'request') {
      return 'pass';
    }
    ready += type === 'Z' ? 1 : 0;
    answers.push(type === 'C' && ready === 0 ? garbled(bytes) : bytes);
    return { instead: ready < 3 ? Buffer.alloc(0) : Buffer.concat(answers.splice(0)) };
  });
  const three = batch(client, [add.with({ id: 1 }), add.with({ id: 2 }), add.with({ id: 3 })]);
  const [settled, later] = await Promise.allSettled([three, add(client, { id: 4 })]);
  expect(settled).toMatchObject({
    value: [1, 2, 3].map(() => ({ status: 'rejected', reason: { outcome: 'unknown' } })),
  });
  expect(later).toMatchObject({ status: 'rejected' });
  proxy.arm(() => 'pass');
});
