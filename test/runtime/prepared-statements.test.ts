import { Client, Pool, types } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  int4,
  int8,
  json,
  many,
  maybe,
  numeric,
  one,
  text,
  timestamptz,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

const file = 'test.sql';
const answer = one<{ n: number }, { n: number }>({
  name: 'answer',
  file,
  sql: 'SELECT $1::int4 AS n',
  params: [{ name: 'n', codec: int4 }],
  columns: [['n', int4]],
});

describe('prepared statements', () => {
  let client: Client;

  const prepared = async (): Promise<{ name: string; statement: string; calls: number }[]> =>
    (
      await client.query(
        'SELECT name, statement, (generic_plans + custom_plans)::int4 AS calls FROM pg_prepared_statements ORDER BY name',
      )
    ).rows;

  beforeAll(async () => {
    client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
  });
  afterAll(() => client.end());

  it('are prepared once per connection, under a name that is the same in every process', async () => {
    for (let n = 0; n < 3; n++) {
      expect(await answer(client, { n })).toEqual({ n });
    }
    expect(await prepared()).toEqual([
      { name: 'answer_6b79ac89', statement: 'SELECT $1::int4 AS n', calls: 3 },
    ]);
  });

  it('have names that Postgres need not cut, different for different texts', async () => {
    const name = `${'long'.repeat(30)}Ünïcode`;
    const long = (n: number) =>
      one<void, { n: number }>({ name, file, sql: `SELECT ${n} AS n`, params: [], columns: [['n', int4]] });
    await long(1)(client);
    await long(2)(client);
    const names = (await prepared()).map((statement) => statement.name).filter((it) => it.startsWith('long'));
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
    for (const it of names) {
      expect(it).toMatch(/^[\w]{63}$/);
    }
  });

  const find = many<{ ids: number[] }, { n: number }>({
    name: 'find',
    file,
    sql: ['SELECT n FROM generate_series(1, 3) AS n WHERE n IN ', 0],
    params: [{ name: 'ids', list: int4 }],
    columns: [['n', int4, 23]],
  });
  const ids = (length: number) => Array.from({ length }, (_, i) => i + 3);

  it('are bounded in number: the one that was used longest ago is closed', async () => {
    for (let length = 1; length <= 300; length++) {
      expect(await find(client, { ids: ids(length) })).toEqual([{ n: 3 }]);
      expect(await answer(client, { n: length })).toEqual({ n: length });
    }
    const statements = await prepared();
    expect(statements).toHaveLength(256);
    expect(statements.filter(({ name }) => name.startsWith('answer'))).toMatchObject([{ calls: 303 }]);
    const kept = statements.filter(({ name }) => name.startsWith('find'));
    const lengths = kept.map(({ statement }) => statement.split('$').length - 1).sort((a, b) => a - b);
    expect(lengths).toEqual(Array.from({ length: 255 }, (_, i) => i + 46));
    expect(await find(client, { ids: ids(1) })).toEqual([{ n: 3 }]);
    expect(await prepared()).toHaveLength(256);
  });

  it('are bounded also where more of them are sent together', async () => {
    await client.query('DEALLOCATE ALL');
    const lengths = Array.from({ length: 600 }, (_, i) => 1 + (i % 300));
    for (let round = 0; round < 2; round++) {
      const found = await Promise.all(lengths.map((length) => find(client, { ids: ids(length) })));
      expect(found).toEqual(lengths.map(() => [{ n: 3 }]));
    }
    await find(client, { ids: ids(301) });
    expect((await prepared()).length).toBeLessThanOrEqual(301);
  });
});

describe('parsers set by others', () => {
  const row = one<void, Record<string, unknown>>({
    name: 'parsed',
    file,
    sql: `SELECT 1::int4 AS i, 2::int8 AS b, 3.50::numeric AS n, 'x'::text AS t, '{"a":1}'::jsonb AS j,
      '2024-01-01 00:00:00+00'::timestamptz AS z`,
    params: [],
    columns: [
      ['i', int4],
      ['b', int8],
      ['n', numeric],
      ['t', text],
      ['j', json],
      ['z', timestamptz],
    ],
  });
  const expected = { i: 1, b: 2n, n: '3.50', t: 'x', j: { a: 1 }, z: new Date('2024-01-01T00:00:00Z') };
  const oids = [20, 23, 25, 1184, 1700, 3802];

  it('globally do not change results, and are not changed', async () => {
    const before = oids.map((oid) => types.getTypeParser(oid));
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    const pool = new Pool({ connectionString: postgresUrl(18) });
    try {
      for (const oid of oids) {
        types.setTypeParser(oid, () => 'spoiled');
      }
      const spoiled = oids.map((oid) => types.getTypeParser(oid));
      expect((await client.query('SELECT 1::int4 AS i')).rows).toEqual([{ i: 'spoiled' }]);
      expect(await row(client)).toStrictEqual(expected);
      expect(await row(pool)).toStrictEqual(expected);
      expect(oids.map((oid) => types.getTypeParser(oid))).toEqual(spoiled);
    } finally {
      oids.forEach((oid, i) => {
        const parser = before[i];
        if (parser !== undefined) {
          types.setTypeParser(oid, parser);
        }
      });
      await client.end();
      await pool.end();
    }
  });

  it('of a client do not change results, and are not changed', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    client.setTypeParser(23, () => 'spoiled');
    expect(await row(client)).toStrictEqual(expected);
    expect((await client.query('SELECT 1::int4 AS i')).rows).toEqual([{ i: 'spoiled' }]);
    await client.end();
  });
});

describe.each([
  ['Client', () => new Client({ connectionString: postgresUrl(18) })],
  ['Pool', () => new Pool({ connectionString: postgresUrl(18), max: 1 })],
] as const)("an outdated prepared statement over pg's %s", (_, create) => {
  let db: Client | Pool;
  const items = many<void, { id: string }>({
    name: 'items',
    file,
    sql: 'SELECT * FROM outdated',
    params: [],
    columns: [['id', text]],
  });
  const preparedNames = async (): Promise<string[]> =>
    (await db.query("SELECT name FROM pg_prepared_statements WHERE name LIKE 'items%'")).rows.map(
      (row) => row.name,
    );
  const begin = async () => {
    await db.query('DROP TABLE IF EXISTS outdated; CREATE TEMPORARY TABLE outdated AS SELECT 1 AS id');
    // Perhaps outdated already.
    await items(db);
    expect(await items(db)).toEqual([{ id: '1' }]);
    expect(await preparedNames()).toHaveLength(1);
  };

  beforeAll(async () => {
    db = create();
    if (db instanceof Client) {
      await db.connect();
    }
  });
  afterAll(() => db.end());

  it.each([
    ['after its columns have changed', 'ALTER TABLE outdated ALTER id TYPE text'],
    ['after DEALLOCATE', 'DEALLOCATE ALL'],
    ['after DISCARD', 'DISCARD PLANS; DEALLOCATE ALL'],
  ])('is prepared again %s', async (_case, change) => {
    await begin();
    await db.query(change);
    expect(await items(db)).toEqual([{ id: '1' }]);
    expect(await preparedNames()).toHaveLength(0);
    expect(await items(db)).toEqual([{ id: '1' }]);
    expect(await preparedNames()).toHaveLength(1);
  });

  it('is prepared again in a batch', async () => {
    await begin();
    await db.query('ALTER TABLE outdated ALTER id TYPE text');
    const results = await batch(db, [items.with(), items.with()]);
    expect(results).toMatchObject([{ value: [{ id: '1' }] }, { value: [{ id: '1' }] }]);
  });

  it('fails in a transaction, and succeeds when that runs again', async () => {
    await begin();
    await db.query('DEALLOCATE ALL');
    await expect(transaction(db, {}, (tx) => items(tx))).rejects.toMatchObject({
      query: 'items',
      code: '26000',
    });
    await begin();
    await db.query('DEALLOCATE ALL');
    expect(await transaction(db, { retries: 1 }, (tx) => items(tx))).toEqual([{ id: '1' }]);
  });
});

it('a connection without prepared statements prepares none', async () => {
  const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
  const db = unprepared(pool);
  await answer(db, { n: 1 });
  await batch(db, [answer.with({ n: 1 }), answer.with({ n: 2 })]);
  await transaction(db, {}, (tx) => answer(tx, { n: 1 }));
  await transaction(db, {}, (tx) => batch(tx, [answer.with({ n: 1 })]));
  expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
  await answer(pool, { n: 1 });
  expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toHaveLength(1);
  await pool.end();
});

it('a statement whose name another text already has runs unprepared, not as the other', async () => {
  const client = new Client({ connectionString: postgresUrl(18) });
  await client.connect();
  const query = maybe<void, { n: number }>({
    name: 'taken',
    file,
    sql: 'SELECT 1 AS n',
    params: [],
    columns: [['n', int4]],
  });
  await query(client);
  const { name } = (await client.query('SELECT name FROM pg_prepared_statements')).rows[0];
  const other = new Client({ connectionString: postgresUrl(18) });
  await other.connect();
  await other.query({ name, text: 'SELECT 2 AS n' });
  expect(await query(other)).toEqual({ n: 1 });
  expect((await other.query({ name, text: 'SELECT 2 AS n' })).rows).toEqual([{ n: 2 }]);
  await client.end();
  await other.end();
});
