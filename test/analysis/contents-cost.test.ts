import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Catalog } from '../../src/analysis/catalog/catalog.ts';
import { resultLiterals } from '../../src/analysis/literals.ts';
import { columnFacts } from '../../src/analysis/nullability.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import type { QueryNode } from '../../src/analysis/tree/nodes.ts';
import { discriminated } from '../../src/analysis/variants.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { jsonShapes } from '../support/json-shapes.ts';

const columns = Array.from({ length: 50 }, (_, i) => `c${i}`);
const views = Array.from(
  { length: 30 },
  (_, i) => `CREATE VIEW v${i + 1} AS SELECT * FROM ${i === 0 ? 'wide' : `v${i}`};`,
);
const schema = `
  CREATE TABLE wide (${columns.map((name) => `${name} text CHECK (${name} IN ('a', 'b'))`).join(', ')});
  CREATE TABLE t (id int PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b')), j jsonb NOT NULL, tags text[] NOT NULL, n numeric(6, 2));
  ${views.join('\n')}
`;

let database: Analysed;
beforeAll(async () => {
  database = await analysed(18, schema);
});
afterAll(() => database?.close());

async function contents(sql: string) {
  const { tree } = await database.tree(sql);
  // The catalog remembers what views hold.
  const catalog = { ...database.catalog };
  const { result, steps } = countSteps(() => contentsOf(tree, catalog));
  return { ...result, steps };
}

function contentsOf(tree: QueryNode, catalog: Catalog) {
  const literals = resultLiterals(tree, catalog);
  const facts = columnFacts(tree, catalog);
  const shapes = jsonShapes(tree, catalog);
  const whole = facts.map(({ nullable }, i) => {
    const { own } = literals[i] ?? { own: null };
    return own === null ? { nullable } : { nullable, literals: own };
  });
  return { literals, shapes, variants: discriminated(tree, catalog, whole) };
}

const levels = (n: number, first: string, next: (before: string, i: number) => string) =>
  Array.from({ length: n }, (_, i) => `l${i} AS (${i === 0 ? first : next(`l${i - 1}`, i)})`).join(', ');

/** Statements of a size: most of these once cost twice as much a level, or more. */
const families: Readonly<Record<string, (n: number) => string>> = {
  'literals: a WITH query used twice in a CASE': (n) =>
    `WITH ${levels(n, 'SELECT id, kind FROM t', (l) => `SELECT a.id, CASE WHEN a.id > 1 THEN a.kind ELSE b.kind END AS kind FROM ${l} a JOIN ${l} b USING (id)`)} SELECT kind FROM l${n - 1}`,
  'literals: a WITH query used twice in a UNION': (n) =>
    `WITH ${levels(n, 'SELECT id, kind FROM t', (l) => `SELECT * FROM ${l} UNION ALL SELECT * FROM ${l}`)} SELECT kind FROM l${n - 1}`,
  'literals: subqueries of the same WITH query': (n) =>
    `WITH ${levels(n, 'SELECT id, kind FROM t', (l) => `SELECT id, coalesce((SELECT kind FROM ${l} LIMIT 1), (SELECT kind FROM ${l} LIMIT 1)) AS kind FROM ${l}`)} SELECT kind FROM l${n - 1}`,
  'elements: a WITH query used twice': (n) =>
    `WITH ${levels(n, 'SELECT id, ARRAY[kind] AS kinds FROM t', (l) => `SELECT a.id, a.kinds || b.kinds AS kinds FROM ${l} a JOIN ${l} b USING (id)`)} SELECT kinds FROM l${n - 1}`,
  'special numbers: a WITH query used twice': (n) =>
    `WITH ${levels(n, 'SELECT id, n FROM t', (l) => `SELECT a.id, a.n + b.n AS n FROM ${l} a JOIN ${l} b USING (id)`)} SELECT to_jsonb(n) AS j FROM l${n - 1}`,
  'JSON: a WITH query used twice in a CASE': (n) =>
    `WITH ${levels(n, "SELECT id, jsonb_build_object('k', kind) AS j FROM t", (l) => `SELECT a.id, CASE WHEN a.id > 1 THEN a.j ELSE b.j END AS j FROM ${l} a JOIN ${l} b USING (id)`)} SELECT j FROM l${n - 1}`,
  'JSON: a WITH query used twice in a UNION': (n) =>
    `WITH ${levels(n, "SELECT id, jsonb_build_object('k', kind) AS j FROM t", (l) => `SELECT * FROM ${l} UNION ALL SELECT * FROM ${l}`)} SELECT j FROM l${n - 1}`,
  'JSON: built of the one below twice': (n) =>
    `WITH ${levels(n, "SELECT id, jsonb_build_object('k', kind) AS j FROM t", (l) => `SELECT id, jsonb_build_object('a', j, 'b', j) AS j FROM ${l}`)} SELECT j FROM l${n - 1}`,
  'JSON: nested': (n) => `SELECT ${"jsonb_build_object('a', ".repeat(n)}kind${')'.repeat(n)} AS j FROM t`,
  'JSON: subqueries of the same WITH query': (n) =>
    `WITH ${levels(n, "SELECT id, jsonb_build_object('k', kind) AS j FROM t", (l) => `SELECT id, coalesce((SELECT j FROM ${l} LIMIT 1), (SELECT j FROM ${l} LIMIT 1)) AS j FROM ${l}`)} SELECT j FROM l${n - 1}`,
  'JSON: columns of a recursive WITH query that become each other': (n) => {
    const names = Array.from({ length: n }, (_, i) => `j${i}`);
    const first = names.map((name, i) => `jsonb_build_object('${name}', ${i}) AS ${name}`).join(', ');
    const next = names.map((_, i) => `CASE WHEN r.n > ${i} THEN j${(i + 1) % n} ELSE j${i} END`).join(', ');
    return `WITH RECURSIVE r AS (SELECT 1 AS n, ${first} UNION ALL SELECT n + 1, ${next} FROM r WHERE n < 3) SELECT * FROM r`;
  },
  'JSON: recursive WITH queries on each other': (n) =>
    `WITH RECURSIVE ${levels(n, "SELECT 1 AS n, '{}'::jsonb AS j UNION ALL SELECT n + 1, jsonb_build_object('a', j) FROM l0 WHERE n < 3", (l, i) => `SELECT 1 AS n, j FROM ${l} UNION ALL SELECT n + 1, jsonb_build_object('b', j) FROM l${i} WHERE n < 3`)} SELECT j FROM l${n - 1}`,
  'variants: a WITH query in both arms': (n) =>
    `WITH ${levels(n, "SELECT 'x' AS type, id FROM t UNION ALL SELECT 'y', NULL FROM t", (l) => `SELECT type, id FROM ${l} UNION ALL SELECT type, id FROM ${l}`)} SELECT type, id FROM l${n - 1}`,
  'always NULL: a WITH query in both arms': (n) =>
    `WITH ${levels(n, "SELECT 'x' AS type, NULL::int AS id FROM t UNION ALL SELECT 'y', NULL::int FROM t", (l) => `SELECT type, id FROM ${l} UNION ALL SELECT type, id FROM ${l}`)} SELECT type, id FROM l${n - 1}`,
  'views of 50 columns on views': (n) => `SELECT * FROM v${n}`,
};

it.each(Object.entries(families))('%s', async (_, sql) => {
  const small = await contents(sql(13));
  const large = await contents(sql(26));
  expect(large.steps / small.steps).toBeLessThan(4.4);
});

it('chains of any length', async () => {
  const chain = (n: number, term: string) => Array.from({ length: n }, () => term).join(' || ');
  const arms = Array.from(
    { length: 3000 },
    (_, i) => `SELECT ${i % 2 === 0 ? "'a'" : "'b'"} AS kind, jsonb_build_object('k', ${i}) AS j`,
  );
  const { literals, shapes } = await contents(arms.join(' UNION ALL '));
  expect(literals[0]?.own).toEqual(['a', 'b']);
  expect(shapes[1]?.kind).toBe('union');
  const [shape] = (await contents(`SELECT ${chain(1000, "jsonb_build_object('k', id)")} AS j FROM t`)).shapes;
  expect(shape).toEqual({ kind: 'object', fields: [{ name: 'k', value: { kind: 'number' } }] });
});
