import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { text as asText, loadable, nestedMany } from '../../src/runtime/index.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import fc from '../support/fast-check.ts';
import { nestedDefinition } from '../support/nested-definition.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TYPE kind AS ENUM ('a', 'b');
  CREATE DOMAIN word AS text CHECK (VALUE <> '');
  CREATE TYPE point3 AS (x int, y int);
  CREATE TABLE person (id int PRIMARY KEY, name varchar(20) NOT NULL, "Odd ""name" text COLLATE "C", k kind, w word,
    tags text[], at timestamptz, b bytea, place point3, area box, j jsonb);
  CREATE TABLE post (id int PRIMARY KEY, author int NOT NULL REFERENCES person, title text NOT NULL, score int);
  CREATE VIEW shown AS SELECT id, name FROM person;
  CREATE FUNCTION calm(int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
  CREATE FUNCTION wild(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
  CREATE TABLE spelled (id int, n numeric, f float8, c char(5), at timestamptz);
  INSERT INTO spelled VALUES (1, 1.00, '-0', 'a', '2024-01-01 00:00+00'), (2, 1, 0, 'b', '2024-01-02'), (3, NULL, 'NaN', NULL, NULL);
  CREATE TABLE many (id int, k int);
  INSERT INTO many SELECT i, i % 2 FROM generate_series(1, 3000) i;
  INSERT INTO person SELECT i, 'n' || i % 4, 'o' || i % 3, (ARRAY['a', 'b', NULL]::kind[])[1 + i % 3], 'w' || i % 2,
    NULL, '2020-01-01', decode('0' || i, 'hex') FROM generate_series(1, 6) i;
  INSERT INTO post SELECT i, 1 + i % 5, 't' || i % 3, nullif(i % 4, 0) FROM generate_series(1, 20) i;
`;

/** Statements with values to look up, `k` and `q` among their names too. */
const accepted: readonly (readonly [sql: string, keys: readonly (readonly unknown[])[]])[] = [
  ['SELECT id, name FROM person WHERE id = :id', [[3], [1], [9], [3], [null]]],
  ['SELECT * FROM person AS k WHERE k.id = :id', [[2], [6]]],
  [
    'SELECT q.title AS k, q.id AS n FROM post q WHERE author=:k ORDER BY score DESC NULLS LAST, id',
    [[1], [2], [5], [0]],
  ],
  [
    'SELECT id, title AS o FROM post WHERE author = :a ORDER BY title, id DESC LIMIT:n',
    [
      [1, 2],
      [2, 0],
      [2, 3],
      [3, null],
    ],
  ],
  ['SELECT count(*) AS n, max(score) FROM post WHERE author = :a', [[1], [99]]],
  [
    'SELECT author, title FROM post WHERE author = :a GROUP BY author, title HAVING count(*) >= :least',
    [
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'WITH mine AS (SELECT * FROM post WHERE author = :a) SELECT id FROM mine WHERE score > (SELECT avg(score) FROM mine) ORDER BY 1',
    [[1], [2], [3]],
  ],
  [
    'WITH RECURSIVE up AS (SELECT :id::int AS n UNION ALL SELECT n + 1 FROM up WHERE n < :to) SELECT n FROM up',
    [
      [1, 3],
      [5, 5],
      [7, 8],
    ],
  ],
  [
    'SELECT id FROM person WHERE id = :id UNION ALL SELECT author FROM post WHERE id = :id ORDER BY id DESC',
    [[3], [20]],
  ],
  ['SELECT DISTINCT ON (title) title, id FROM post WHERE author = :a ORDER BY title, id', [[1], [4]]],
  [
    'SELECT p.id, t.title FROM person p LEFT JOIN post t ON t.author = p.id AND t.score > :least WHERE p.id = :id',
    [
      [1, 1],
      [3, 6],
    ],
  ],
  [
    'SELECT p.id, l.title FROM person p, LATERAL (SELECT title FROM post WHERE author = p.id LIMIT 1) l WHERE p.name = :name',
    [['n1'], ['n2']],
  ],
  ['SELECT :n::int, generate_series(1, :n) AS g', [[2], [0], [3]]],
  ['SELECT g FROM generate_series(1, :n::int) AS g ORDER BY g DESC', [[2], [3]]],
  [
    'SELECT id FROM person WHERE "Odd ""name" = :odd AND (:kind::kind IS NULL OR k = :kind)',
    [
      ['o1', 'a'],
      ['o2', null],
    ],
  ],
  ['SELECT "Odd ""name", w FROM person WHERE w = :w ORDER BY id', [['w1'], ['x'], [null]]],
  ['SELECT id, b FROM person WHERE b = :b', [['\\x01'], ['\\x77']]],
  ['SELECT id FROM shown WHERE name = :name ORDER BY id -- the last\n DESC', [['n1'], ['n2']]],
  [
    'SELECT id, row_number() OVER (ORDER BY score, id) AS r FROM post WHERE author = :a ORDER BY r',
    [[1], [2]],
  ],
  ['SELECT id FROM person WHERE calm(id) = :id', [[2]]],
  [
    'SELECT EXISTS (SELECT FROM post WHERE author = :a AND id IN (SELECT id FROM post WHERE score = :s)) AS yes',
    [
      [1, 1],
      [2, 9],
    ],
  ],
  [
    'VALUES (:a::int, :b::text)',
    [
      [1, 'x'],
      [2, 'y"{,}\\'],
    ],
  ],
  // Equal keys in several spellings, each of which is looked up by itself.
  [
    'SELECT id, n, :n::numeric AS given FROM spelled WHERE n = :n ORDER BY id',
    [['1'], ['1.0'], [null], ['1'], ['1e0']],
  ],
  [
    'SELECT id, f, :f::float8 AS given FROM spelled WHERE f = :f ORDER BY id',
    [['0'], ['-0'], ['NaN'], ['0.0']],
  ],
  ['SELECT id, c, length(:c) AS n FROM spelled WHERE c = :c', [['a'], ['a  '], ['a'], [' a'], [null]]],
  [
    'SELECT id FROM spelled WHERE at = :at',
    [['2024-01-01 00:00+00'], ['2024-01-01 01:00+01'], ['infinity'], [null]],
  ],
  // More rows than a sort keeps in order by chance.
  ['SELECT id FROM many WHERE k = :k ORDER BY id % 7, id DESC', [[1], [0], [1], [2]]],
  [
    'SELECT p.id, ARRAY(SELECT t FROM (SELECT id, title FROM post WHERE author = :id ORDER BY id) t) AS posts FROM person p WHERE id = :id',
    [[1], [2]],
  ],
];

const refused: readonly (readonly [header: string, sql: string, message: string])[] = [
  [':execrows', 'UPDATE person SET name = :name', 'the statement is not a SELECT'],
  [':many', 'WITH d AS (DELETE FROM post WHERE id = :id RETURNING id) SELECT id FROM d', 'it locks rows'],
  [':many', 'SELECT id FROM person WHERE id = :id FOR UPDATE', 'it locks rows'],
  [':many', 'SELECT wild(id) AS w FROM person WHERE id = :id', 'a function that is volatile'],
  [':many', 'SELECT id FROM person', 'it has no parameters'],
  [':exec', 'SELECT id FROM person WHERE id = :id', 'it returns no rows'],
  [':many @param ids -> (...)', 'SELECT id FROM person WHERE id IN :ids', 'ids is a list'],
  [':many', 'SELECT id FROM person WHERE tags = :tags', 'tags is not one plain value'],
  [':many', 'SELECT id FROM person WHERE place = :place', 'place is not one plain value'],
  [':many', 'SELECT id FROM person WHERE area = :area', 'area is not one plain value'],
  [':many @optional name', 'SELECT id FROM person WHERE name = :name', 'name can be omitted by @optional'],
  [':many', 'SELECT max(:n::int) AS m FROM person', 'aggregate functions are not allowed'],
];

describe.each(tested(servers))('@load on %s', (server) => {
  let the: Analysed;
  beforeAll(async () => {
    the = await analysed(server, schema);
  });
  afterAll(() => the?.close());

  const analysisOf = async (text: string) => {
    const { statements, diagnostics } = readStatements('q.sql', text);
    expect(diagnostics).toEqual([]);
    return analyse(the.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      catalog: Promise.resolve(the.catalog),
    });
  };

  it('looks up what each call finds, in its order', async () => {
    const text = accepted.map(([sql], i) => `/* @name Q${i} :many\n@load */\n${sql};`).join('\n');
    const { queries, diagnostics } = await analysisOf(text);
    expect(diagnostics).toEqual([]);
    for (const [i, [sql, keys]] of accepted.entries()) {
      const query = queries[i];
      const one = query?.statement.sql ?? '';
      const alone: unknown[] = [];
      for (const [n, values] of keys.entries())
        for (const row of await the.rows(one, values)) alone.push([...row, `${n + 1}`]);
      const arrays = (query?.params ?? []).map((_, p) => keys.map((values) => values[p]));
      const together = await the.rows(query?.loader ?? '', arrays);
      const found = [...together].sort((a, b) => Number(a.at(-1)) - Number(b.at(-1)));
      expect([sql, found]).toEqual([sql, alone]);
    }
  });

  it('finds for random lists of keys what single calls find', async () => {
    const sql = [
      'SELECT id, title FROM post WHERE author = :a ORDER BY score NULLS FIRST, title, id DESC LIMIT :n',
      'SELECT id, title FROM post WHERE author = :a AND score > :n ORDER BY title, id',
      'SELECT DISTINCT title, score FROM post WHERE author >= :a AND score <> :n ORDER BY score, title',
    ];
    const text = sql.map((one, i) => `/* @name Q${i} :many\n@load */\n${one};`).join('\n');
    const { queries } = await analysisOf(text);
    const value = fc.option(fc.integer({ min: 0, max: 7 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 8 }), async (keys) => {
        for (const { statement, loader = '' } of queries) {
          const alone: unknown[] = [];
          for (const [n, values] of keys.entries())
            for (const row of await the.rows(statement.sql, values)) alone.push([...row, `${n + 1}`]);
          const arrays = [keys.map(([a]) => a), keys.map(([, n]) => n)];
          expect(await the.rows(loader, arrays)).toEqual(alone);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('puts nested results together as the query does', async () => {
    const joined = 'FROM person p LEFT JOIN post t ON t.author = p.id WHERE p.id >= :from AND p.id < :to';
    const selected = 'p.id, p.name, t.id AS "posts[].id", t.title AS "posts[].title"';
    const text = [
      `/* @name A :many\n@load */ SELECT ${selected} ${joined} ORDER BY p.name DESC, p.id, t.title, t.id DESC;`,
      `/* @name B :many\n@load */ SELECT p.id, p.name, t.title AS "titles[]" ${joined} ORDER BY p.id DESC, t.id;`,
      '/* @name C :many\n@load */ SELECT t.id, p.id AS "by.id", p.name AS "by.name" FROM post t LEFT JOIN person p ON p.id = t.author WHERE t.id >= :from AND t.id < :to ORDER BY t.id DESC;',
    ].join('\n');
    const { queries, diagnostics } = await analysisOf(text);
    await the.client.query('SET debug_print_parse = off');
    expect(diagnostics).toEqual([]);
    const keys = [
      ['1', '4'],
      ['6', '9'],
      ['9', '1'],
      ['1', '4'],
      ['0', '7'],
    ].map(([from, to]) => ({ from, to }));
    for (const query of queries) {
      const definition = {
        ...nestedDefinition(query),
        params: ['from', 'to'].map((name) => ({ name, codec: asText })),
        readOnly: true as const,
      };
      const run = loadable(nestedMany<object, object>(definition), query.loader ?? '');
      const alone: unknown[] = [];
      for (const key of keys) alone.push(await run(the.client, key));
      const together = await Promise.all(keys.map((key) => run.load(the.client, key)));
      expect(together).toEqual(alone);
      expect(together[2]).toEqual([]);
      expect(together[4]?.length).toBe(6);
    }
  });

  it('numbers the rows where their order is made', async () => {
    const sql = 'SELECT id FROM post WHERE author = :a';
    const { queries } = await analysisOf(
      `/* @name A :many\n@load */ ${sql} ORDER BY title;\n/* @name B :many\n@load */ ${sql};`,
    );
    const keys = 'unnest($1::int4[]) WITH ORDINALITY AS k (p1, n)';
    expect(queries.map(({ loader }) => loader?.replaceAll('\n', ' '))).toEqual([
      `SELECT q."id", k.n FROM ${keys} CROSS JOIN LATERAL (SELECT q.*, row_number() OVER () AS o FROM ( ${sql.replace(':a', '(k.p1)')} ORDER BY title ) AS q ("id")) AS q ORDER BY k.n, q.o`,
      `SELECT q."id", k.n FROM ${keys} CROSS JOIN LATERAL ( ${sql.replace(':a', '(k.p1)')} ) AS q ("id")`,
    ]);
  });

  it('is refused at its tag where one statement cannot be sent for many keys', async () => {
    const text = refused.map(([words, sql], i) => `/* @name R${i} ${words}\n@load */\n${sql};`).join('\n');
    const { queries, diagnostics } = await analysisOf(text);
    expect(queries).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(refused.map(() => 'ND3027'));
    for (const [i, [, , message]] of refused.entries()) {
      expect(diagnostics[i]?.message).toContain(message);
      expect(text.split('\n')[(diagnostics[i]?.line ?? 0) - 1]).toBe('@load */');
    }
  });

  it('leaves the statement of a query as it is', async () => {
    const sql = 'SELECT id FROM post WHERE (:a::int IS NULL OR author = :a)';
    const { queries } = await analysisOf(`/* @name A :many */\n${sql};\n/* @name B :many\n@load */\n${sql};`);
    const [plain, loaded] = queries;
    expect(plain?.loader).toBeUndefined();
    expect(loaded?.statement.sql).toBe(plain?.statement.sql);
    expect(loaded?.optional).toEqual(plain?.optional);
  });
});
