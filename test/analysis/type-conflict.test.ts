import { afterAll, expect, test } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import { readStatements } from '../../src/sql/read.ts';
import { analysed } from '../support/analysed.ts';

const { client, catalog, close } = await analysed(
  'PGlite',
  'CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, price int, sold timestamptz)',
);
afterAll(close);

const ask = (name: string, type: string, uses: string, wanted: string) =>
  `One parameter has one type: ${name} ${type} ${uses}. Cast it here, as in ${name}::${wanted}, or give it two names.`;

test.each([
  [
    'SELECT id FROM car\nWHERE price < :x\nAND make = :x',
    ask(':x', 'is integer by', 'its use in line 3', 'text'),
  ],
  [
    'SELECT id FROM car WHERE make = :x AND price < :x',
    ask(':x', 'is text by', 'its use in column 33', 'integer'),
  ],
  [
    'SELECT id FROM car WHERE price = :x AND :x > now()',
    ask(':x', 'is integer by', 'its use in column 34', 'timestamp with time zone'),
  ],
  [
    'SELECT id FROM car\nWHERE price < :x\nAND length(:x) > 1',
    ask(':x', 'has the type of', 'its use in line 3', 'text'),
  ],
  // FROM comes before the columns.
  [
    'SELECT coalesce(a.make, :x) AS m\nFROM car a JOIN car b ON b.price = :x',
    ask(':x', 'is integer by', 'its use in line 3', 'text'),
  ],
  ['UPDATE car SET price = :x,\nmake = :x', ask(':x', 'is integer by', 'its use in line 2', 'text')],
  [
    "SELECT id FROM car\nWHERE price IN (1, :x)\nAND make NOT IN ('a', :x)",
    ask(':x', 'is integer by', 'its use in line 3', 'text'),
  ],
  [
    'SELECT id FROM car\nWHERE price = ANY(:x)\nAND make = ANY(:x)',
    ask(':x', 'is integer by', 'its use in line 3', 'text'),
  ],
  [
    'SELECT id FROM car WHERE price = :x\nOR id = :x\nOR make = :x',
    ask(':x', 'is integer by', 'its other uses (line 2, line 3)', 'text'),
  ],
  [
    'SELECT CASE WHEN id = :x\nTHEN :x ELSE make END AS y FROM car',
    ask(':x', 'is integer by', 'its use in line 2', 'text'),
  ],
])('%s', async (sql, hint) => {
  expect(await hintOf(`/* @name A */\n${sql}`)).toContain(hint);
});

test('parameters are called as the file calls them', async () => {
  const sql = (name: string) => `SELECT id FROM car\nWHERE price < ${name}\nAND make = ${name}`;
  expect(await hintOf(`/* @name A */ ${sql('$1')}`)).toContain('$1 is integer by its use in line 2');
  expect(await hintOf(`-- name: A :many\n${sql('$1')}`)).toContain('Cast it here, as in $1::text');
  expect(await hintOf(`-- name: A :many\n${sql('@x')}`)).toContain('Cast it here, as in @x::text');
});

test.each([
  'SELECT id FROM car WHERE make = 1',
  'SELECT id FROM car WHERE make = :x AND price < sold',
  'SELECT id FROM car WHERE make = :x::int',
  'SELECT length(:x::int) AS a, :y::int AS b',
])('other mismatches are not explained by a parameter: %s', async (sql) => {
  expect(await hintOf(`/* @name A */ ${sql}`)).not.toContain('One parameter');
});

test('a parameter that only IS NULL is asked of needs a type, not two names', async () => {
  expect(await hintOf('/* @name A */ SELECT id FROM car WHERE (:x IS NULL OR make = :x)')).toBe(
    'Say which type it has: write :x::text, or the type that you mean.',
  );
});

async function hintOf(text: string): Promise<string | null> {
  const { diagnostics } = await analyse(client, readStatements('q.sql', text).statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
    catalog: Promise.resolve(catalog),
  });
  expect(diagnostics).toHaveLength(1);
  return diagnostics[0]?.hint ?? null;
}
