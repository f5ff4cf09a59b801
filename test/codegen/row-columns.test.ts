import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Analysed, analysed } from '../support/analysed.ts';
import { typed } from '../support/typed.ts';

let database: Analysed;

beforeAll(async () => {
  database = await analysed(
    18,
    `CREATE TYPE place AS (street text, city text);
     CREATE DOMAIN spot AS place;
     CREATE TABLE member (id int PRIMARY KEY, email text, scores int[] NOT NULL, home place);
     CREATE TYPE paid AS (net_sum int);
     CREATE TABLE bill (bill_id int PRIMARY KEY, paid_in paid NOT NULL);
     CREATE TABLE twin (a_b int, "aB" int);`,
  );
});
afterAll(() => database.close());

async function columnsOf(sql: string, config = {}) {
  return (await typed(database, sql, config)).columns;
}

it('rows have fields that are null only where they can be', async () => {
  const member = '{ id: number; email: string | null; scores: (number | null)[]; home: Place | null }';
  expect(
    await columnsOf(`SELECT m, array_agg(m) AS all, ROW('x', m.email)::place AS p, ROW('x', 'y')::place::spot AS s,
      ROW('x', 'y')::place AS q, m.home, ROW(m.email, m.email)::place AS e FROM member m GROUP BY m.id`),
  ).toEqual({
    m: member,
    all: `${member}[]`,
    p: '{ street: string; city: string | null }',
    s: '{ street: string; city: string }',
    q: '{ street: string; city: string }',
    home: 'Place | null',
    e: 'Place',
  });
});

it('fields hold what is known of them, except the dimensions of arrays, which the decoder of the type takes to be one', async () => {
  expect(
    await columnsOf(`SELECT x FROM (SELECT 1 AS a) y,
      LATERAL (SELECT ROW(1, NULL, ARRAY[[1]], ROW('x', NULL)::place)::member AS x) x`),
  ).toEqual({
    x: '{ id: number; email: string | null; scores: number[]; home: { street: string; city: string | null } }',
  });
});

it('records without names are tuples', async () => {
  expect(
    await columnsOf(
      "SELECT ROW(1, 'x') AS a, ROW(1, email) AS b, ROW() AS c, ARRAY[ROW(1)] AS d FROM member",
    ),
  ).toEqual({ a: '[1, string]', b: '[1, string | null]', c: 'Record<string, never>', d: '[1][]' });
});

it("PgTyped's runtime has them as text", async () => {
  const config = { runtime: '@pgtyped/runtime' };
  expect(await columnsOf('SELECT m, array_agg(m) AS all FROM member m GROUP BY m', config)).toEqual({
    m: 'string',
    all: 'string',
  });
});

it('fields of rows are in camelCase as columns are, those of composite types are not', async () => {
  const sql = `SELECT b, x, ARRAY(SELECT y FROM (SELECT 1 AS one_more) y) AS ys, t
    FROM bill b, twin t, LATERAL (SELECT b.bill_id AS own_id) x`;
  expect(await columnsOf(sql, { camelCaseColumnNames: true })).toEqual({
    b: '{ billId: number; paidIn: Paid }',
    x: '{ ownId: number }',
    ys: '{ oneMore: 1 }[]',
    // Two fields would be called the same.
    t: 'Twin',
  });
  expect(await columnsOf(sql)).toMatchObject({
    b: '{ bill_id: number; paid_in: Paid }',
    x: '{ own_id: number }',
  });
});

it('arrays of arrays have the dimensions of what the query builds', async () => {
  expect(
    await columnsOf(`SELECT array_agg(scores) AS a, ARRAY(SELECT scores FROM member) AS b, ARRAY[count(*)::int] || ARRAY[[2]]::int[] AS c
      FROM member HAVING count(*) > 0`),
  ).toEqual({ a: '(number | null)[][]', b: '(number | null)[][]', c: 'number[] | number[][]' });
});
