import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnwise, EncodeError, int4, type Json, json, many, text } from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

interface Params {
  rows: readonly { readonly id: number; readonly name: string | null; readonly data?: Json }[];
  least: number;
}

const readBack = many<Params, { id: number; name: string | null; data: Json | null }>({
  name: 'readBack',
  file: 'test.sql',
  sql: 'SELECT * FROM unnest($1::int4[], $2::text[], $3::jsonb[]) r (id, name, data) WHERE id >= $4',
  params: [
    {
      name: 'rows',
      rows: [
        ['id', int4],
        ['name', text],
        ['data', json],
      ],
    },
    { name: 'least', codec: int4 },
  ],
  columns: [
    ['id', int4],
    ['name', text],
    ['data', json],
  ],
  statement: columnwise,
});

describe.each(connections)('rows as an array for each column, over %s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it('are any number, and any values', async () => {
    const rows = [
      { id: 1, name: 'a"b\\{}', data: [1, [2]] },
      { id: 2, name: null, data: { a: null } },
      { id: 3, name: 'NULL' },
      { id: 4, name: '', data: [] },
    ];
    expect(await readBack(opened.db, { rows, least: 2 })).toEqual(
      rows.slice(1).map((row) => ({ data: null, ...row })),
    );
    expect(await readBack(opened.db, { rows: [], least: 0 })).toEqual([]);
    const many = Array.from({ length: 25_000 }, (_, id) => ({ id, name: 'x', data: 1 }));
    expect(await readBack(opened.db, { rows: many, least: 24_998 })).toEqual(many.slice(24_998));
  });
});

describe('rows as an array for each column', () => {
  it('are one prepared statement for any number of them', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    for (const length of [0, 1, 17, 300]) {
      await readBack(client, { rows: Array.from({ length }, (_, id) => ({ id, name: null })), least: 0 });
    }
    const { rows } = await client.query(
      "SELECT (generic_plans + custom_plans)::int4 AS calls FROM pg_prepared_statements WHERE name LIKE 'readBack%'",
    );
    expect(rows).toEqual([{ calls: 4 }]);
    await client.end();
  });

  it('are refused if they are none', () => {
    for (const rows of [null, undefined, 'abc', { 0: { id: 1 } }]) {
      expect(() => readBack.with({ rows: rows as never, least: 0 })).toThrow(
        'readBack (test.sql): parameter "rows"',
      );
    }
    expect(() => readBack.with({ rows: [{ id: 1, name: '\ud800' }], least: 0 })).toThrow(EncodeError);
    expect(() => readBack.with({ rows: [{ id: 1, name: '\ud800' }], least: 0 })).toThrow('"rows.name"');
    expect(() => readBack.with(undefined as never)).toThrow('readBack: params must be an object');
  });

  it('are given to fakes as they are', () => {
    const params: Params = { rows: [{ id: 1, name: null }], least: 0 };
    expect(readBack.with(params).statement.params).toBe(params);
  });
});
