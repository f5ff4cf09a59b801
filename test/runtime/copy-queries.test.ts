import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { Client, type ClientConfig } from 'pg';
import postgres from 'postgres';
import { expect, it } from 'vitest';
import {
  arrayWithNulls,
  bytea,
  copyFrom,
  exec,
  int4,
  json,
  many,
  numeric,
  observe,
  type PgConnection,
  postgresJs,
  type QueryEvent,
  range,
  StreamError,
  text,
  timestamptz,
} from '../../src/runtime/index.ts';
import { createDatabase, postgresUrl } from '../support/postgres.ts';
import { addThing, failureOf, table } from './copy-things.ts';

const insert = (sql: string | readonly (string | number)[], count = 2) =>
  exec<{ a: number | readonly number[]; b?: number }>({
    name: 'q',
    file: 'q.sql',
    sql,
    params: [
      { name: 'a', codec: int4 },
      { name: 'b', codec: int4 },
    ].slice(0, count),
    columns: [],
  });

/** The text that is sent for an INSERT; its error where there is one. */
async function sent(query: ReturnType<typeof insert>): Promise<string> {
  const texts: string[] = [];
  const stop = observe(({ text }) => texts.push(text));
  const pglite = { exec: async () => {}, rollback: async () => {}, query: async () => ({ rows: [] }) };
  const error = await copyFrom(pglite, query, [{ a: 1, b: 2 }]).catch((error: unknown) => error);
  stop();
  return texts[0] ?? String(error);
}

it.each([
  ['INSERT INTO t (a, b) VALUES ($1, $2)', 't (a, b)'],
  ['insert\tinto T(A,b)values($1,$2) ; ', 'T (A, b)'],
  [
    '-- first\nINSERT /* a */ INTO public."odd ""table" ("a(", é) VALUES ($1, -- b\n $2)',
    'public."odd ""table" ("a(", é)',
  ],
  ['INSERT INTO t (a, b, c) VALUES ($2, $1, $1)', 't (a, b, c)'],
])('reads %j', async (sql, expected) => {
  expect(await sent(insert(sql))).toBe(`COPY ${expected} FROM '/dev/blob'`);
});

it.each([
  'INSERT INTO t VALUES ($1, $2)',
  'INSERT INTO t (a, b) VALUES ($1, $2::int)',
  'INSERT INTO t (a, b) VALUES ($1, DEFAULT)',
  'INSERT INTO t (a, b) VALUES ($1, 2)',
  'INSERT INTO t (a, b) VALUES ($1, lower($2))',
  'INSERT INTO t (a, b) VALUES ($1, $2), ($1, $2)',
  'INSERT INTO t (a, b) VALUES ($1)',
  'INSERT INTO t (a, b) VALUES ($1, $2) RETURNING a',
  'INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING',
  'INSERT INTO t (a, b) OVERRIDING SYSTEM VALUE VALUES ($1, $2)',
  'INSERT INTO t (a, b) SELECT $1, $2',
  'INSERT INTO t AS u (a, b) VALUES ($1, $2)',
  'INSERT INTO t (a.x, b[1]) VALUES ($1, $2)',
  'INSERT INTO U&"t" (a, b) VALUES ($1, $2)',
  'INSERT INTO t (a, b) /* a /* b */ */ VALUES ($1, $2)',
  'WITH x AS (SELECT 1) INSERT INTO t (a, b) VALUES ($1, $2)',
  'INSERT INTO t (a, b) VALUES ($1, $2); DELETE FROM t',
  'UPDATE t SET a = $1, b = $2',
  'SELECT $1, $2',
  '',
])('refuses %j', async (sql) => {
  expect(await sent(insert(sql))).toMatch(/^CopyError: q \(q\.sql\): copyFrom needs `INSERT INTO /);
});

it('refuses lists', async () => {
  const list = exec<{ a: readonly number[] }>({
    name: 'q',
    file: 'q.sql',
    sql: ['INSERT INTO t (a) VALUES (', 0, ')'],
    params: [{ name: 'a', list: int4 }],
    columns: [],
  });
  const pglite = { exec: async () => {}, rollback: async () => {}, query: async () => ({ rows: [] }) };
  expect(await failureOf(copyFrom(pglite, list, [{ a: [1, 2] }]))).toMatchObject({ row: null });
});

it('rejects queries that return rows, and rows that are not its parameters', () => {
  const select = many<{ a: number }, { b: number }>({
    name: 's',
    file: 's.sql',
    sql: '',
    params: [],
    columns: [],
  });
  const never = (_: () => unknown): void => {};
  const db = {} as PgConnection;
  const nameless = async function* () {
    yield { name: 'a' };
  };
  // @ts-expect-error it returns rows
  never(() => copyFrom(db, select, [{ a: 1 }]));
  // @ts-expect-error a string is not a number
  never(() => copyFrom(db, addThing, [{ id: '1' }]));
  // @ts-expect-error of what an asynchronous iterable gives, too
  never(() => copyFrom(db, addThing, nameless()));
  never(() => copyFrom(db, addThing, [{ id: 1, name: null }]));
});

it('writes what the INSERT itself writes, of every kind of codec', async () => {
  const database = await createDatabase(
    18,
    'CREATE TABLE kinds (n numeric, b bytea, t text[], j jsonb, at timestamptz, r int4range, row int)',
  );
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const columns = [
    ['n', numeric],
    ['b', bytea],
    ['t', arrayWithNulls(text)],
    ['j', json],
    ['at', timestamptz],
    ['r', range(int4)],
    ['row', int4],
  ] as const;
  const addKind = exec<Record<string, unknown>>({
    name: 'addKind',
    file: 'kinds.sql',
    sql: 'INSERT INTO kinds (n, b, t, j, at, r, row) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    params: columns.map(([name, codec]) => ({ name, codec })),
    columns: [],
  });
  const rows = [
    {
      n: '1.50',
      b: Uint8Array.of(0, 92, 10, 255),
      t: ['a\\b', null, '{"x"}', '\t', ''],
      j: { 'a\n': ['\\N', '"', '\\'] },
      at: new Date('2024-02-29T12:34:56.789Z'),
      r: { lower: 1, upper: 5 },
    },
    { n: 'NaN', b: new Uint8Array(), t: [], j: null, at: null, r: null },
  ];
  for (const row of rows) await addKind(client, { ...row, row: 0 });
  await copyFrom(
    client,
    addKind,
    rows.map((row) => ({ ...row, row: 0 })),
  );
  const { rows: found } = await client.query('SELECT kinds::text AS row, count(*) FROM kinds GROUP BY 1');
  expect(found.map(({ count }) => count)).toEqual(['2', '2']);
  await client.end();
  await database.drop();
});

it('is an event like a statement, without values', async () => {
  const events: QueryEvent[] = [];
  const stop = observe((event) => events.push(event));
  const database = await createDatabase(18, table);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await copyFrom(client, addThing, [{ id: 1, name: 'secret' }]);
  await failureOf(copyFrom(client, addThing, [{ id: 1, name: 'secret' }]));
  stop();
  expect(events).toMatchObject([
    { query: 'addThing', text: 'COPY things (id, name) FROM STDIN', rowCount: 1, failed: false },
    { query: 'addThing', rowCount: null, failed: true, code: '23505' },
  ]);
  expect(JSON.stringify(events)).not.toContain('secret');
  await client.end();
  await database.drop();
});

it('says over what it cannot stream', async () => {
  const overPglite = new Client(createPgConfig({ execProtocolStream: () => {}, waitReady: null } as never));
  const pipelined = new Client({ pipeline: true } as ClientConfig);
  const wrapped: PgConnection = { query: async () => ({ rows: [] }) };
  const sql = postgres(postgresUrl(18), { max: 1 });
  for (const db of [overPglite, pipelined, wrapped, postgresJs(sql)]) {
    expect(await failureOf(copyFrom(db, addThing, [{ id: 1 }]))).toBeInstanceOf(StreamError);
  }
  await sql.end();
});
