import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';
import { type Typed, typedTogether } from '../support/typed.ts';

const schema = `
  CREATE TABLE bar (id int NOT NULL, "sure!" int, "maybe?" int NOT NULL);
  CREATE TABLE other ("sure!" int, extra text);
  CREATE TABLE "table!" (id int);
  CREATE VIEW seen AS SELECT id AS "id?", "sure!" + 1 AS "sum!", "maybe?" FROM bar;
  CREATE MATERIALIZED VIEW stored AS SELECT * FROM seen;
  CREATE TYPE "mood!" AS ENUM ('sad');
  CREATE DOMAIN "text?" AS text;
  CREATE TYPE pair AS ("left!" int, "right?" int);
  CREATE TABLE pairs (p pair, list int[]);
  CREATE FUNCTION "call!"() RETURNS int LANGUAGE sql AS 'SELECT "sure!" FROM bar';
  CREATE FUNCTION "many?"() RETURNS SETOF int LANGUAGE sql AS 'SELECT "sure!" FROM bar';
  CREATE FUNCTION listed() RETURNS TABLE ("one!" int, "two?" int) LANGUAGE sql
    AS 'SELECT "sure!", "sure!" FROM bar';
  CREATE FUNCTION rows() RETURNS SETOF bar LANGUAGE sql AS 'SELECT * FROM bar';
  CREATE AGGREGATE "total!" (int) (SFUNC = int4pl, STYPE = int);
  CREATE PROCEDURE out_param(OUT "x!" int) LANGUAGE sql AS 'SELECT 1';
`;

const bar = { id: 'number', 'sure!': 'number | null', 'maybe?': 'number' };
const sure = { 'sure!': 'number | null' };

const cases: readonly (readonly [sql: string, columns: Readonly<Record<string, string>>])[] = [
  // A name that the schema gives.
  ['SELECT * FROM bar', bar],
  ['SELECT b.*, b."sure!" + 1 AS next FROM bar b', { ...bar, next: 'number | null' }],
  ['SELECT DISTINCT ON ("sure!") * FROM bar ORDER BY "sure!"', bar],
  ['SELECT * FROM (SELECT * FROM bar) b', bar],
  ['WITH b AS (SELECT * FROM bar) SELECT * FROM b', bar],
  ['WITH b AS MATERIALIZED (DELETE FROM bar RETURNING *) SELECT * FROM b', bar],
  ['SELECT b.* FROM bar b, LATERAL (SELECT b."sure!" AS "deep!") y', bar],
  ['SELECT "sure!" FROM bar UNION SELECT id FROM bar', sure],
  ['SELECT "sure!" FROM bar GROUP BY "sure!"', sure],
  ['SELECT "sure!", id FROM bar GROUP BY GROUPING SETS ("sure!", id)', { ...sure, id: 'number | null' }],
  ['SELECT (SELECT "sure!" FROM bar LIMIT 1)', sure],
  ['SELECT "sure!"::bigint FROM bar', { 'sure!': 'bigint | null' }],
  ['SELECT "sure!" AS "sure!" FROM bar', sure],
  ['SELECT * FROM bar JOIN other USING ("sure!")', { ...bar, 'sure!': 'number', extra: 'string | null' }],
  [
    'SELECT * FROM bar FULL JOIN other USING ("sure!")',
    { ...sure, id: 'number | null', 'maybe?': 'number | null', extra: 'string | null' },
  ],
  ['SELECT * FROM bar NATURAL LEFT JOIN other', { ...bar, extra: 'string | null' }],
  ['WITH RECURSIVE r AS (SELECT "sure!" FROM bar UNION ALL SELECT "sure!" + 1 FROM r) SELECT * FROM r', sure],
  ['SELECT * FROM seen', { 'id?': 'number', 'sum!': 'number | null', 'maybe?': 'number' }],
  ['SELECT * FROM stored', { 'id?': 'number | null', 'sum!': 'number | null', 'maybe?': 'number | null' }],
  ['UPDATE bar SET id = 1 RETURNING *', bar],
  ['INSERT INTO bar SELECT * FROM bar RETURNING *', bar],
  ['DELETE FROM bar RETURNING "sure!", id AS "gone?"', { ...sure, gone: 'number | null' }],
  ['SELECT (p).* FROM pairs', { 'left!': 'number | null', 'right?': 'number | null' }],
  ['SELECT (p)."left!" FROM pairs', { 'left!': 'number | null' }],
  ['SELECT "call!"()', { 'call!': 'number | null' }],
  ['SELECT * FROM "call!"()', { 'call!': 'number | null' }],
  ['SELECT * FROM "many?"()', { 'many?': 'number | null' }],
  ['SELECT "total!"(id) FROM bar', { 'total!': 'number | null' }],
  ['SELECT "total!"(id) OVER () FROM bar', { 'total!': 'number | null' }],
  ['SELECT * FROM listed()', { 'one!': 'number | null', 'two?': 'number | null' }],
  [
    'SELECT * FROM ROWS FROM (listed(), "many?"())',
    { 'one!': 'number | null', 'two?': 'number | null', 'many?': 'number | null' },
  ],
  ['SELECT (listed()).*', { 'one!': 'number | null', 'two?': 'number | null' }],
  ['SELECT id, "sure!", "maybe?" IS NULL AS no FROM rows()', { id: 'number', ...sure, no: 'boolean' }],
  ['SELECT \'sad\'::"mood!"', { 'mood!': 'Mood' }],
  ['SELECT \'x\'::"text?"', { 'text?': "'x'" }],
  ['CALL out_param(NULL)', { 'x!': 'number | null' }],

  // An alias that the statement gives.
  ['SELECT id AS "id?", "sure!" FROM bar', { id: 'number | null', ...sure }],
  ['SELECT "sure!" AS "sure!!" FROM bar', { 'sure!': 'number' }],
  ['SELECT "sure!" AS "x!" FROM bar ORDER BY "maybe?"', { x: 'number' }],
  ['SELECT id AS "sure?" FROM bar', { sure: 'number | null' }],
  ['SELECT id AS "sure!" FROM bar', { sure: 'number' }],
  ['SELECT * FROM (SELECT count(*) AS "n?" FROM bar) x', { n: 'bigint | null' }],
  ['WITH x AS (SELECT "sure!" AS "safe!" FROM bar) SELECT * FROM x', { safe: 'number' }],
  ['SELECT * FROM bar AS b(x, y, "z?")', { x: 'number', y: 'number | null', z: 'number | null' }],
  ['SELECT id AS "a?" FROM bar UNION ALL SELECT "sure!" AS "b!" FROM bar', { a: 'number | null' }],
  ['SELECT "deep!" FROM bar b, LATERAL (SELECT b."sure!" AS "deep!") y', { deep: 'number' }],
  ['SELECT * FROM rows() AS r(a, b, "c!")', { a: 'number', b: 'number | null', c: 'number' }],
  ['SELECT * FROM unnest(ARRAY[1]) AS "n?"', { n: '1 | null' }],
  ['SELECT * FROM json_to_record($$ {} $$) AS x("a!" int)', { a: 'number' }],
  ['SELECT list[1] AS "first!" FROM pairs', { first: 'number' }],
];

describe.each(tested(servers))('marks in names of result columns on %s', (server) => {
  let on: Analysed;
  let typed: (sql: string) => Typed;
  beforeAll(async () => {
    on = await analysed(server, schema);
    typed = await typedTogether(
      on,
      cases.map(([sql]) => sql),
    );
  });
  afterAll(() => on.close());

  it.each(cases)('%s', (sql, columns) => {
    expect(typed(sql).columns).toEqual(columns);
  });
});
