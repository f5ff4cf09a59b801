import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domainLiterals, noNullElements } from '../../src/analysis/literals/column.ts';
import { resultLiterals } from '../../src/analysis/literals.ts';
import type { Literal } from '../../src/analysis/type.ts';
import { type Analysed, analysed, analysedOver, servers } from '../support/analysed.ts';
import { jsonShapes } from '../support/json-shapes.ts';
import { postgresUrl } from '../support/postgres.ts';
import { tested } from '../support/tested.ts';

// Every row here is one that the constraints let in.
const schema = `
  CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm', 'l'));
  CREATE DOMAIN small AS size CHECK (VALUE <> 'l') CHECK (VALUE IN ('s', 'm'));
  CREATE DOMAIN number AS int CHECK (VALUE = ANY (ARRAY[1, 2]));
  CREATE DOMAIN word AS text CHECK (VALUE <> '');
  CREATE DOMAIN tags AS text[] CHECK (array_position(VALUE, NULL) IS NULL);
  CREATE DOMAIN listed_tags AS text[] CHECK (VALUE <@ '{a,b}');
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
    or_null text CHECK (or_null IS NULL OR or_null IN ('a', 'b')),
    other_null text CHECK (any_of IS NULL OR other_null IN ('a', 'b')),
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
    domain_tags tags,
    listed text[] CHECK (listed <@ ARRAY['a', 'b']),
    nested int[] CHECK (length('x') = 1 AND '{1,2}' @> nested),
    sizes size[],
    listed_domain listed_tags,
    folded_tags text[] COLLATE folded CHECK (folded_tags <@ ARRAY['a', 'b']),
    loosely_listed text[] CHECK (loosely_listed <@ ARRAY['a', 'b'] OR id = 1),
    overlapping text[] CHECK (overlapping && ARRAY['a', 'b']),
    containing text[] CHECK (containing @> ARRAY['a', 'b'])
  );
  ALTER TABLE t ADD late text DEFAULT 'z', ADD CONSTRAINT late CHECK (late IN ('a', 'b')) NOT VALID;
  INSERT INTO t (id, any_of, array_of, array_text, chain, one, varied, unlimited, doubly, twice, number, short, big, flag, size,
    small, domain_number, long, loose, not_in, with_null, padded, cased, folded, checked_folded, exact, less, word, mood,
    other, tags, late)
  VALUES (1, 'a', 'b', 'b c', 'c', 'only', 'a', 'b', 'a', 'c', -2, 2, 1, true, 'l', 's', 2, 'y', 'zzz', 'zzz', 'zzz', 'a',
    'A', 'a', 'a', 1.0, 'aa', 'w', 'happy', 'zzz', '{}', 'a');
  INSERT INTO t (id, late) VALUES (2, 'b');
  INSERT INTO t (id, listed, nested, sizes, listed_domain, folded_tags, overlapping, containing, late)
    VALUES (3, '{{a,b},{b,b}}', '{2}', '{s,NULL}', '{a}', '{a}', '{a,z}', '{a,b,z}', 'a'), (4, '{}', '{}', '{}', '{}', '{}', '{a}', '{a,b}', 'a');
  UPDATE t SET loosely_listed = '{z,NULL}' WHERE id = 1;
  CREATE VIEW w AS SELECT listed AS tags FROM t;
  -- PGlite's ICU folds nothing.
  DO 'BEGIN UPDATE t SET folded = ''A'', checked_folded = ''A'' WHERE id = 1;
      EXCEPTION WHEN check_violation THEN NULL; END';
  CREATE TABLE parent (kind text CHECK (kind IN ('a', 'b')), own text, CONSTRAINT own CHECK (own IN ('a', 'b')) NO INHERIT);
  CREATE TABLE child () INHERITS (parent);
  INSERT INTO child VALUES ('a', 'zzz');
  CREATE TABLE split (k int, kind text CHECK (kind IN ('a', 'b'))) PARTITION BY LIST (k);
  CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1);
  INSERT INTO split VALUES (1, 'a');
  CREATE MATERIALIZED VIEW n AS SELECT listed FROM t;
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
  or_null: ['a', 'b'],
  other_null: null,
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

const arrays: readonly (readonly [sql: string, ...elements: (readonly Literal[] | null)[]])[] = [
  ['SELECT listed, nested, listed_domain FROM t', ['a', 'b'], [1, 2], ['a', 'b']],
  // Their elements' domain says it.
  ['SELECT sizes FROM t', null],
  ['SELECT folded_tags, loosely_listed, overlapping, containing FROM t', null, null, null, null],
  ['SELECT tags FROM w', ['a', 'b']],
  ['SELECT listed FROM n', null],
  [
    "SELECT ARRAY['a', any_of, NULL] AS a, ARRAY[ARRAY[1], ARRAY[2]] AS b, '{x,y}'::text[] AS c FROM t",
    ['a', 'b'],
    [1, 2],
    ['x', 'y'],
  ],
  ["SELECT '{}'::text[] AS a, NULL::text[] AS b, $1::text[] AS c, ARRAY[1.5] AS d", null, null, null, null],
  [
    'SELECT array_agg(any_of) AS a, array_agg(DISTINCT size) AS b, array_agg(listed) AS c FROM t WHERE cardinality(listed) = 1',
    ['a', 'b'],
    ['s', 'm', 'l'],
    ['a', 'b'],
  ],
  ['SELECT array_agg(any_of) OVER () AS a, array_agg(other) AS b FROM t GROUP BY any_of', ['a', 'b'], null],
  ['SELECT ARRAY(SELECT any_of FROM t) AS a, ARRAY(SELECT other FROM t) AS b', ['a', 'b'], null],
  [
    "SELECT coalesce(listed, '{none}') AS a, CASE WHEN id = 1 THEN listed END AS b FROM t",
    ['a', 'b', 'none'],
    ['a', 'b'],
  ],
  [
    "SELECT listed || 'c'::text AS a, 'c'::text || listed AS b, listed || ARRAY['d'] AS c, listed || other AS d FROM t WHERE array_ndims(listed) IS NULL",
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
    ['a', 'b', 'd'],
    null,
  ],
  [
    "SELECT array_remove(listed, 'a') AS a, array_replace(listed, 'a', 'z') AS b FROM t WHERE id = 4",
    ['a', 'b'],
    null,
  ],
  [
    'SELECT listed::varchar[] AS a, nested::bigint[] AS b, nested::text[] AS c FROM t',
    ['a', 'b'],
    null,
    null,
  ],
  ["SELECT listed FROM t UNION ALL SELECT '{c}'", ['a', 'b', 'c']],
  ['SELECT listed[1:1] AS a, (array_agg(any_of))[2:] AS b FROM t GROUP BY id', ['a', 'b'], ['a', 'b']],
];

const members: readonly (readonly [sql: string, ...literals: (readonly Literal[] | null)[]])[] = [
  ['SELECT unnest(listed) AS a FROM t', ['a', 'b']],
  ['SELECT x FROM t, unnest(listed) x', ['a', 'b']],
  [
    "SELECT x, y, o FROM ROWS FROM (unnest('{a}'::text[]), unnest('{1,2}'::int[])) WITH ORDINALITY u (x, y, o)",
    ['a'],
    [1, 2],
    null,
  ],
  ["SELECT x, y FROM unnest('{a}'::text[], '{1,2}'::int[]) u (x, y)", ['a'], [1, 2]],
  ['SELECT listed[1] AS a, listed[1:1] AS b FROM t', ['a', 'b'], null],
  [
    'SELECT max(any_of), min(number), max(one), mode() WITHIN GROUP (ORDER BY any_of), max(other) FROM t',
    ['a', 'b'],
    [1, -2],
    ['only'],
    ['a', 'b'],
    null,
  ],
  [
    "SELECT first_value(any_of) OVER w, lag(any_of, 1, 'x') OVER w, lead(any_of) OVER w, string_agg(any_of, '') OVER w FROM t WINDOW w AS (ORDER BY id)",
    ['a', 'b'],
    ['a', 'b', 'x'],
    ['a', 'b'],
    null,
  ],
];

describe.each(tested(servers))('literals, on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
    await database.prepare(cases.map(([sql]) => sql));
  });
  afterAll(() => database.close());

  const bounds = async (sql: string) => resultLiterals((await database.tree(sql)).tree, database.catalog);
  const literals = async (sql: string) => (await bounds(sql)).map(({ own }) => own);

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

  it.each(members.map(([sql, ...expected]) => ({ sql, expected })))('$sql', async ({ sql, expected }) => {
    const found = await literals(sql);
    expect(found).toEqual(expected);
    await holds(sql, found, []);
  });

  it.each(arrays.map(([sql, ...expected]) => ({ sql, expected })))('$sql', async ({ sql, expected }) => {
    const found = (await bounds(sql)).map(({ element }) => element);
    expect(found).toEqual(expected);
    for (const row of await database.rows(sql, sql.includes('$1') ? ['{z}'] : [])) {
      for (const [i, allowed] of found.entries()) {
        if (allowed === null || row[i] === null) continue;
        expect([...allowed, null]).toEqual(expect.arrayContaining([row[i]].flat(3)));
      }
    }
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
    expect(without).toEqual(['tags', 'domain_tags', 'listed', 'nested', 'listed_domain']);
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
    expect(resultLiterals(tree, database.catalog).map(({ own }) => own)).toEqual([
      null,
      null,
      ['e'],
      null,
      null,
    ]);
    expect(jsonShapes(tree, database.catalog)).toEqual([null, null, null, null, null]);
  } finally {
    await database.close();
    await server.query('DROP DATABASE latin');
    await server.end();
  }
});
