import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyCodec,
  array,
  arrayWithNulls,
  type Connection,
  EncodeError,
  isUniqueViolation,
  json,
  one,
  text,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

const file = 'test.sql';
let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase(18);
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('half of a surrogate pair', () => {
  const echo = (codec: AnyCodec, type: string) =>
    one<{ value: unknown }, { value: unknown }>({
      name: 'echo',
      file,
      sql: `SELECT $1::${type} AS value`,
      params: [{ name: 'value', codec }],
      columns: [['value', codec]],
    });

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('is refused (%j)', async (value) => {
    const failing = [
      echo(text, 'text')(client, { value }),
      echo(array(text), 'text[]')(client, { value: ['x', value] }),
    ];
    for (const each of failing) {
      await expect(each).rejects.toThrow(EncodeError);
      await expect(each).rejects.toThrow(/surrogate/);
    }
  });

  it('is kept where it is escaped, as in JSON, and whole pairs are', async () => {
    expect(await echo(json, 'json')(client, { value: '\ud800' })).toEqual({ value: '\ud800' });
    expect(await echo(text, 'text')(client, { value: '\u{1f600}' })).toEqual({ value: '\u{1f600}' });
  });
});

describe('array_nulls = off', () => {
  const echo = one<{ value: (string | null)[] }, { value: (string | null)[] }>({
    name: 'echo',
    file,
    sql: 'SELECT $1::text[] AS value',
    params: [{ name: 'value', codec: arrayWithNulls(text) }],
    columns: [['value', arrayWithNulls(text)]],
  });

  it('makes no difference to texts', async () => {
    await client.query('SET array_nulls = off');
    const value = ['NULL', 'null', '"NULL"', ''];
    expect(await echo(client, { value })).toEqual({ value });
    await client.query('RESET array_nulls');
  });
});

describe("a violation on one of Citus's workers", () => {
  const failing = (fields: object): Connection => ({
    query: () =>
      Promise.reject(
        Object.assign(new Error('duplicate key'), { severity: 'ERROR', code: '23505', ...fields }),
      ),
  });
  const addTo = (table: string) =>
    one<void, object, { unique: string }>({
      name: 'add',
      file,
      sql: `INSERT INTO ${table} VALUES (1)`,
      params: [],
      columns: [],
    });
  const where = 'while executing command on 10.0.0.5:5432';
  const isOrders = async (query: ReturnType<typeof addTo>, fields: object) =>
    isUniqueViolation(await query(failing(fields)).catch((it: unknown) => it), query, 'orders_pkey');

  it.each([
    ['of a shard', 'orders', { table: 'orders_102010', constraint: 'orders_pkey_102010', where }, true],
    ['of a shard here', 'orders', { table: 'orders_102010', constraint: 'orders_pkey_102010' }, true],
    [
      'of a shard, by a cascade',
      'users',
      { table: 'orders_102010', constraint: 'orders_pkey_102010', where },
      true,
    ],
    ['of a table', 'orders', { table: 'orders', constraint: 'orders_pkey' }, true],
    // Names that end so without Citus.
    ['of a table', 'orders_102010', { table: 'orders_102010', constraint: 'orders_pkey_102010' }, false],
    ['of a table', 'orders', { table: 'orders', constraint: 'orders_pkey_102010' }, false],
    ['of a table', 'users', { table: 'orders_102010', constraint: 'orders_pkey_102010' }, false],
    [
      'of another shard',
      'orders',
      { table: 'orders_102010', constraint: 'orders_pkey_102011', where },
      false,
    ],
    [
      'of another key',
      'orders',
      { table: 'orders_102010', constraint: 'orders_no_key_102010', where },
      false,
    ],
  ])('%s, by a statement on %s: %j', async (_, table, fields, expected) => {
    expect(await isOrders(addTo(table), fields)).toBe(expected);
  });
});
