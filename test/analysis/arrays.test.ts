import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { withArrayParams, withArrays } from '../../src/sql/arrays.ts';
import { sentText } from '../../src/sql/pieces.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE SCHEMA other;
  CREATE TYPE other."Kind" AS ENUM ('a', 'b');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE point3 AS (x int, y int, z int);
  CREATE TABLE t (id int PRIMARY KEY, small int2, big int8, v varchar(5), c char(3), n numeric(6, 2), b bytea,
    kind other."Kind", mail email, at timestamptz, u uuid, tags text[], place point3, r int4range, j jsonb,
    one "char", bits bit(3), area box, name name COLLATE "C");
`;

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
  // The elements of an array of arrays are not those of the list.
  ['SELECT 1 AS n FROM t WHERE tags IN :l', null],
  // They are compared as records.
  ['SELECT 1 AS n FROM t WHERE place IN :l', null],
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
    'SELECT 1 AS n FROM t WHERE tags IN ($1) AND id = ANY ($2::int4[])',
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

describe.each(tested(servers))('lists on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  it('are sent as arrays where that is the same', async () => {
    const text = cases
      .map(([sql], i) => {
        const names = [...new Set([...sql.matchAll(/:([lm])\b/g)].map(([, name]) => name))];
        return `/* @name Q${i}\n${names.map((name) => `@param ${name} -> (...)\n`).join('')}*/\n${sql};\n`;
      })
      .join('\n');
    const { statements, diagnostics } = readStatements('q.sql', text);
    const analysis = await analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
    });
    expect([...diagnostics, ...analysis.diagnostics]).toEqual([]);
    const sent = analysis.queries.map(({ statement, arrays }) => {
      if (arrays === undefined) return null;
      const pieces = withArrays(statement.parts, arrays) ?? [];
      return sentText(pieces, withArrayParams(statement.params, arrays)).sql;
    });
    expect(sent).toEqual(cases.map(([, expected]) => expected));
  });
});
