import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { textWithArrays } from '../../src/sql/arrays.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE SCHEMA other;
  CREATE TYPE other."Kind" AS ENUM ('a', 'b');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE point3 AS (x int, y int, z int);
  CREATE DOMAIN words AS text[] CHECK (cardinality(VALUE) < 9);
  CREATE DOMAIN place AS point3 NOT NULL;
  CREATE DOMAIN short AS varchar(3)[];
  CREATE TABLE kept (id int, name short);
  CREATE TABLE t (id int PRIMARY KEY, small int2, big int8, v varchar(5), c char(3), n numeric(6, 2), b bytea,
    kind other."Kind", mail email, at timestamptz, u uuid, tags text[], place point3, r int4range, j jsonb,
    one "char", bits bit(3), area box, name name COLLATE "C",
    names varchar(5)[], places point3[], words words, at_place place, areas box[], kinds other."Kind"[]);
  CREATE TABLE identities (id int GENERATED ALWAYS AS IDENTITY, a int, doubled int GENERATED ALWAYS AS (a * 2) STORED);
  CREATE TABLE parts (a int, b text) PARTITION BY LIST (a);
  CREATE TABLE ruled (a int);
  CREATE RULE also AS ON INSERT TO ruled DO ALSO NOTIFY ruled;
  CREATE VIEW viewed AS SELECT a FROM ruled;
`;
const columns =
  'id, small, big, v, c, n, b, kind, mail, at, u, tags, place, r, j, one, bits, area, name, names, places, words, at_place, areas, kinds';

/** A statement, and what is sent of it; null: as it is written. */
type Case = readonly [sql: string, sent: string | null];

const cases: readonly Case[] = [
  ['SELECT 1 AS n FROM t WHERE id IN :l', 'SELECT 1 AS n FROM t WHERE id = ANY ($1::int4[])'],
  ['SELECT 1 AS n FROM t WHERE id NOT IN :l', 'SELECT 1 AS n FROM t WHERE id <> ALL ($1::int4[])'],
  [
    'SELECT 1 AS n FROM t WHERE id IN:l AND true',
    'SELECT 1 AS n FROM t WHERE id = ANY ($1::int4[]) AND true',
  ],
  [
    'SELECT 1 AS n FROM t WHERE (id)NOT -- not\n /* in */ in -- these\n:l',
    'SELECT 1 AS n FROM t WHERE (id)<> ALL -- these\n($1::int4[])',
  ],
  ['SELECT 1 AS n FROM t WHERE NOT id IN :l', 'SELECT 1 AS n FROM t WHERE NOT id = ANY ($1::int4[])'],
  ...(
    [
      ['small', 'int2'],
      ['big', 'int8'],
      ['v', 'text'],
      ['c', 'bpchar'],
      ['n', 'numeric'],
      ['b', 'bytea'],
      ['kind', '"other"."Kind"'],
      ['mail', 'text'],
      ['at', 'timestamptz'],
      ['u', 'uuid'],
      ['r', 'int4range'],
      ['j', 'jsonb'],
      ['one', '"char"'],
      ['bits', '"bit"'],
      ['area', 'box'],
      ['name', 'name'],
      ['lower(v)', 'text'],
      ['v COLLATE "C"', 'text'],
    ] as const
  ).map(
    ([column, type]): Case => [
      `SELECT 1 AS n FROM t WHERE ${column} IN :l`,
      `SELECT 1 AS n FROM t WHERE ${column} = ANY ($1::${type}[])`,
    ],
  ),
  // The elements of an array of arrays are not those of the list, and `unnest` takes values of composite types apart.
  ...(
    [
      ['tags', 'text[]'],
      ['names', 'varchar[]'],
      ['places', '"public"."point3"[]'],
      ['words', 'text[]'],
      ['areas', 'box[]'],
    ] as const
  ).flatMap(([column, type]): Case[] => [
    [
      `SELECT ${column} IN :l AS n FROM t`,
      `SELECT ${column} IN (SELECT r.c1::${type} FROM unnest($1::text[]) AS r (c1)) AS n FROM t`,
    ],
    [
      `SELECT 1 AS n FROM t WHERE ${column} NOT IN :l AND id IN :m`,
      `SELECT 1 AS n FROM t WHERE ${column} NOT IN (SELECT r.c1::${type} FROM unnest($1::text[]) AS r (c1)) AND id = ANY ($2::int4[])`,
    ],
  ]),
  // IN stays IN.
  [
    'SELECT 1 AS n FROM t WHERE true = tags IN :l',
    'SELECT 1 AS n FROM t WHERE true = tags IN (SELECT r.c1::text[] FROM unnest($1::text[]) AS r (c1))',
  ],
  ['SELECT 1 AS n FROM t WHERE tags NOT IN :l OR NOT tags IN :l', null],
  // IN binds more tightly than what is beside it.
  ['SELECT 1 AS n FROM t WHERE true = id IN :l', null],
  ['SELECT 1 AS n FROM t WHERE id IN :l = true', 'SELECT 1 AS n FROM t WHERE id = ANY ($1::int4[]) = true'],
  [
    "SELECT 1 AS n FROM t WHERE v || 'a' IN :l IS TRUE",
    "SELECT 1 AS n FROM t WHERE v || 'a' = ANY ($1::text[]) IS TRUE",
  ],
  // A list that is used elsewhere, too.
  [
    'SELECT 1 AS n FROM t WHERE id IN :l OR big NOT IN :l',
    'SELECT 1 AS n FROM t WHERE id = ANY ($1::int4[]) OR big <> ALL ($1::int4[])',
  ],
  ['SELECT ARRAY(VALUES :l) AS n FROM t WHERE v IN :l', null],
  // Others beside it.
  [
    'SELECT :a::text AS a FROM t WHERE id IN :l AND v = :a AND u IN :m',
    'SELECT $1::text AS a FROM t WHERE id = ANY ($2::int4[]) AND v = $1 AND u = ANY ($3::uuid[])',
  ],
  [
    'SELECT 1 AS n FROM t WHERE tags IN :m AND id IN :l',
    'SELECT 1 AS n FROM t WHERE tags IN (SELECT r.c1::text[] FROM unnest($1::text[]) AS r (c1)) AND id = ANY ($2::int4[])',
  ],
  [
    'SELECT s.*, CASE WHEN id IN :l THEN 1 END AS n FROM (SELECT id FROM t) s',
    'SELECT s.id, CASE WHEN id = ANY ($1::int4[]) THEN 1 END AS n FROM (SELECT id FROM t) s',
  ],
  ['UPDATE t SET small = 1 WHERE id IN :l', 'UPDATE t SET small = 1 WHERE id = ANY ($1::int4[])'],
  ['DELETE FROM t WHERE id NOT IN :l', 'DELETE FROM t WHERE id <> ALL ($1::int4[])'],
  [
    'SELECT 1 AS n FROM t a JOIN t b ON a.id = b.big AND b.id IN :l',
    'SELECT 1 AS n FROM t a JOIN t b ON a.id = b.big AND b.id = ANY ($1::int4[])',
  ],
  [
    "SELECT 'é€😀' AS s FROM t WHERE id IN :l AND v = 'ü'",
    "SELECT 'é€😀' AS s FROM t WHERE id = ANY ($1::int4[]) AND v = 'ü'",
  ],
];

/** Types of which an array has texts: those that texts are cast to, after a colon. */
const isCast = (type: string) => type.startsWith(':');
const asElement = (name: string, type: string) =>
  isCast(type) ? `r.${name}::${type.slice(1)}` : `r.${name}`;
const asArray = (type: string, i: number) => `$${i + 1}::${isCast(type) ? 'text' : type}[]`;

const select = (...types: readonly string[]) => {
  const names = types.map((_, i) => `c${i + 1}`);
  const arrays = types.map(asArray);
  return `SELECT ${types.map((type, i) => asElement(names[i] ?? '', type)).join(', ')} FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS r (${names.join(', ')}, n) ORDER BY r.n`;
};

/** An INSERT of rows with the fields a, b, … */
const inserts: readonly Case[] = [
  ['INSERT INTO t (id, v) VALUES :rows', `INSERT INTO t (id, v) ${select('int4', 'varchar')}`],
  ['INSERT INTO t (v) VALUES :rows', `INSERT INTO t (v) ${select('varchar')}`],
  ['INSERT INTO t VALUES :rows RETURNING *', `INSERT INTO t ${select('int4', 'int2')} RETURNING ${columns}`],
  [
    'INSERT INTO t (kind, mail, j, u, n, c) VALUES :rows',
    `INSERT INTO t (kind, mail, j, u, n, c) ${select('"other"."Kind"', '"public"."email"', 'jsonb', 'uuid', 'numeric', 'bpchar')}`,
  ],
  [
    'INSERT INTO t (id, v) -- rows\n values :rows ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t.v <> excluded.v RETURNING id, v',
    `INSERT INTO t (id, v) -- rows\n ${select('int4', 'varchar')} ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t.v <> excluded.v RETURNING id, v`,
  ],
  [
    'WITH x AS (SELECT 1 AS y) INSERT INTO t AS s (id, v) VALUES :rows ON CONFLICT (id) DO UPDATE SET v = (SELECT s.v || x.y || excluded.v FROM x WHERE s.id = 1) RETURNING s.id, (SELECT y FROM x) AS y',
    `WITH x AS (SELECT 1 AS y) INSERT INTO t AS s (id, v) ${select('int4', 'varchar')} ON CONFLICT (id) DO UPDATE SET v = (SELECT s.v || x.y || excluded.v FROM x WHERE s.id = 1) RETURNING s.id, (SELECT y FROM x) AS y`,
  ],
  [
    'INSERT INTO identities (id, a) OVERRIDING SYSTEM VALUE VALUES :rows RETURNING doubled',
    `INSERT INTO identities (id, a) OVERRIDING SYSTEM VALUE ${select('int4', 'int4')} RETURNING doubled`,
  ],
  ['INSERT INTO parts (a, b) VALUES :rows', `INSERT INTO parts (a, b) ${select('int4', 'text')}`],
  // Of arrays, `unnest` would make elements; of values of composite types, columns.
  ['INSERT INTO t (id, tags) VALUES :rows', `INSERT INTO t (id, tags) ${select('int4', ':text[]')}`],
  [
    'INSERT INTO t (id, place, names, places, words, at_place, areas, kinds) VALUES :rows RETURNING names',
    `INSERT INTO t (id, place, names, places, words, at_place, areas, kinds) ${select('int4', ':"public"."point3"', ':varchar[]', ':"public"."point3"[]', ':"public"."words"', ':"public"."place"', ':box[]', ':"other"."Kind"[]')} RETURNING names`,
  ],
  // A cast to it cuts off what its input refuses.
  ['INSERT INTO kept (id, name) VALUES :rows', null],
  // What a rule, or a view, makes of the rows is not analysed.
  ['INSERT INTO ruled (a) VALUES :rows', null],
  ['INSERT INTO viewed (a) VALUES :rows', null],
  // What else is done with the rows may need one at least.
  ['WITH x AS (INSERT INTO t (id, v) VALUES :rows RETURNING id) SELECT id FROM x', null],
  ['SELECT * FROM (VALUES :rows) v (x, y)', null],
  ['INSERT INTO t (id, v) (VALUES :rows)', `INSERT INTO t (id, v) (${select('int4', 'varchar')})`],
  ['INSERT INTO t (id, tags[1]) VALUES :rows', null],
  [
    'INSERT INTO t (id, v) VALUES :rows ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t.v IS NULL OR t.small = 1',
    `INSERT INTO t (id, v) ${select('int4', 'varchar')} ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t.v IS NULL OR t.small = 1`,
  ],
  [
    'INSERT INTO t (id, v) VALUES :rows ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE :x::text IS NULL OR t.v = :x',
    null,
  ],
];

const pairs = (...types: readonly string[]) =>
  `(SELECT ${types.map((type, i) => asElement(`c${i + 1}`, type)).join(', ')} FROM unnest(${types.map(asArray).join(', ')}) AS r (${types.map((_, i) => `c${i + 1}`).join(', ')}))`;

/** Rows that are compared: with the fields a, b, … */
const compared: readonly Case[] = [
  [
    'SELECT 1 AS n FROM t WHERE (id, v) IN :rows',
    `SELECT 1 AS n FROM t WHERE (id, v) IN ${pairs('int4', 'text')}`,
  ],
  [
    'SELECT 1 AS n FROM t WHERE (id, v) IN (:rows)',
    `SELECT 1 AS n FROM t WHERE (id, v) IN ${pairs('int4', 'text')}`,
  ],
  [
    'SELECT 1 AS n FROM t WHERE (id, v) NOT IN (:rows)',
    `SELECT 1 AS n FROM t WHERE (id, v) NOT IN ${pairs('int4', 'text')}`,
  ],
  [
    'SELECT 1 AS n FROM t WHERE NOT ROW(id, v) IN :rows AND small = 1',
    `SELECT 1 AS n FROM t WHERE NOT ROW(id, v) IN ${pairs('int4', 'text')} AND small = 1`,
  ],
  [
    'SELECT 1 AS n FROM t WHERE small = 1 AND (kind, at, u) IN:rows AND b IS NULL',
    `SELECT 1 AS n FROM t WHERE small = 1 AND (kind, at, u) IN${pairs('"other"."Kind"', 'timestamptz', 'uuid')} AND b IS NULL`,
  ],
  [
    'SELECT (c, mail, one) NOT IN ( /* these */ :rows ) AS x FROM t',
    `SELECT (c, mail, one) NOT IN ( /* these */ ${pairs('bpchar', 'text', '"char"').slice(1, -1)} ) AS x FROM t`,
  ],
  [
    'SELECT 1 AS n FROM t a LEFT JOIN t s ON (a.id, (SELECT max(i.small) FROM t i)) IN :rows',
    `SELECT 1 AS n FROM t a LEFT JOIN t s ON (a.id, (SELECT max(i.small) FROM t i)) IN ${pairs('int4', 'int2')}`,
  ],
  ['DELETE FROM t WHERE (id, r) IN :rows', `DELETE FROM t WHERE (id, r) IN ${pairs('int4', 'int4range')}`],
  [
    'SELECT 1 AS n FROM t WHERE (id, v) IN :rows OR small IS NULL ORDER BY CASE WHEN small = 1 THEN 2 END',
    `SELECT 1 AS n FROM t WHERE (id, v) IN ${pairs('int4', 'text')} OR small IS NULL ORDER BY CASE WHEN small = 1 THEN 2 END`,
  ],
  ['SELECT 1 AS n FROM t WHERE (id, v) IN :rows AND (:x::text IS NULL OR v = :x)', null],
  // Other rows, or a use of another kind, beside them.
  ['SELECT 1 AS n FROM t WHERE (id, v) IN (:rows, (1, v))', null],
  ["SELECT 1 AS n FROM t WHERE (id, v) IN ((1, 'a'), :rows)", null],
  ['SELECT 1 AS n FROM t WHERE (id, v) = :rows', null],
  // Of both at once the server cannot say which one is which.
  ['SELECT 1 AS n FROM t WHERE (id, v) NOT IN :rows AND NOT (id, v) IN :rows', null],
  [
    'SELECT 1 AS n FROM t WHERE (id, tags, areas) IN :rows',
    `SELECT 1 AS n FROM t WHERE (id, tags, areas) IN ${pairs('int4', ':text[]', ':box[]')}`,
  ],
];

describe.each(tested(servers))('lists on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  const sentOf = async (statementTexts: readonly string[], least: number | null = 0) => {
    const text = statementTexts.join('\n');
    const { statements, diagnostics } = readStatements('q.sql', text);
    const analysis = await analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
      catalog: Promise.resolve(database.catalog),
    });
    expect([...diagnostics, ...analysis.diagnostics]).toEqual([]);
    return analysis.queries.map(({ statement, arrays, rows }) => {
      if (arrays === undefined) return null;
      if (least !== null && statement.params.some(({ kind }) => kind === 'objects'))
        expect(rows.min).toBe(least);
      return textWithArrays(statement, arrays);
    });
  };

  it('are sent as arrays where that is the same', async () => {
    const texts = cases.map(([sql], i) => {
      const names = [...new Set([...sql.matchAll(/:([lm])\b/g)].map(([, name]) => name))];
      return `/* @name Q${i}\n${names.map((name) => `@param ${name} -> (...)\n`).join('')}*/\n${sql};\n`;
    });
    expect(await sentOf(texts)).toEqual(cases.map(([, expected]) => expected));
  });

  it('of rows that are compared are sent as an array for each column where that is the same', async () => {
    const texts = compared.map(([sql, sent], i) => {
      const width = sent?.match(/\$\d/g)?.length ?? 2;
      const fields = Array.from({ length: width }, (_, nth) => `f${nth}`).join(', ');
      return `/* @name Q${i} @param rows -> ((${fields})...) */\n${sql};\n`;
    });
    expect(await sentOf(texts, null)).toEqual(compared.map(([, expected]) => expected));
  });

  it('of rows are sent as an array for each column where that is the same', async () => {
    const texts = inserts.map(([sql, sent], i) => {
      const count =
        sent === null ? undefined : /, n\) ORDER/.exec(sent) && (sent.match(/\$\d/g)?.length ?? 0);
      const listed = /\((?:id|a|v|kind)[^)]*\)/.exec(sql)?.[0].split(',').length ?? 2;
      const fields = Array.from({ length: count ?? listed }, (_, nth) => `f${nth}`).join(', ');
      return `/* @name Q${i} @param rows -> ((${fields})...) */\n${sql};\n`;
    });
    expect(await sentOf(texts)).toEqual(inserts.map(([, expected]) => expected));
  });

  it('are not sent as arrays for a reason', async () => {
    const insert = 'INSERT INTO t (id, v) VALUES :rows';
    const list = '@param l -> (...)';
    const rows = '@param rows -> ((a, b)...)';
    const reasons: readonly (readonly [header: string, sql: string, reasons: readonly (string | null)[]])[] =
      [
        [list, 'SELECT 1 AS n FROM t WHERE id IN :l', [null]],
        [rows, insert, [null]],
        [rows, 'SELECT r.a, r.b::int AS b FROM t, :rows AS r WHERE id = r.a', [null]],
        [list, 'SELECT ARRAY(VALUES :l) AS n FROM t WHERE v IN :l', ['it is used elsewhere than behind IN']],
        [
          list,
          'SELECT 1 AS n FROM t WHERE true = id IN :l',
          ['PostgreSQL analyses it differently as an array'],
        ],
        [
          rows,
          'INSERT INTO kept (id, name) VALUES :rows',
          ['a cast to short, a domain with a length, can make values shorter'],
        ],
        [
          rows,
          "SELECT 1 AS n FROM t WHERE (id, v) IN ((1, 'a'), :rows)",
          ['they are neither all that is behind IN nor the VALUES of an INSERT'],
        ],
        [
          rows,
          `WITH x AS (${insert} RETURNING id) SELECT id FROM x`,
          ['PostgreSQL does not compare them as rows, or they are the VALUES of another query'],
        ],
        [
          '@param rows -> ((a)...)',
          'INSERT INTO ruled (a) VALUES :rows',
          ['the table has a rule for INSERT'],
        ],
        [
          '@param rows -> ((a)...)',
          'INSERT INTO viewed (a) VALUES :rows',
          ['they are written to a view or a foreign table'],
        ],
        [
          `${rows} ${list}`,
          `${insert} ON CONFLICT (id) DO UPDATE SET v = (SELECT v FROM t WHERE true = id IN :l LIMIT 1)`,
          ['l is not sent as arrays', 'PostgreSQL analyses it differently as an array'],
        ],
        [
          rows,
          `${insert} ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE :x::text IS NULL OR t.v = :x`,
          ['conditions of the statement can be omitted'],
        ],
      ];
    const text = reasons.map(([header, sql], i) => `/* @name Q${i} ${header} */\n${sql};\n`).join('');
    const { statements } = readStatements('q.sql', text);
    const options = { texts: new Map([['q.sql', text]]), lenientParameters: false };
    const { queries, diagnostics } = await analyse(database.client, statements, options);
    expect(diagnostics).toEqual([]);
    expect(queries.map(({ lists }) => lists?.map(({ expandedBecause }) => expandedBecause))).toEqual(
      reasons.map(([, , expected]) => expected),
    );
    const lenient = await analyse(database.client, statements.slice(0, 2), {
      ...options,
      lenientParameters: true,
    });
    expect(lenient.queries.map(({ lists }) => lists)).toEqual(
      ['l', 'rows'].map((param) => [
        { param, expandedBecause: '@pgtyped/runtime sends a parameter for each value' },
      ]),
    );
  });

  it('are not records, for which PostgreSQL has no input', async () => {
    const text = [
      '/* @name A :many @param l -> (...) */ SELECT 1 AS n FROM t WHERE (id, v) IN :l;',
      '/* @name B :many @param l -> (...) */ SELECT 1 AS n FROM t WHERE id = 1 AND place IN :l;',
      '/* @name C :many @param l -> ((id, place)...) */ SELECT 1 AS n FROM t WHERE (id, place) IN :l;',
    ].join('\n');
    const { statements } = readStatements('q.sql', text);
    const texts = new Map([['q.sql', text]]);
    const { diagnostics } = await analyse(database.client, statements, { texts, lenientParameters: false });
    expect(diagnostics.map(({ code, message, line, column }) => [code, message, line, column])).toEqual([
      ['ND3025', 'A: l is compared as a record, whose type nothing says', 1, 77],
      ['ND3025', 'B: l is compared as a record, whose type nothing says', 2, 86],
      ['ND3025', 'C: l.place is compared as a record, whose type nothing says', 3, 92],
    ]);
    expect(diagnostics[0]?.hint).toContain('@param l -> ((a, b)...)');
  });
});
