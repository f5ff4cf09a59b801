import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytea, EncodeError, int4, list, many, text } from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

const file = 'test.sql';
const countOf = many<{ ids: readonly (number | null)[] }, { n: number }>({
  name: 'countOf',
  file,
  sql: 'SELECT count(*)::int4 AS n FROM generate_series(1, 100000) i WHERE i = ANY ($1::int4[])',
  params: [{ name: 'ids', codec: list(int4) }],
  columns: [['n', int4]],
});

describe.each(connections)('a list as an array, over %s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it('has any length', async () => {
    for (const length of [0, 1, 2, 70_000]) {
      const ids = Array.from({ length }, (_, i) => i + 1);
      expect(await countOf(opened.db, { ids })).toEqual([{ n: length }]);
    }
    expect(await countOf(opened.db, { ids: [1, null] })).toEqual([{ n: 1 }]);
  });
});

describe('a list as an array', () => {
  it('is one prepared statement for all lengths', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    for (const length of [0, 1, 17, 300]) await countOf(client, { ids: Array.from({ length }, () => 1) });
    const { rows } = await client.query(
      "SELECT (generic_plans + custom_plans)::int4 AS calls FROM pg_prepared_statements WHERE name LIKE 'countOf%'",
    );
    expect(rows).toEqual([{ calls: 4 }]);
    await client.end();
  });

  it.each([null, undefined, 'abc', 5, { length: 1 }])('is not %j', (ids) => {
    const call = () => countOf.with({ ids: ids as never });
    expect(call).toThrow(EncodeError);
    expect(call).toThrow('countOf (test.sql): parameter "ids"');
    expect(call).toThrow('not an array');
  });

  it('has elements of any text, and of bytes', () => {
    expect(list(text).encode(['NULL', 'a"\\{,}', '', null])).toBe('{"NULL","a\\"\\\\{,}","",NULL}');
    expect(list(bytea).encode([new Uint8Array([0, 255])])).toBe('{"\\\\x00ff"}');
  });
});
