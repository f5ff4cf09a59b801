import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Analysed, analysed } from '../support/analysed.ts';
import { typed } from '../support/typed.ts';

/** What callers may pass shows in what comes out. */
const cases: readonly (readonly [sql: string, columns: Readonly<Record<string, string>>, header?: string])[] =
  [
    ['SELECT :x::text AS x', { x: 'string | null' }],
    ['SELECT :x!::text AS x', { x: 'string' }],
    ['SELECT :x?::text AS x', { x: 'string | null' }],
    ["SELECT upper(:x!) || '!' AS x, :y::int + 1 AS y", { x: 'string', y: 'number | null' }],
    // Not null by its other use.
    ['SELECT id, :make AS make FROM car WHERE make = :make', { id: 'number', make: 'string' }],
    ['SELECT :n::bigint AS n FROM car LIMIT :n', { n: 'bigint | null' }],
    ['SELECT :n::bigint AS n FROM car LIMIT :n!', { n: 'bigint' }],
    ['SELECT n FROM (SELECT :n!::int) x (n)', { n: 'number' }],
    ['WITH x AS (SELECT :n!::int AS n) SELECT n FROM x UNION SELECT 1', { n: 'number' }],
    ['SELECT coalesce(note, :other!) AS note FROM car', { note: 'string' }],
    ["SELECT CASE WHEN :x!::text IS NULL THEN NULL ELSE 'x' END AS x", { x: "'x'" }],
    ['SELECT :ids!::int[] AS ids', { ids: '(number | null)[]' }],
    ['SELECT :ids::int[] AS ids FROM car WHERE id = ANY (:ids)', { ids: '(number | null)[]' }],
    ['SELECT :ids::int[] AS ids FROM car WHERE id <> ALL (:ids)', { ids: 'number[]' }],
    ['SELECT unnest(:ids::int[]) AS id FROM car WHERE id <> ALL (:ids)', { id: 'number' }],
    ["SELECT json_build_object('a', :a!::int, 'b', :b::int) AS o", { o: '{ a: number; b: number | null }' }],
    ['INSERT INTO car (id, make) VALUES (1, :make) RETURNING :make AS make', { make: 'string' }],
    [
      'SELECT id, note FROM (VALUES :rows) v (id, note)',
      { id: 'string', note: 'string | null' },
      '@param rows -> ((id!, note?)...)',
    ],
    // A literal that a parameter is compared with is not a literal of what it is elsewhere.
    ['SELECT :kind AS kind FROM car WHERE kind = :kind', { kind: 'string' }],
  ];

describe('what parameters let through', () => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(
      18,
      `CREATE TABLE car (id int PRIMARY KEY, make text NOT NULL, note text, kind text CHECK (kind IN ('suv', 'van')))`,
    );
  });
  afterAll(() => database.close());

  it.each(cases.map(([sql, columns, header = '']) => ({ sql, columns, header })))(
    '$sql',
    async ({ sql, columns, header }) => {
      expect((await typed(database, sql, { header })).columns).toEqual(columns);
    },
  );

  it('follows PgTyped where null may be passed', async () => {
    const pgtyped = { runtime: '@pgtyped/runtime', dropIn: true } as const;
    const sql = 'SELECT :n::bigint AS n, :x!::text AS x FROM car LIMIT :n';
    expect((await typed(database, sql, pgtyped)).columns).toEqual({ n: 'string | null', x: 'string' });
  });
});
