import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysed, analysed } from '../support/analysed.ts';
import { type Typed, typedTogether } from '../support/typed.ts';

const schema = `
  CREATE TABLE orders (
    id int PRIMARY KEY, status text NOT NULL CHECK (status IN ('open', 'paid', 'void')),
    kind varchar(4) CHECK (kind IN ('a', 'long')), short varchar(4) CHECK (short IN ('a', 'b')), note text
  );
  INSERT INTO orders VALUES (1, 'open', 'a', 'a', 'x'), (2, 'paid', NULL, 'b', NULL);
  CREATE TABLE item (id int PRIMARY KEY, v int, m int, name text, n int NOT NULL DEFAULT 0);
  INSERT INTO item VALUES (1, 1, 5, 'b'), (2, NULL, NULL, 'a'), (3, 3, 1, NULL);
  CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
  CREATE VIEW numbers AS SELECT name, id AS no FROM numbered;
  CREATE FUNCTION always(a int, b int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
  CREATE OPERATOR ~== (LEFTARG = int, RIGHTARG = int, FUNCTION = always);
  CREATE COLLATION insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE FUNCTION one(a text) RETURNS text LANGUAGE sql STRICT AS 'SELECT a';
  CREATE FUNCTION lax(a text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN NEXT coalesce(a, $$x$$); END';
`;

const status = "'open' | 'paid' | 'void'";
type Params = Readonly<Record<string, string>>;
const cases: readonly (readonly [sql: string, params: Params, header?: string])[] = [
  // A constant that the parameter is compared with is a value that means something.
  ["SELECT id FROM orders WHERE :s = 'all' OR status = :s", { s: `'all' | ${status}` }],
  ["SELECT id FROM orders WHERE :s::text = '' OR status = :s", { s: `'' | ${status}` }],
  ["SELECT id FROM orders WHERE :s IN ('all', 'any') OR status = :s", { s: `'all' | 'any' | ${status}` }],
  [
    "SELECT id FROM orders WHERE CASE :s WHEN 'all' THEN true ELSE status = :s END",
    { s: `${status} | 'all'` },
  ],
  ["SELECT id FROM orders WHERE status = nullif(:s, 'all')", { s: 'string' }],
  ["SELECT id FROM orders WHERE :s LIKE 'x%' OR status = :s", { s: 'string' }],
  ['SELECT id FROM orders WHERE note = :s OR status = :s', { s: 'string' }],
  ['SELECT id FROM orders WHERE status <> :s', { s: 'string' }],
  ['SELECT id FROM orders WHERE NOT status = :s', { s: 'string' }],
  ['SELECT id FROM orders WHERE status = :s COLLATE insensitive', { s: 'string' }],
  ['SELECT id FROM orders WHERE kind = :s::varchar(4)', { s: 'string' }],
  ['SELECT id FROM orders WHERE status = (:s::varchar)', { s: status }],
  // What it is elsewhere does not count where the comparison decides about every row.
  ['SELECT id, :s::text AS s FROM orders WHERE status = :s', { s: status }],
  ["SELECT id FROM orders WHERE status = :s AND (:s = 'all' OR note = :s)", { s: status }],
  ["SELECT id FROM orders WHERE status = :s AND :s <> 'open'", { s: "'paid' | 'void'" }],
  ['SELECT id FROM orders WHERE status = :s AND kind = :s', { s: 'string' }],
  ['SELECT id, :s::text AS s FROM orders WHERE status = :s OR id = 1', { s: 'string | null' }],
  // NULL does the same as all other values.
  ['SELECT id FROM orders WHERE status = :s OR id = 1', { s: `${status} | null` }],
  ['SELECT count(*) FILTER (WHERE status = :s) AS n FROM orders', { s: `${status} | null` }],
  ["SELECT id FROM item ORDER BY CASE WHEN :sort = 'name' THEN name END, id", { sort: "'name' | null" }],
  ["SELECT id FROM item ORDER BY CASE :sort WHEN 'name' THEN name END, id", { sort: "'name' | null" }],
  ['SELECT (status = :s) IS TRUE AS it FROM orders', { s: `${status} | null` }],
  ['SELECT status = :s AS it FROM orders', { s: 'string | null' }],
  ['SELECT id FROM orders WHERE (status = :s) IS NOT FALSE', { s: 'string | null' }],
  ['SELECT id FROM orders WHERE status = coalesce(:s, status)', { s: `${status} | null` }],
  ['SELECT id FROM orders WHERE (:s::text IS NULL OR status = :s) OR id = 1', { s: `${status} | null` }],
  [
    "SELECT id FROM item ORDER BY CASE WHEN :sort::text IS NULL THEN name WHEN :sort = 'm' THEN m::text END",
    { sort: 'string | null' },
  ],
  [
    'SELECT (SELECT count(*) FROM orders WHERE :s::text IS NULL OR status = :s) AS n',
    { s: `${status} | null` },
  ],
  // No row that NULL omits.
  ['SELECT id FROM item i WHERE NOT EXISTS (SELECT FROM item q WHERE q.v = :p)', { p: 'number | null' }],
  ['SELECT id FROM item WHERE id NOT IN (SELECT v FROM item WHERE v = :p)', { p: 'number | null' }],
  ['SELECT id FROM item EXCEPT SELECT id FROM item WHERE m = :p', { p: 'number | null' }],
  ['SELECT id FROM item WHERE m = :p EXCEPT SELECT id FROM item', { p: 'number' }],
  ['SELECT id FROM item WHERE m = :p INTERSECT SELECT id FROM item', { p: 'number' }],
  ['SELECT id FROM item WHERE m = :p UNION SELECT id FROM item', { p: 'number | null' }],
  ['SELECT id FROM item WHERE m = :p UNION SELECT id FROM item WHERE v = :p', { p: 'number' }],
  ["SELECT CASE WHEN m > :p THEN 'more' ELSE 'other' END AS c FROM item", { p: 'number | null' }],
  ['SELECT id FROM item WHERE m > ALL (SELECT v FROM item WHERE n = :p)', { p: 'number | null' }],
  ['SELECT id FROM item WHERE m > ANY (SELECT v FROM item WHERE n = :p)', { p: 'number' }],
  ['SELECT id, (SELECT name FROM item WHERE id = :p) AS name FROM item', { p: 'number | null' }],
  ['SELECT id FROM item WHERE name = (SELECT name FROM item WHERE id = :p)', { p: 'number' }],
  ['SELECT id FROM item WHERE (id, v) > (:a, :b)', { a: 'number', b: 'number | null' }],
  ['SELECT id FROM item WHERE (id, v) = (:a, :b)', { a: 'number', b: 'number' }],
  ['SELECT id FROM item WHERE m NOT BETWEEN :a AND :b', { a: 'number | null', b: 'number | null' }],
  ['SELECT id FROM item WHERE m BETWEEN :a AND :b', { a: 'number', b: 'number' }],
  ['SELECT i.id FROM item i LEFT JOIN item q ON q.v = :p', { p: 'number | null' }],
  ['SELECT i.id FROM item i LEFT JOIN item q ON true WHERE q.v = :p', { p: 'number' }],
  ['SELECT i.id FROM (SELECT FROM item WHERE v = :p) q LEFT JOIN item i ON true', { p: 'number' }],
  ['SELECT i.id FROM (SELECT FROM item WHERE v = :p) q FULL JOIN item i ON true', { p: 'number | null' }],
  ['SELECT count(*) AS n FROM item WHERE v = :p', { p: 'number | null' }],
  ['SELECT count(*) AS n FROM item WHERE v = :p GROUP BY v', { p: 'number' }],
  ['SELECT count(*) AS n FROM item WHERE v = :p GROUP BY ROLLUP (v)', { p: 'number | null' }],
  ['SELECT count(*) AS n FROM item HAVING count(*) > :p', { p: 'bigint | number' }],
  ['SELECT id FROM item LIMIT :n', { n: 'bigint | number | null' }],
  ['SELECT id FROM item OFFSET :n', { n: 'bigint | number | null' }],
  [
    'SELECT one(:a) AS one, x FROM unnest(:b::text[]) x',
    { a: 'string | null', b: 'readonly (string | null)[]' },
  ],
  ['SELECT * FROM one(:a) x', { a: 'string | null' }],
  ['SELECT * FROM lax(:a) x', { a: 'string | null' }],
  [
    'SELECT * FROM unnest(:a::int[], :b::int[]) x (a, b)',
    { a: 'readonly (number | null)[] | null', b: 'readonly (number | null)[] | null' },
  ],
  [
    'SELECT unnest(:a::int[]) AS a, generate_series(1, :n) AS b',
    { a: 'readonly (number | null)[] | null', n: 'number | null' },
  ],
  [
    'WITH RECURSIVE r AS (SELECT id, v FROM item WHERE id = :p UNION ALL SELECT i.id, i.v FROM item i JOIN r ON i.v = r.id) SELECT id FROM r',
    { p: 'number' },
  ],
  [
    'WITH RECURSIVE r AS (SELECT id, v FROM item UNION ALL SELECT i.id, i.v FROM item i JOIN r ON i.v = r.id WHERE r.id < :p) SELECT id FROM r',
    { p: 'number | null' },
  ],
  ['WITH q AS (SELECT id FROM item WHERE v = :p) SELECT i.id FROM item i, q', { p: 'number' }],
  ['WITH q AS (SELECT id FROM item WHERE v = :p) SELECT id FROM item', { p: 'number | null' }],
  ['WITH d AS (DELETE FROM item WHERE v = :p RETURNING id) SELECT id FROM d', { p: 'number' }],
  ['WITH d AS (DELETE FROM item WHERE v = :p) SELECT id FROM item WHERE v = :p', { p: 'number' }],
  ['WITH d AS (DELETE FROM item) SELECT id FROM item WHERE v = :p', { p: 'number | null' }],
  ['WITH i AS (INSERT INTO item (id) VALUES (:p)) SELECT id FROM item', { p: 'number' }],
  ['WITH i AS (INSERT INTO item (id) SELECT :p FROM item) SELECT id FROM item', { p: 'number | null' }],
  // Written.
  [
    'INSERT INTO item (id, n) SELECT :a, :b UNION ALL SELECT v, m FROM item',
    { a: 'number | null', b: 'number | null' },
  ],
  [
    'INSERT INTO item (id, n) SELECT a, b FROM (VALUES (:a::int, :b::int), (1, 2)) v (a, b) WHERE a > 0',
    { a: 'number | null', b: 'number | null' },
  ],
  ['INSERT INTO item (id, n) VALUES (:a, 1), (1, :b)', { a: 'number', b: 'number' }],
  [
    'INSERT INTO item (id, n) VALUES (1, :n) ON CONFLICT (id) DO UPDATE SET n = :m',
    { n: 'number', m: 'number | null' },
  ],
  [
    'INSERT INTO numbered (id, name) OVERRIDING USER VALUE VALUES (:id, :name)',
    { id: 'number | null', name: 'string' },
  ],
  [
    'INSERT INTO orders (id, status, kind, short) VALUES (1, :s, :k, :short)',
    { s: status, k: 'string | null', short: "'a' | 'b' | null" },
  ],
  [
    'UPDATE orders SET status = coalesce(:s, status), kind = coalesce(kind, :k)',
    { s: `${status} | null`, k: 'string | null' },
  ],
  ['UPDATE orders SET short = coalesce(short, :k)', { k: "'a' | 'b' | null" }],
  [
    'INSERT INTO numbers (no, name) OVERRIDING USER VALUE VALUES (:id, :name)',
    { id: 'number | null', name: 'string' },
  ],
  // Lists.
  ['SELECT id FROM item WHERE id ~== ALL (:l)', { l: 'readonly (number | null)[] | null' }],
  ['SELECT id FROM item WHERE id ~== ANY (:l)', { l: 'readonly (number | null)[] | null' }],
  ['SELECT id FROM item WHERE name IN :l', { l: 'string' }, '@param l -> (...)'],
  ['SELECT id FROM item WHERE name NOT IN :l', { l: 'string' }, '@param l -> (...)'],
  ['SELECT id FROM orders WHERE status NOT IN :l', { l: status }, '@param l -> (...)'],
  ['SELECT id FROM orders WHERE short NOT IN :l', { l: 'string' }, '@param l -> (...)'],
  ['SELECT id FROM orders WHERE status IN :l OR id = 1', { l: status }, '@param l -> (...)'],
  ['SELECT id FROM orders WHERE (status IN :l) IS NOT NULL', { l: `${status} | null` }, '@param l -> (...)'],
  ['SELECT id FROM item WHERE id = ANY (:l) OR cardinality(:l) = 0', { l: 'readonly (number | null)[]' }],
  ['SELECT id FROM item WHERE NOT id = ANY (:l)', { l: 'readonly (number | null)[]' }],
  ['SELECT id FROM orders WHERE short <> ALL (:l)', { l: 'readonly string[]' }],
  ['SELECT id FROM orders WHERE status <> ALL (:l)', { l: `readonly (${status})[]` }],
  [
    'UPDATE orders SET status = u.s FROM unnest(:ids::int[], :l::text[]) u (id, s) WHERE orders.id = u.id',
    { ids: 'readonly (number | null)[]', l: `readonly (${status})[]` },
  ],
];

describe('what a parameter may be excludes what has no meaning', () => {
  let database: Analysed;
  const known = new Map<string, (sql: string) => Typed>();
  beforeAll(async () => {
    database = await analysed(18, schema);
    const headers = new Set(cases.map(([, , header = '']) => header));
    for (const header of headers) {
      const queries = cases.filter(([, , one = '']) => one === header).map(([sql]) => sql);
      known.set(header, await typedTogether(database, queries, { header }));
    }
  });
  afterAll(() => database.close());

  it.each(cases.map(([sql, params, header = '']) => ({ sql, params, header })))(
    '$sql',
    ({ sql, params, header }) => {
      expect(known.get(header)?.(sql).params).toEqual(params);
    },
  );
});
