import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../src/analysis/type.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { codecOf } from '../support/codecs.ts';
import fc from '../support/fast-check.ts';
import { fits } from '../support/json-fits.ts';
import { typed } from '../support/typed.ts';
import { config } from './support/build.ts';

const schema = `
  CREATE TYPE place AS (street text, city text);
  CREATE TYPE mood AS ENUM ('happy', 'sad, "really"');
  CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL, born date, at timestamptz NOT NULL, big bigint NOT NULL);
  CREATE TABLE book (id int PRIMARY KEY, author_id int NOT NULL REFERENCES author, title text NOT NULL, price numeric(8, 2),
    tags text[] NOT NULL DEFAULT '{}', kind text NOT NULL DEFAULT 'a' CHECK (kind IN ('a', 'b')), extra jsonb);
  COMMENT ON COLUMN book.extra IS '@type {./extra.js#Extra}';
  INSERT INTO author VALUES (1, 'Ann "x" \\ (y), z', '2020-01-01', '2020-01-01 10:00Z', 9007199254740993), (2, '', NULL, '0099-01-01 BC', 1);
  INSERT INTO book VALUES (1, 1, 'One', 1.50, '{a,"b,c"}'), (2, 1, 'Two', NULL, '{}');
  CREATE VIEW shelf AS SELECT a.id, b.title FROM author a LEFT JOIN book b ON b.author_id = a.id;
  CREATE FUNCTION pairs() RETURNS TABLE (k text, n int) LANGUAGE sql AS $$ SELECT 'a', 1 UNION ALL SELECT NULL, NULL $$;
  CREATE TABLE odd (t text, n numeric, at timestamp, b bytea, i bigint, a text[], p place, m mood, j jsonb, r int4range, d date, bo boolean);
  INSERT INTO odd VALUES
    ('', 'NaN', 'infinity', '\\x00ff', 9223372036854775807, '{}', ROW('', NULL), 'sad, "really"', '{"a": "\\"(,)"}', 'empty', '0044-03-15 BC', true),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('(a,"b\\c",)', 1e30, '2020-02-29 01:02:03.456789', '\\x', 0, '{NULL,"null","a\\"b\\\\c","{}",""}', ROW('"x"', '\\'), 'happy', '[]', '[1,)', '2020-01-01', false),
    ('NULL', 0.10, '0001-01-01 BC', '\\x5c22', -1, '{{a,b},{c,NULL}}', NULL, NULL, 'null', '(,)', '-infinity', NULL);
`;

describe.each([14, 18, 'PGlite'] as const)('on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database?.close());

  const types = async (sql: string, known = {}) => (await typed(database, sql, known)).columns;

  it.each<[string, string, string]>([
    [
      'a subquery',
      'SELECT x FROM (SELECT b.id, b.title, b.price FROM book b) x',
      '{ id: number; title: string; price: string | null }',
    ],
    [
      'an outer side',
      'SELECT x FROM author a LEFT JOIN (SELECT b.id, author_id FROM book b) x ON x.author_id = a.id',
      '{ id: number; author_id: number } | null',
    ],
    [
      'ARRAY(SELECT x)',
      'SELECT ARRAY(SELECT x FROM (SELECT id, title FROM book) x) AS x',
      '{ id: number; title: string }[]',
    ],
    [
      'array_agg(x)',
      'SELECT array_agg(x) AS x FROM (SELECT id, title FROM book) x',
      '{ id: number; title: string }[] | null',
    ],
    [
      'an empty list',
      "SELECT coalesce(array_agg(x), '{}') AS x FROM (SELECT id, title FROM book) x",
      '{ id: number; title: string }[]',
    ],
    [
      'a WITH query',
      'WITH x AS (SELECT id, born FROM author) SELECT x FROM x',
      '{ id: number; born: string | null }',
    ],
    [
      'a recursive WITH query',
      'WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3) SELECT x FROM x',
      '{ n: number }',
    ],
    ['VALUES', "SELECT x FROM (VALUES (1, 'a'), (2, NULL)) x (n, t)", "{ n: 1 | 2; t: 'a' | null }"],
    ['VALUES without names', 'SELECT x FROM (VALUES (1)) x', '{ column1: 1 }'],
    [
      'LATERAL',
      'SELECT x FROM author a, LATERAL (SELECT a.name, count(*) AS books FROM book b WHERE b.author_id = a.id) x',
      '{ name: string; books: bigint }',
    ],
    [
      'a join',
      'SELECT j AS x FROM (author a JOIN (SELECT id AS book, author_id FROM book) b ON b.author_id = a.id) AS j',
      '{ id: number; name: string; born: string | null; at: Date; big: bigint; book: number; author_id: number }',
    ],
    [
      'CYCLE, which adds columns',
      'WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 3) CYCLE n SET c USING p SELECT x FROM x',
      '(string | null)[]',
    ],
    [
      'nested joins',
      'SELECT j AS x FROM ((SELECT 1 AS a, 2 AS b) l NATURAL LEFT JOIN (SELECT 1::bigint AS a, NULL AS c) m JOIN (SELECT 1 AS a) n USING (a)) AS j (k)',
      '{ k: bigint; b: 2; c: string | null }',
    ],
    [
      'arrays in a view',
      'SELECT array_agg(x) AS x FROM (SELECT id, ARRAY(SELECT y FROM (VALUES (1::int8), (NULL)) y (v)) AS l FROM book) x GROUP BY id',
      '{ id: number; l: { v: bigint | null }[] }[]',
    ],
    [
      'a filtered list',
      'SELECT array_agg(x) FILTER (WHERE x.id > 1) AS x FROM (SELECT id FROM book) x',
      '{ id: number }[] | null',
    ],
    [
      'a list of an outer side',
      'SELECT array_agg(x) AS x FROM author a LEFT JOIN (SELECT id, author_id FROM book) x ON x.author_id = a.id GROUP BY a.id',
      '({ id: number; author_id: number } | null)[]',
    ],
    [
      'a subquery of rows',
      'SELECT (SELECT x FROM (SELECT id, title FROM book) x ORDER BY x.id LIMIT 1) AS x',
      '{ id: number; title: string } | null',
    ],
    [
      'other columns to sort by',
      'SELECT x FROM (SELECT id FROM book ORDER BY title, price) x',
      '{ id: number }',
    ],
    ['DISTINCT', 'SELECT DISTINCT x FROM (SELECT id, title FROM book) x', '{ id: number; title: string }'],
    ['GROUP BY', 'SELECT x FROM (SELECT id, title FROM book) x GROUP BY x', '{ id: number; title: string }'],
    [
      'GROUPING SETS',
      'SELECT x FROM (SELECT id, title FROM book) x GROUP BY GROUPING SETS ((x), ())',
      '(string | null)[] | null',
    ],
    [
      'a window',
      'SELECT lag(x) OVER (ORDER BY x.id) AS x FROM (SELECT id FROM book) x',
      '{ id: number } | null',
    ],
    [
      'a name with spaces and one like a number',
      'SELECT x FROM (SELECT 1 AS "007", true AS "true", 2 AS "a b c d e f g h i j k l m n o p q r s t u v w x y z") x',
      "{ '007': 1; true: true; 'a b c d e f g h i j k l m n o p q r s t u v w x y z': 2 }",
    ],
    [
      'a join that lacks a side',
      'SELECT j AS x FROM author a LEFT JOIN (author b JOIN book c (book) ON b.id = book) AS j ON false',
      "{ id: number | null; name: string | null; born: string | null; at: Date | null; big: bigint | null; book: number | null; author_id: number | null; title: string | null; price: string | null; tags: (string | null)[] | null; kind: 'a' | 'b' | null; extra: Extra | null } | null",
    ],
    [
      'an outer join',
      'SELECT j AS x FROM (author a (id) FULL JOIN (SELECT 7 AS id, 1 AS n) b USING (id)) AS j',
      '{ id: number; name: string | null; born: string | null; at: Date | null; big: bigint | null; n: 1 | null }',
    ],
    ['arrays of JSON', "SELECT ARRAY[json_build_object('a', id)] AS x FROM book", '{ a: number }[]'],
    [
      'a list of built JSON',
      "SELECT array_agg(json_build_object('id', id, 'title', title)) AS x FROM book GROUP BY author_id",
      '{ id: number; title: string }[]',
    ],
    [
      'a list of built JSON, nested',
      "SELECT array_agg(jsonb_build_object('l', (SELECT array_agg(row_to_json(x)) FROM (SELECT b.id) x))) AS x FROM book b",
      '{ l: { id: number }[] }[] | null',
    ],
    [
      'a list of rows in JSON',
      'SELECT array_agg(row_to_json(t)) AS x FROM (SELECT id, title FROM book) t',
      '{ id: number; title: string }[] | null',
    ],
    [
      'an outer side in JSON',
      'SELECT array_agg(to_jsonb(t)) AS x FROM author a LEFT JOIN (SELECT id, author_id FROM book) t ON t.author_id = a.id GROUP BY a.id',
      '({ id: number; author_id: number } | null)[]',
    ],
    ['a function', 'SELECT x FROM pairs() x', '{ k: string | null; n: number | null } | null'],
    [
      'a function with ordinality',
      'SELECT x FROM pairs() WITH ORDINALITY x',
      '{ k: string | null; n: number | null; ordinality: bigint } | null',
    ],
    [
      'ROW',
      'SELECT ROW(id, price, at) AS x FROM (SELECT b.id, price, a.at FROM book b JOIN author a ON a.id = author_id) s',
      '[number, string | null, Date]',
    ],
    ['nothing', 'SELECT ROW() AS x', 'Record<string, never>'],
    ['a name twice', 'SELECT x FROM (SELECT a.id, b.id FROM author a, book b) x', '[number, number]'],
    [
      'nested',
      'SELECT x FROM (SELECT a.id, ARRAY(SELECT y FROM (SELECT b.id, ROW(b.title) AS t FROM book b) y) AS books FROM author a) x',
      '{ id: number; books: { id: number; t: [string] }[] }',
    ],
    [
      'rows of tables in it',
      'SELECT x FROM (SELECT a, b.id FROM author a JOIN book b ON b.author_id = a.id) x',
      '{ a: { id: number; name: string; born: string | null; at: Date; big: bigint }; id: number }',
    ],
    [
      'a view',
      'SELECT x FROM (SELECT s, s.title FROM shelf s) x',
      '{ s: { id: number; title: string | null }; title: string | null }',
    ],
    [
      'either',
      'SELECT CASE WHEN x.id > 1 THEN x END AS x FROM (SELECT id FROM book) x',
      '{ id: number } | null',
    ],
    [
      'rows of other names',
      'SELECT CASE WHEN x.a > 1 THEN x ELSE y END AS x FROM (SELECT id AS a FROM book) x, (SELECT id AS b FROM book) y',
      '[number]',
    ],
    [
      'rows of other types',
      'SELECT x FROM (SELECT x FROM (SELECT 1 AS n) x UNION ALL SELECT y FROM (SELECT NULL::text AS n) y) z',
      '(string | null)[]',
    ],
    [
      'a set operation',
      'SELECT x FROM (SELECT id FROM book UNION ALL SELECT NULL) x',
      '{ id: number | null }',
    ],
    ['JSON', "SELECT x FROM (SELECT json_build_object('a', id) AS j FROM book) x", '{ j: { a: number } }'],
    ['literals', 'SELECT x FROM (SELECT kind FROM book) x', "{ kind: 'a' | 'b' }"],
    [
      'RETURNING',
      "WITH x AS (INSERT INTO author VALUES (3, 'c', NULL, now(), 1) RETURNING id, born) SELECT x FROM x",
      '{ id: number; born: string | null }',
    ],
    [
      'min of an array',
      'SELECT max(y) AS x FROM (SELECT ARRAY(SELECT x FROM (SELECT id FROM book) x) AS y) z',
      '{ id: number }[]',
    ],
  ])('%s', async (_, sql, type) => {
    expect(await types(sql)).toEqual({ x: type });
    await decoded(database, sql);
  });

  it('columns keep what is configured for them', async () => {
    const sql = 'SELECT x FROM (SELECT b.price, b.extra, a.big FROM book b, author a) x';
    const known = { types: { 'public.book.price': 'decimal.js#Decimal', int8: 'number' } };
    expect(await types(sql, known)).toEqual({
      x: '{ price: Decimal | null; extra: Extra | null; big: number }',
    });
    const [row] = await decoded(database, 'SELECT x FROM (SELECT price FROM book WHERE id = 1) x', known);
    expect(row).toEqual([{ price: new Decimal('1.5') }]);
  });

  it("PgTyped's runtime has text", async () => {
    const sql = 'SELECT x, ARRAY[x] AS y FROM (SELECT id FROM book) x';
    expect(await types(sql, { runtime: '@pgtyped/runtime' })).toEqual({ x: 'string', y: 'string' });
  });

  it('any nesting is what its columns are', async () => {
    const leaves = ['t', 'n', 'at', 'b', 'i', 'p', 'm', 'j', 'r', 'd', 'bo', 'a'];
    interface Row {
      readonly parts: readonly (string | Row)[];
      readonly way: 'row' | 'array' | 'ROW' | 'values' | 'lateral' | 'nothing';
    }
    const { row } = fc.letrec<{ row: Row; part: string | Row }>((tie) => ({
      part: fc.oneof({ maxDepth: 3 }, fc.constantFrom(...leaves), tie('row')),
      row: fc.record({
        parts: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
        way: fc.constantFrom('row', 'array', 'ROW', 'values', 'lateral', 'nothing'),
      }),
    }));
    const sqlOf = (part: string | Row): string => {
      if (typeof part === 'string') return `o.${part}`;
      const parts = part.parts.map(sqlOf);
      const list = parts.map((text, i) => `${text} AS "c ${i}"`).join(', ');
      switch (part.way) {
        case 'row':
          return `(SELECT x FROM (SELECT ${list}) x)`;
        case 'array':
          return `ARRAY(SELECT x FROM (SELECT ${list}) x, generate_series(1, 2))`;
        case 'ROW':
          return `ROW(${parts.join(', ')})`;
        case 'values':
          return `(SELECT array_agg(x) FROM (VALUES (${parts.join(', ')})) x (${parts.map((_, i) => `"c ${i}"`).join(', ')}))`;
        case 'lateral':
          return `(SELECT l FROM (SELECT 1) s, LATERAL (SELECT ${list}) l)`;
        case 'nothing':
          return `(SELECT x FROM (SELECT ${list}) x WHERE false)`;
      }
    };
    const made = (part: string | Row, leaf: (name: string) => unknown): unknown => {
      if (typeof part === 'string') return leaf(part);
      const values = part.parts.map((one) => made(one, leaf));
      const object = Object.fromEntries(values.map((value, i) => [`c ${i}`, value]));
      switch (part.way) {
        case 'array':
          return [object, object];
        case 'values':
          return [object];
        case 'ROW':
          return values;
        case 'nothing':
          return null;
        default:
          return object;
      }
    };
    // Arrays of several dimensions need a configuration.
    const from = 'FROM odd o WHERE a IS NULL OR array_ndims(a) IS NULL OR array_ndims(a) = 1';
    const direct = await decoded(database, `SELECT ${leaves.map((name) => `o.${name}`).join(', ')} ${from}`);
    await fc.assert(
      fc.asyncProperty(row, async (tree) => {
        const rows = await decoded(database, `SELECT ${sqlOf(tree)} AS x ${from}`);
        expect(rows).toEqual(direct.map((values) => [made(tree, (name) => values[leaves.indexOf(name)])]));
      }),
      { numRuns: 60 },
    );
  });
});

/** The rows as a generated module decodes them; no value is null where its type says that it is not. */
async function decoded(database: Analysed, sql: string, known = {}): Promise<unknown[][]> {
  const { query } = await typed(database, sql, known);
  const codecs = query.columns.map((column) => codecOf(column, config(known), { Decimal }));
  const { rows } = await database.client.query<(string | null)[]>({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  });
  return rows.map((row) =>
    row.map((text, i) => {
      const value = text === null ? null : codecs[i]?.decode(text);
      const column = query.columns[i];
      if (column !== undefined) expectFit(value, column.value);
      return value;
    }),
  );
}

/** No value is null, and none another constant, where its type says that it is not. */
function expectFit(found: unknown, value: Value): void {
  if (found === null) {
    expect(value).toMatchObject({ nullable: true });
    return;
  }
  if (value.literals !== undefined) expect(value.literals).toContain(found);
  if (value.type.kind === 'array') {
    const { type, elementsNullable, dimensions: _, literals: __, ...rest } = value;
    const element = { ...rest, type: type.element, nullable: elementsNullable !== false };
    for (const one of Array.isArray(found) ? found.flat(5) : []) {
      if (value.fields?.some(({ name }) => name === '') !== true) expectFit(one, element);
    }
    return;
  }
  for (const [i, field] of (value.fields ?? []).entries()) {
    if (typeof found === 'object' && found !== null)
      expectFit(Reflect.get(found, field.name === '' ? i : field.name), field.value);
  }
  if (value.json !== undefined) expect(fits(found, value.json)).toBe(true);
}
