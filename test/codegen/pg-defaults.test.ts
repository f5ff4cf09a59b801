import { Client, types } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayResults, parameters, results } from '../../src/codegen/pgtyped/mapping.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';

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

/** A value of each type that pg parses. */
const samples: Readonly<Record<string, string>> = {
  bool: 't',
  bpchar: 'x',
  bytea: '\\x00ff',
  cidr: '10.0.0.0/8',
  circle: '<(1,2),3>',
  date: '2024-02-29',
  float4: '1.5',
  float8: '-1.5',
  inet: '10.0.0.1',
  int2: '1',
  int4: '1',
  int8: '9007199254740993',
  interval: '1 mon 2 days 00:00:03.5',
  json: '{"a":[1]}',
  jsonb: '{"a":[1]}',
  macaddr: '08:00:2b:01:02:03',
  money: '1',
  numeric: '1.50',
  numrange: '[1,2)',
  oid: '1',
  point: '(1,2)',
  regproc: 'now',
  text: 'x',
  time: '10:00',
  timestamp: '2024-02-29 10:00',
  timestamptz: '2024-02-29 10:00+00',
  timetz: '10:00+00',
  uuid: '00000000-0000-0000-0000-000000000000',
  varchar: 'x',
};

/** Whether a value is of one of the types that the mapping names. */
function is(value: unknown, type: string): boolean {
  switch (type) {
    case 'Date':
      return value instanceof Date;
    case 'Buffer':
      return Buffer.isBuffer(value);
    case 'Json':
      return JSON.stringify(value) === '{"a":[1]}';
    case 'PostgresInterval': {
      const { toPostgres, toISO, toISOString, ...fields } = value as Record<string, unknown>;
      expect([typeof toPostgres, typeof toISO, typeof toISOString]).toEqual([
        'function',
        'function',
        'function',
      ]);
      expect(fields).toMatchObject({ months: 1, days: 2, seconds: 3, milliseconds: 500 });
      return true;
    }
    case '{ x: number; y: number }':
      return JSON.stringify(value) === '{"x":1,"y":2}';
    case '{ x: number; y: number; radius: number }':
      return JSON.stringify(value) === '{"x":1,"y":2,"radius":3}';
    default:
      return typeof value === type;
  }
}

async function parsedTypes(arrays: boolean): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    arrays
      ? `SELECT a.oid, e.typname AS name FROM pg_type a JOIN pg_type e ON e.typarray = a.oid WHERE a.oid < 16384`
      : `SELECT oid, typname AS name FROM pg_type WHERE oid < 16384 AND typcategory <> 'A'`,
  );
  const untouched = types.getTypeParser(types.builtins.XML, 'text');
  return rows
    .filter(({ oid }) => types.getTypeParser(oid, 'text') !== untouched)
    .map(({ name }) => name)
    .sort();
}

describe("the mapping for PgTyped's runtime names what pg's parsers return", () => {
  it('for every type that has a parser, and no other', async () => {
    // The parser of int8 returns text.
    expect(await parsedTypes(false)).toEqual([...Object.keys(results), 'int8'].sort());
    expect(await parsedTypes(true)).toEqual(Object.keys(arrayResults).sort());
  });

  it.each(Object.entries({ ...results, int8: 'string' }))('%s: %s', async (name, type) => {
    const { rows } = await client.query({ text: `SELECT $1::${name} AS value`, values: [samples[name]] });
    expect(rows[0].value).toSatisfy((value) => is(value, type));
  });

  it.each(Object.entries(arrayResults))('%s[]: (%s | null)[]', async (name, type) => {
    const text = `SELECT ARRAY[$1::${name}, NULL] AS value`;
    const { rows } = await client.query({ text, values: [samples[name]] });
    expect(rows[0].value).toHaveLength(2);
    expect(rows[0].value[0]).toSatisfy((value) => is(value, type));
    expect(rows[0].value[1]).toBeNull();
    const nested = await client.query({
      text: `SELECT ARRAY[[$1::${name}], [NULL::${name}]] AS value`,
      values: [samples[name]],
    });
    expect(nested.rows[0].value).toEqual([[rows[0].value[0]], [null]]);
  });

  it('for other arrays: text', async () => {
    const { rows } = await client.query(
      "SELECT '{a}'::name[] AS a, ARRAY[ROW(1)] AS b, '{}'::int4range[] AS c",
    );
    expect(rows).toEqual([{ a: '{a}', b: '{(1)}', c: '{}' }]);
  });
});

describe("the mapping for PgTyped's runtime lets through what pg can send", () => {
  const date = new Date('2024-02-29T10:00:00Z');

  it.each(Object.entries(parameters).filter(([, type]) => type === 'DateOrString'))(
    '%s: a Date',
    async (name) => {
      const { rows } = await client.query({ text: `SELECT $1::${name} IS NOT NULL AS sent`, values: [date] });
      expect(rows).toEqual([{ sent: true }]);
    },
  );

  it.each([
    ['bit', true, '22P02'],
    ['point', [1, 2], '22P02'],
    ['interval', date, '22007'],
    ['time', date, '22007'],
    ['timetz', date, '22007'],
  ])('%s: not what PgTyped declares', async (name, value, code) => {
    await expect(client.query({ text: `SELECT $1::${name}`, values: [value] })).rejects.toMatchObject({
      code,
    });
  });

  it('interval: what was read', async () => {
    const { rows } = await client.query("SELECT '1 mon 2 days'::interval AS value");
    const { rows: again } = await client.query({
      text: 'SELECT $1::interval::text AS value',
      values: [rows[0].value],
    });
    expect(again).toEqual([{ value: '1 mon 2 days' }]);
  });
});
