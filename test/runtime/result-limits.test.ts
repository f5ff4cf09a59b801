import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  batch,
  createPool,
  type DatabasePool,
  DecodeError,
  int4,
  one,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { pgStatement } from '../../src/runtime/pg-statement.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const file = 'test.sql';
const long = one<void, { value: string }>({
  name: 'long',
  file,
  sql: "SELECT repeat('x', 3000000) AS value",
  params: [],
  columns: [['value', text]],
  readOnly: true,
});
const backend = one<void, { pid: number }>({
  name: 'backend',
  file,
  sql: 'SELECT pg_backend_pid() AS pid',
  params: [],
  columns: [['pid', int4]],
  readOnly: true,
});

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await createDatabase(18);
  pool = createPool(Pool, { connectionString: database.url, max: 1 });
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** Has texts of a million bytes fail as those of 512 MB do. */
function lowerLimit(): { readonly times: () => number } {
  let times = 0;
  const original = Buffer.prototype.toString;
  vi.spyOn(Buffer.prototype, 'toString').mockImplementation(function (this: Buffer, encoding, from, to) {
    if (Number(to) - Number(from) > 1_000_000) {
      times += 1;
      throw Object.assign(new Error('Cannot create a string longer than 0x1fffffe8 characters'), {
        code: 'ERR_STRING_TOO_LONG',
      });
    }
    return original.call(this, encoding, from, to);
  });
  return { times: () => times };
}

it.each([
  ['alone', () => long(pool)],
  ['in a transaction', () => transaction(pool, {}, (tx) => long(tx))],
  [
    'in a batch',
    async () => {
      const [settled] = await batch(pool, [long.with()]);
      if (settled.status === 'rejected') {
        throw settled.reason;
      }
    },
  ],
] as const)('a text that no string can hold fails its call and ends its connection: %s', async (_, call) => {
  const { pid } = await backend(pool);
  const { times } = lowerLimit();
  const error = await call().catch((it: unknown) => it);
  expect(error).toBeInstanceOf(DecodeError);
  expect(String(error)).toMatch(/long \(test\.sql\): a text of more than 512 MB/);
  // It is not asked for again, though it only reads.
  expect(times()).toBe(1);
  vi.restoreAllMocks();
  expect((await backend(pool)).pid).not.toBe(pid);
  expect((await long(pool)).value).toHaveLength(3_000_000);
});

it('rows of more than a gigabyte end the connection instead of being held', () => {
  const statement = { origin: { name: 'q', file }, name: undefined, text: '', values: [] };
  const running = pgStatement(
    statement,
    Object.assign((texts: readonly (string | null)[]) => texts, { check: null }),
  );
  let reason: unknown;
  const nothing = () => {};
  running.submit({
    stream: {
      destroy: (error) => {
        reason = error;
      },
    },
    parsedStatements: {},
    parse: nothing,
    bind: nothing,
    describe: nothing,
    execute: nothing,
    sync: nothing,
    close: nothing,
    sendCopyFail: nothing,
  });
  for (let row = 0; row < 1024; row++) {
    running.handleDataRow({ fields: ['x'], length: 2 ** 20 });
  }
  expect(reason).toBeUndefined();
  running.handleDataRow({ fields: ['x'], length: 1 });
  expect(reason).toMatchObject({ code: 'TOO_LARGE' });
});
