import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery, Variant } from '../../src/analysis/analysed-query.ts';
import type { Value } from '../../src/analysis/type.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { rowFits } from '../support/row-fits.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE DOMAIN kind AS text CHECK (VALUE <> '');
  CREATE TYPE method AS ENUM ('visa', 'amex');
  CREATE TABLE card (id int PRIMARY KEY, amount numeric(10, 2) NOT NULL, last4 text NOT NULL, method method NOT NULL,
    tags text[] NOT NULL CHECK (array_position(tags, NULL) IS NULL), payer int);
  CREATE TABLE cash (id int PRIMARY KEY, amount numeric(10, 2), till int NOT NULL, note text);
  CREATE TABLE payer (id int PRIMARY KEY, name text NOT NULL);
  INSERT INTO payer VALUES (1, 'Ann'), (2, 'Bo');
  INSERT INTO card VALUES (1, 10, '4242', 'visa', '{a}', 1), (2, 20, '1111', 'amex', '{}', NULL);
  INSERT INTO cash VALUES (1, 10, 7, 'x'), (2, NULL, 8, NULL);
  CREATE VIEW payment AS
    SELECT 'card' AS kind, id, amount, last4, NULL::int AS till FROM card
    UNION ALL SELECT 'cash', id, amount, NULL, till FROM cash;
  CREATE MATERIALIZED VIEW stored AS SELECT * FROM payment;
  CREATE TYPE euro AS (cents int);
  CREATE TYPE price AS (cents int, currency text);
  CREATE FUNCTION price_of(euro) RETURNS price LANGUAGE sql RETURN ROW(coalesce(($1).cents, 0), 'EUR')::price;
  CREATE CAST (euro AS price) WITH FUNCTION price_of(euro) AS IMPLICIT;
`;

const both = `SELECT 'card' AS kind, last4, NULL::int AS till FROM card UNION ALL SELECT 'cash', note, till FROM cash`;

const priced = `SELECT 'a' AS k, id, ROW(id, 'USD')::price AS m FROM cash UNION ALL SELECT 'b', NULL, NULL::euro`;

/** Queries, and their kinds of rows: `card: last4 till?`. */
const discriminated: readonly (readonly [what: string, sql: string, kinds: readonly string[]])[] = [
  ['UNION ALL', both, ['card: last4 till:null', 'cash: last4? till']],
  ['UNION', both.replace('UNION ALL', 'UNION'), ['card: last4 till:null', 'cash: last4? till']],
  [
    'ORDER BY and LIMIT',
    `${both} ORDER BY last4 LIMIT 3 OFFSET 1`,
    ['card: last4 till:null', 'cash: last4? till'],
  ],
  [
    'arms of one kind',
    `SELECT 'a' AS k, id, note FROM cash UNION ALL SELECT 'b', id, last4 FROM card UNION ALL SELECT 'a', NULL, 'x'`,
    ['a: id? note?', 'b: id note'],
  ],
  [
    'arms in parentheses, with a LIMIT of their own',
    `(SELECT 'a' AS k, id FROM cash UNION ALL SELECT 'b', NULL ORDER BY 2 LIMIT 5) UNION (SELECT 'c', till FROM cash)`,
    ['a: id', 'b: id:null', 'c: id'],
  ],
  [
    'numbers',
    `SELECT 1 AS k, id FROM cash UNION ALL SELECT -2, NULL::int UNION ALL SELECT 3, 4`,
    ['1: id', '-2: id:null', '3: id:4'],
  ],
  ['booleans', 'SELECT true AS k, id FROM cash UNION SELECT false, NULL', ['true: id', 'false: id:null']],
  [
    'a domain',
    `SELECT 'a'::kind AS k, id FROM cash UNION ALL SELECT 'b'::kind, payer FROM card`,
    ['a: id', 'b: id?'],
  ],
  [
    'text and varchar(n)',
    `SELECT 'a'::text AS k, id FROM cash UNION ALL SELECT 'b', payer FROM card UNION ALL SELECT ' c '::varchar, 1`,
    ['a: id', 'b: id?', ' c : id:1'],
  ],
  [
    'duplicates by a collation',
    `SELECT 'a' COLLATE folded AS k, 'x' COLLATE folded AS x FROM cash UNION SELECT 'A', 'X' UNION SELECT 'A ', 'y'`,
    ["a: x:'x'", "A: x:'X'", "A : x:'y'"],
  ],
  [
    'DISTINCT over such a collation',
    `SELECT DISTINCT k, x FROM (SELECT 'a' COLLATE folded AS k, 'x' COLLATE folded AS x UNION ALL SELECT 'A', 'X') s`,
    ["a: x:'x'", "A: x:'X'"],
  ],
  [
    'a subquery in FROM',
    `SELECT kind, last4 AS digits FROM (${both}) p WHERE till IS NULL OR till > 0`,
    ['card: digits', 'cash: digits?'],
  ],
  [
    'a condition on the way',
    `SELECT kind, last4, till FROM (${both}) p WHERE last4 IS NOT NULL`,
    ['card: last4 till:null', 'cash: last4 till'],
  ],
  [
    'a WITH query',
    `WITH p AS (${both}) SELECT * FROM p ORDER BY kind`,
    ['card: last4 till:null', 'cash: last4? till'],
  ],
  [
    'a WITH query that is looked at twice',
    `WITH p AS (${both}) SELECT *, (SELECT max(till) FROM p o WHERE o.kind <> p.kind) AS other FROM p`,
    ['card: last4 till:null other?', 'cash: last4? till other?'],
  ],
  [
    'a WITH query that writes',
    `WITH n AS (INSERT INTO cash VALUES (9, NULL, 9) RETURNING id, till)
       SELECT 'new' AS k, till FROM n UNION ALL SELECT 'old', payer FROM card`,
    ['new: till', 'old: till?'],
  ],
  ['a view', 'SELECT kind, amount, till FROM payment', ['card: amount till:null', 'cash: amount? till']],
  [
    'a join',
    `SELECT p.kind, p.payer, y.name FROM (SELECT 'card' AS kind, payer FROM card UNION ALL SELECT 'cash', 1) p
       LEFT JOIN payer y ON y.id = p.payer`,
    ['card: payer? name?', 'cash: payer:1 name?'],
  ],
  [
    'an outer join that keeps it',
    `SELECT y.name, p.kind, p.payer FROM payer y
       RIGHT JOIN (SELECT 'card' AS kind, payer FROM card UNION ALL SELECT 'cash', 1) p ON y.id = p.payer`,
    ['card: name? payer?', 'cash: name? payer:1'],
  ],
  [
    'JSON, elements and enums',
    `SELECT 'card' AS kind, json_build_object('last4', last4) AS j, tags, method::method AS m FROM card
       UNION ALL SELECT 'cash', json_build_object('till', till), ARRAY[note], NULL FROM cash`,
    ['card: j{last4} tags[] m', 'cash: j{till} tags m:null'],
  ],
  [
    'NULL with a cast',
    `SELECT 'a' AS k, amount, till FROM cash UNION ALL SELECT 'b', NULL::numeric(10, 2), id FROM card`,
    ['a: amount? till', 'b: amount:null till'],
  ],
  [
    'the column with the most constants, a text one first',
    `SELECT true AS paid, 1 AS n, 'a' AS k, id FROM cash UNION ALL SELECT true, 2, 'b', NULL UNION ALL SELECT false, 3, 'c', 1`,
    ['a: paid:true n:1 id', 'b: paid:true n:2 id:null', 'c: paid:false n:3 id:1'],
  ],
  [
    'an alias that vouches',
    `SELECT 'a' AS k, note AS "note!", note AS "more?" FROM cash WHERE note IS NOT NULL UNION ALL SELECT 'b', last4, NULL FROM card`,
    ['a: note more?', 'b: note more:null'],
  ],
  ['NULL that a cast of the user turns into something else', priced, ['a: id m', 'b: id:null m?']],
];

const flat: readonly (readonly [what: string, sql: string])[] = [
  ['one constant', `SELECT 'a' AS k, id FROM cash UNION ALL SELECT 'a', payer FROM card`],
  ['nothing else that differs', `SELECT 'a' AS k, id FROM cash UNION ALL SELECT 'b', id FROM card`],
  ['an arm without a constant', `SELECT 'a' AS k, id FROM cash UNION ALL SELECT last4, payer FROM card`],
  [
    'an arm with NULL',
    `SELECT 'a' AS k, id FROM cash UNION ALL SELECT 'b', 1 UNION ALL SELECT NULL, payer FROM card`,
  ],
  [
    'an arm with two constants',
    `SELECT 'a' AS k, id FROM cash UNION ALL SELECT CASE WHEN id > 1 THEN 'b' ELSE 'c' END, payer FROM card`,
  ],
  ['padded texts', `SELECT 'a'::char(3) AS k, id FROM cash UNION ALL SELECT 'b'::char(3), payer FROM card`],
  ['texts that are cut', `SELECT 'abc'::varchar(2) AS k, id FROM cash UNION ALL SELECT 'b', payer FROM card`],
  ['numbers that become numeric', `SELECT 1 AS k, id FROM cash UNION ALL SELECT 2.50, payer FROM card`],
  ['names', `SELECT 'a'::name AS k, id FROM cash UNION ALL SELECT 'b'::text, payer FROM card`],
  ['INTERSECT', `SELECT 'a' AS k, id FROM cash INTERSECT SELECT 'b', payer FROM card`],
  [
    'EXCEPT in an arm',
    `SELECT 'a' AS k, id FROM cash UNION ALL (SELECT 'b', payer FROM card EXCEPT SELECT 'c', 1)`,
  ],
  [
    'an outer join that does not keep it',
    `SELECT p.kind, p.till FROM payer y LEFT JOIN (${both}) p ON p.till = y.id`,
  ],
  ['groups', `SELECT kind, min(last4) AS last4, max(till) AS till FROM (${both}) p GROUP BY kind`],
  ['windows', `SELECT kind, lag(till) OVER (ORDER BY till) AS till, last4 FROM (${both}) p`],
  [
    'a recursive query',
    `WITH RECURSIVE r AS (SELECT 'a' AS k, NULL::int AS n UNION ALL SELECT 'b', 1 FROM r WHERE k = 'a') SELECT * FROM r`,
  ],
  ['a materialised view', 'SELECT kind, last4, till FROM stored'],
  ['an alias that doubts', `SELECT 'a' AS "k?", id FROM cash UNION ALL SELECT 'b', payer FROM card`],
  [
    'too many',
    Array.from(
      { length: 33 },
      (_, i) => `SELECT 'k${i}' AS k, ${i % 2 ? 'id' : 'NULL::int'} AS n FROM cash`,
    ).join(' UNION ALL '),
  ],
];

const text = [...discriminated, ...flat].map(([, sql], i) => `/* @name Q${i} */\n${sql};\n`).join('\n');

describe.each(tested(servers))('the kinds of rows of a UNION, on %s', (server) => {
  let database: Analysed;
  let queries: ReadonlyMap<string, AnalysedQuery>;
  beforeAll(async () => {
    database = await analysed(server, schema);
    const { statements } = readStatements('q.sql', text);
    const analysis = await analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      facts: {
        rows: false,
        effects: false,
        violations: false,
        contents: true,
        optional: false,
        arrays: false,
        assigned: false,
      },
    });
    expect(analysis.diagnostics).toEqual([]);
    queries = new Map(analysis.queries.map((query) => [query.statement.body, query]));
    await database.client.query('SET debug_print_parse = off');
  }, 60_000);
  afterAll(() => database?.close());

  it.each(discriminated)('%s', async (_, sql, expected) => {
    const query = queries.get(sql);
    const members = query?.variants?.members ?? [];
    expect(members.map((member) => shown(member, query?.variants?.discriminant ?? 0))).toEqual(expected);
    const rows = await database.rows(sql);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      // The constant comes out as it is written, and tells the one kind that the row is of.
      const own = members.filter(({ value }) => value === row[query?.variants?.discriminant ?? 0]);
      expect(
        own.map(({ columns }) => rowFits(row, columns)),
        JSON.stringify(row),
      ).toEqual([true]);
    }
  });

  it.each(flat)('not with %s', async (_, sql) => {
    expect(queries.get(sql)?.columns.length).toBeGreaterThan(1);
    expect(queries.get(sql)?.variants).toBeUndefined();
    await database.rows(sql);
  });

  it('NULL is not always what a cast of the user makes of it', async () => {
    expect((await database.rows(priced)).at(-1)).toEqual(['b', null, '(0,EUR)']);
  });
});

function shown({ value, columns }: Variant, discriminant: number): string {
  expect(columns[discriminant]?.value).toMatchObject({ nullable: false, literals: [value] });
  const others = columns.filter((_, i) => i !== discriminant);
  return `${value}: ${others.map((column) => column.name + valueShown(column.value)).join(' ')}`;
}

function valueShown({ nullable, literals, json, elementsNullable }: Value): string {
  if (literals?.length === 0) return ':null';
  const [only] = literals ?? [];
  const literal = only === undefined ? '' : `:${typeof only === 'string' ? `'${only}'` : only}`;
  const fields = json?.kind === 'object' ? `{${json.fields.map(({ name }) => name).join()}}` : '';
  return `${literal}${fields}${elementsNullable === false ? '[]' : ''}${nullable ? '?' : ''}`;
}
