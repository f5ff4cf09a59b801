import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonShapes } from '../../src/analysis/json-shape.ts';
import { domainLiterals, noNullElements } from '../../src/analysis/literals/column.ts';
import { resultLiterals } from '../../src/analysis/literals.ts';
import type { Literal } from '../../src/analysis/type.ts';
import { type Analysed, analysed, analysedOver, servers } from '../support/analysed.ts';
import { postgresUrl } from '../support/postgres.ts';

// Every row here is one that the constraints let in.
const schema = `
  CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm', 'l'));
  CREATE DOMAIN small AS size CHECK (VALUE <> 'l') CHECK (VALUE IN ('s', 'm'));
  CREATE DOMAIN number AS int CHECK (VALUE = ANY (ARRAY[1, 2]));
  CREATE DOMAIN word AS text CHECK (VALUE <> '');
  CREATE DOMAIN tags AS text[] CHECK (array_position(VALUE, NULL) IS NULL);
  CREATE TYPE mood AS ENUM ('happy', 'sad');
  CREATE TABLE t (
    id int PRIMARY KEY,
    any_of text CHECK (any_of IN ('a', 'b')),
    array_of text CHECK (array_of = ANY (ARRAY['a', 'b'])),
    array_text text CHECK (array_text = ANY ('{a,"b c",ünï}'::text[])),
    chain text CHECK (chain = 'a' OR chain = 'b' OR 'c' = chain),
    one text CHECK (one = 'only'),
    varied varchar(10) CHECK (varied IN ('a', 'b')),
    unlimited varchar CHECK (unlimited = 'a' OR unlimited = 'b'),
    doubly text CHECK (doubly IN ('a', 'b') AND length(doubly) = 1),
    twice text CHECK (twice IN ('a', 'b', 'c')) CHECK (twice IN ('b', 'c', 'd')),
    number int CHECK (number IN (1, -2)),
    short smallint CHECK (short = ANY ('{1,2}')),
    big bigint CHECK (big IN (1, 2)),
    flag boolean CHECK (flag = true),
    size size,
    small small,
    domain_number number,
    long text CHECK (long IN ('${'x'.repeat(300)}', 'y')),
    -- not these
    loose text CHECK (loose IN ('a', 'b') OR id > 0),
    not_in text CHECK (not_in NOT IN ('a', 'b')),
    with_null text CHECK (with_null IN ('a', NULL)),
    padded char(3) CHECK (padded IN ('a', 'b')),
    cased text CHECK (lower(cased) IN ('a', 'b')),
    folded text COLLATE folded CHECK (folded IN ('a', 'b')),
    checked_folded text CHECK (checked_folded COLLATE folded IN ('a', 'b')),
    exact numeric CHECK (exact IN (1, 2)),
    less text CHECK (less < 'b'),
    word word,
    mood mood CHECK (mood IN ('happy')),
    other text,
    CHECK (CASE WHEN other = 'a' THEN true ELSE true END),
    tags text[] CHECK (array_position(tags, NULL) IS NULL AND cardinality(tags) < 5),
    loose_tags text[] CHECK (array_position(loose_tags, 'x') IS NULL),
    domain_tags tags
  );
  ALTER TABLE t ADD late text DEFAULT 'z', ADD CONSTRAINT late CHECK (late IN ('a', 'b')) NOT VALID;
  INSERT INTO t (id, any_of, array_of, array_text, chain, one, varied, unlimited, doubly, twice, number, short, big, flag, size,
    small, domain_number, long, loose, not_in, with_null, padded, cased, folded, checked_folded, exact, less, word, mood,
    other, tags, late)
  VALUES (1, 'a', 'b', 'b c', 'c', 'only', 'a', 'b', 'a', 'c', -2, 2, 1, true, 'l', 's', 2, 'y', 'zzz', 'zzz', 'zzz', 'a',
    'A', 'a', 'a', 1.0, 'aa', 'w', 'happy', 'zzz', '{}', 'a');
  INSERT INTO t (id, late) VALUES (2, 'b');
  -- PGlite's ICU folds nothing.
  DO 'BEGIN UPDATE t SET folded = ''A'', checked_folded = ''A'' WHERE id = 1;
      EXCEPTION WHEN check_violation THEN NULL; END';
  CREATE TABLE parent (kind text CHECK (kind IN ('a', 'b')), own text, CONSTRAINT own CHECK (own IN ('a', 'b')) NO INHERIT);
  CREATE TABLE child () INHERITS (parent);
  INSERT INTO child VALUES ('a', 'zzz');
  CREATE TABLE split (k int, kind text CHECK (kind IN ('a', 'b'))) PARTITION BY LIST (k);
  CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1);
  INSERT INTO split VALUES (1, 'a');
  CREATE MATERIALIZED VIEW m AS SELECT any_of FROM t;
  CREATE VIEW v AS SELECT any_of AS kind, 'x'::text AS label, other FROM t;
`;

const columns: Readonly<Record<string, readonly Literal[] | null>> = {
  any_of: ['a', 'b'],
  array_of: ['a', 'b'],
  array_text: ['a', 'b c', 'ünï'],
  chain: ['a', 'b', 'c'],
  one: ['only'],
  varied: ['a', 'b'],
  unlimited: ['a', 'b'],
  doubly: ['a', 'b'],
  twice: ['b', 'c'],
  number: [1, -2],
  short: [1, 2],
  big: null,
  flag: [true],
  size: ['s', 'm', 'l'],
  small: ['s', 'm'],
  domain_number: [1, 2],
  long: ['x'.repeat(300), 'y'],
  loose: null,
  not_in: null,
  with_null: null,
  padded: null,
  cased: null,
  folded: null,
  checked_folded: null,
  exact: null,
  less: null,
  word: null,
  mood: null,
  other: null,
  late: null,
};

const cases: readonly (readonly [sql: string, ...literals: (readonly Literal[] | null)[]])[] = [
  ['SELECT kind, own FROM parent', ['a', 'b'], null],
  ['SELECT kind, own FROM ONLY parent', ['a', 'b'], null],
  ['SELECT kind FROM child', ['a', 'b']],
  ['SELECT kind FROM split', ['a', 'b']],
  ['SELECT kind, label, other FROM v', ['a', 'b'], ['x'], null],
  ['SELECT any_of FROM m', null],
  ['SELECT x.any_of FROM t LEFT JOIN t x ON x.id = t.id + 1', ['a', 'b']],
  ['WITH x AS (SELECT any_of AS y FROM t) SELECT y FROM x', ['a', 'b']],
  [
    "SELECT 'card' AS kind, 1 AS n, true AS yes, NULL AS nothing, 1.5 AS x, 3000000000 AS big",
    ['card'],
    [1],
    [true],
    null,
    null,
    null,
  ],
  ["SELECT 'card' AS kind UNION ALL SELECT 'cash'", ['card', 'cash']],
  ["SELECT 'card' AS kind UNION ALL SELECT any_of FROM t UNION SELECT NULL", ['card', 'a', 'b']],
  ["SELECT 'card' AS kind UNION ALL SELECT other FROM t", null],
  ['SELECT 1 AS n UNION ALL SELECT NULL::numeric', null],
  ['SELECT n FROM (SELECT 1 AS n UNION ALL SELECT NULL::bigint) x', null],
  ['SELECT (SELECT 1 UNION ALL SELECT NULL::bigint LIMIT 1) AS n', null],
  ['SELECT short FROM t UNION ALL SELECT 7', [1, 2, 7]],
  ['SELECT 1 AS n UNION ALL SELECT 2.5', null],
  ["SELECT kind FROM (SELECT 'card' AS kind UNION ALL SELECT 'cash') x", ['card', 'cash']],
  ["SELECT kind FROM (VALUES ('a'), ('b'), (NULL)) x (kind)", ['a', 'b']],
  [
    "SELECT CASE WHEN id = 1 THEN 'one' WHEN id = 2 THEN any_of ELSE 'many' END AS a, CASE WHEN id = 1 THEN 'one' END AS b FROM t",
    ['one', 'a', 'b', 'many'],
    ['one'],
  ],
  [
    "SELECT coalesce(any_of, 'none') AS a, nullif(any_of, 'a') AS b, greatest(any_of, one) AS c FROM t",
    ['a', 'b', 'none'],
    ['a', 'b'],
    ['a', 'b', 'only'],
  ],
  ['SELECT (SELECT any_of FROM t WHERE id = 1) AS a', ['a', 'b']],
  ['SELECT any_of FROM t GROUP BY any_of', ['a', 'b']],
  ['SELECT any_of, count(*) AS n FROM t GROUP BY ROLLUP (any_of)', ['a', 'b'], null],
  ["SELECT any_of || 'x' AS a, upper(any_of) AS b, $1::text AS c FROM t", null, null, null],
  ['SELECT varied::text AS a, number::bigint AS b, any_of::char(5) AS c FROM t', ['a', 'b'], null, null],
  ["SELECT 'a'::char(3) AS a, 'a'::mood::text AS b WHERE false", null, null],
  ["UPDATE t SET any_of = 'b' RETURNING any_of", ['a', 'b']],
];

describe.each(servers)('literals, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  const literals = async (sql: string) => resultLiterals((await database.tree(sql)).tree, database.catalog);

  async function holds(
    sql: string,
    found: readonly (readonly Literal[] | null)[],
    values: readonly unknown[],
  ) {
    for (const row of await database.rows(sql, values)) {
      for (const [i, allowed] of found.entries()) {
        if (allowed !== null && row[i] !== null) expect(allowed).toContain(row[i]);
      }
    }
  }

  it.each(Object.entries(columns))('column %s', async (name, expected) => {
    const sql = `SELECT ${name} FROM t`;
    const found = await literals(sql);
    expect(found).toEqual([expected]);
    await holds(sql, found, []);
  });

  it.each(cases.map(([sql, ...expected]) => ({ sql, expected })))('$sql', async ({ sql, expected }) => {
    const runnable = sql.replace("'a'::mood", "'sad'::mood");
    const found = await literals(runnable);
    expect(found).toEqual(expected);
    await holds(runnable, found, sql.includes('$1') ? ['x'] : []);
  });

  it('domains, and arrays without NULLs', () => {
    const { catalog } = database;
    const domain = (name: string) => [...catalog.types.values()].find((type) => type.name === name)?.oid ?? 0;
    expect(domainLiterals(domain('small'), catalog)).toEqual(['s', 'm']);
    expect(domainLiterals(domain('word'), catalog)).toBeNull();
    const table = [...catalog.relations.values()].find(({ name }) => name === 't');
    const without = [...(table?.columns.values() ?? [])]
      .filter(({ number }) => table !== undefined && noNullElements(table, number, catalog))
      .map(({ name }) => name);
    expect(without).toEqual(['tags', 'domain_tags']);
  });
});

it('reads only ASCII in a database of another encoding', async () => {
  const server = new Client({ connectionString: postgresUrl(18) });
  await server.connect();
  await server.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
  const client = new Client({ connectionString: postgresUrl(18).replace(/[^/]*$/, 'latin') });
  await client.connect();
  const database = await analysedOver(client, () => client.end());
  try {
    const sql =
      "SELECT 'é' AS a, 'Ã©' AS b, 'e' AS c, 'a' = ANY ('{é}'::text[]) AS d, '{\"é\": 1}'::json AS e";
    const { tree } = await database.tree(sql);
    expect(resultLiterals(tree, database.catalog)).toEqual([null, null, ['e'], null, null]);
    expect(jsonShapes(tree, database.catalog)).toEqual([null, null, null, null, null]);
  } finally {
    await database.close();
    await server.query('DROP DATABASE latin');
    await server.end();
  }
});
