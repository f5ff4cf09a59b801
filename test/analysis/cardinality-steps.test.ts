import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardinality } from '../../src/analysis/cardinality.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

const views = Array.from({ length: 64 }, (_, i) =>
  i === 0
    ? 'CREATE VIEW v0 AS SELECT id, a, b FROM t;'
    : `CREATE VIEW v${i} AS SELECT * FROM v${i - 1}; CREATE VIEW w${i} AS
         SELECT l.id, l.a, r.b FROM ${i === 1 ? 'v0' : `w${i - 1}`} l JOIN ${i === 1 ? 'v0' : `w${i - 1}`} r ON r.id = l.a;`,
);
const schema = `
  CREATE TABLE t (id int PRIMARY KEY, a int, b int, c text, d boolean NOT NULL);
  CREATE UNIQUE INDEX ON t (a) WHERE d;
  CREATE UNIQUE INDEX ON t (lower(c));
  CREATE TABLE single (one boolean PRIMARY KEY CHECK (one));
  CREATE TABLE split (a int NOT NULL, b int);
  CREATE UNIQUE INDEX ON split (a) WHERE b IS NULL;
  CREATE UNIQUE INDEX ON split (a, b) WHERE b IS NOT NULL;
  CREATE TABLE wide (${Array.from({ length: 200 }, (_, i) => `c${i} int`).join(', ')},
    ${Array.from({ length: 60 }, (_, i) => `UNIQUE (c${i}, c${i + 1})`).join(', ')});
  ${views.join('\n')}
`;

const times = (n: number, part: (i: number) => string, separator: string) =>
  Array.from({ length: n }, (_, i) => part(i)).join(separator);
const chain = (join: string, on: (i: number) => string) => (n: number) =>
  `SELECT t0.id FROM t t0 ${times(n, (i) => `${join} t t${i + 1} ON ${on(i)}`, ' ')}`;
/** `t0 join (t1 join (t2 … ON …) ON …)` */
const nested = (join: string, on: (i: number) => string) => (n: number) => {
  const inside = (i: number): string =>
    i === n ? `t t${i}` : `t t${i} ${join} ${inside(i + 1)} ON ${on(i)}`;
  return `SELECT t0.id FROM ${inside(0)}`;
};
const key = (i: number) => `t${i + 1}.id = t${i}.a`;
const noKey = (i: number) => `t${i + 1}.a = t${i}.b`;
const toFirst = (i: number) => `t${i + 1}.id = t0.a`;
const around = (n: number, start: string, layer: (inside: string, i: number) => string) => {
  let text = start;
  for (let i = 0; i < n; i++) text = layer(text, i);
  return text;
};

/** Statements that grow in one dimension, with the size that is measured, and that of twice as much. */
const families: readonly (readonly [name: string, sql: (n: number) => string, size?: number])[] = [
  ['LEFT JOIN by key', (n) => `${chain('LEFT JOIN', key)(n)} WHERE t0.id = 1`],
  ['LEFT JOIN by key of the first', (n) => `${chain('LEFT JOIN', toFirst)(n)} WHERE t0.id = 1`],
  ['LEFT JOIN by key, nothing known of the first', chain('LEFT JOIN', key)],
  ['LEFT JOIN not by key', (n) => `${chain('LEFT JOIN', noKey)(n)} WHERE t0.id = 1`],
  ['LEFT JOIN not by key, nothing known of the first', chain('LEFT JOIN', noKey)],
  ['LEFT JOIN, nested to the right, by key', (n) => `${nested('LEFT JOIN', key)(n)} WHERE t0.id = 1`],
  ['LEFT JOIN, nested to the right, not by key', (n) => `${nested('LEFT JOIN', noKey)(n)} WHERE t0.id = 1`],
  ['RIGHT JOIN', (n) => `${chain('RIGHT JOIN', (i) => `t${i}.id = t${i + 1}.a`)(n)} WHERE t${n}.id = 1`],
  ['RIGHT JOIN, nested to the right', nested('RIGHT JOIN', key)],
  [
    'LEFT JOIN, each after a RIGHT JOIN',
    (n) =>
      `SELECT 1 AS one FROM t t0 ${times(n, (i) => `${i % 2 ? 'LEFT' : 'RIGHT'} JOIN t t${i + 1} ON ${key(i)}`, ' ')}`,
  ],
  ['FULL JOIN', (n) => `${chain('FULL JOIN', key)(n)} WHERE t0.id = 1`],
  [
    'FULL JOIN that the condition makes inner',
    (n) => `${chain('FULL JOIN', key)(n)} WHERE ${times(n + 1, (i) => `t${i}.b = 1`, ' AND ')}`,
  ],
  [
    'FULL JOIN of single rows',
    (n) =>
      `SELECT 1 AS one FROM (SELECT 1 AS a) t0 ${times(n, (i) => `FULL JOIN (SELECT 1 AS a) t${i + 1} ON t${i + 1}.a = t${i}.a`, ' ')}`,
  ],
  [
    'FULL JOIN USING',
    (n) => `SELECT id FROM t t0 ${times(n, (i) => `FULL JOIN t t${i + 1} USING (id)`, ' ')} WHERE id = 1`,
  ],
  ['FULL JOIN, nested to the right', nested('FULL JOIN', key)],
  ['INNER JOIN by key', (n) => `${chain('JOIN', key)(n)} WHERE t0.id = 1`],
  [
    'INNER JOIN by key, from the last',
    (n) => `${chain('JOIN', (i) => `t${i}.id = t${i + 1}.a`)(n)} WHERE t${n}.id = 1`,
  ],
  ['INNER JOIN by key, nothing known', chain('JOIN', key)],
  ['INNER JOIN not by key', chain('JOIN', noKey)],
  [
    'INNER JOIN USING',
    (n) => `SELECT id FROM t t0 ${times(n, (i) => `JOIN t t${i + 1} USING (id)`, ' ')} WHERE id = 1`,
  ],
  [
    'INNER JOIN of few rows each',
    (n) =>
      `SELECT 1 AS one FROM ${times(n, (i) => `t t${i}`, ', ')} WHERE ${times(n, (i) => `t${i}.id IN (1, 2)`, ' AND ')}`,
  ],
  [
    'INNER JOIN of few rows, from the last',
    (n) =>
      `SELECT 1 AS one FROM ${times(n, (i) => `t t${i}`, ', ')} WHERE t${n - 1}.id IN (1, 2) AND ${times(n - 1, (i) => `t${i}.id IN (t${i + 1}.a, 2)`, ' AND ')}`,
  ],
  ['CROSS JOIN', (n) => `SELECT 1 AS one FROM ${times(n, (i) => `t t${i}`, ', ')}`],
  [
    'LATERAL by key',
    (n) =>
      `SELECT 1 AS one FROM t t0 ${times(n, (i) => `CROSS JOIN LATERAL (SELECT * FROM t WHERE t.id = t${i}.a) t${i + 1}`, ' ')} WHERE t0.id = 1`,
  ],
  [
    'LEFT JOIN LATERAL',
    (n) =>
      `SELECT 1 AS one FROM t t0 ${times(n, (i) => `LEFT JOIN LATERAL (SELECT * FROM t WHERE t.a = t${i}.a LIMIT 1) t${i + 1} ON true`, ' ')} WHERE t0.id = 1`,
  ],
  [
    'LATERAL in LATERAL',
    (n) =>
      `SELECT 1 AS one FROM t t0, LATERAL (${around(n, 'SELECT t0.id', (inside, i) => `SELECT x${i}.id FROM (${inside}) x${i}, t WHERE t.id = x${i}.id`)}) x`,
  ],
  [
    'subqueries in FROM',
    (n) =>
      `SELECT id FROM (${around(n, 'SELECT id FROM t', (inside, i) => `SELECT id FROM (${inside}) x${i}`)}) x WHERE id = 1`,
  ],
  [
    'subqueries in FROM, each joined',
    (n) =>
      `SELECT id FROM (${around(n, 'SELECT id, a, b FROM t', (inside, i) => `SELECT x${i}.id, t.a, t.b FROM (${inside}) x${i} JOIN t ON t.id = x${i}.a`)}) x WHERE id = 1`,
  ],
  [
    'subqueries in FROM, each of them bound by another column',
    (n) =>
      `SELECT 1 AS one FROM (${around(n, 'SELECT id, a, b FROM t', (inside, i) => `SELECT x${i}.b AS id, x${i}.id AS a, y.a AS b FROM (${inside}) x${i} JOIN t y ON y.id = x${i}.${'ab'[i % 2]}`)}) x, t z WHERE x.a = z.b AND z.id = 1 AND x.b = x.a`,
  ],
  [
    'subqueries in FROM, each LEFT JOINed',
    (n) =>
      `SELECT id FROM (${around(n, 'SELECT id, a FROM t', (inside, i) => `SELECT t.id, x${i}.a FROM t LEFT JOIN (${inside}) x${i} ON x${i}.id = t.a`)}) x WHERE id = 1`,
  ],
  [
    'subqueries in FROM, grouped',
    (n) =>
      `SELECT id FROM (${around(n, 'SELECT id FROM t', (inside, i) => `SELECT id FROM (${inside}) x${i} GROUP BY id`)}) x WHERE id = 1`,
  ],
  [
    'subqueries side by side',
    (n) =>
      `SELECT 1 AS one FROM t ${times(n, (i) => `, (SELECT id, a FROM t) x${i}`, '')} WHERE t.id = 1 AND ${times(n, (i) => `x${i}.id = t.a`, ' AND ')}`,
  ],
  [
    'subqueries side by side, each bound by the next',
    (n) =>
      `SELECT 1 AS one FROM ${times(n, (i) => `(SELECT id, a FROM t) x${i}`, ', ')} WHERE x${n - 1}.id = 1 AND ${times(n - 1, (i) => `x${i}.id = x${i + 1}.a`, ' AND ')}`,
  ],
  [
    'scalar subqueries in conditions',
    (n) =>
      `SELECT id FROM t WHERE ${around(n, 'id = 1', (inside) => `id = (SELECT a FROM t WHERE ${inside})`)}`,
  ],
  [
    'IN subqueries in each other',
    (n) =>
      `SELECT id FROM t WHERE ${around(n, 'id = 1', (inside) => `id IN (SELECT a FROM t WHERE ${inside})`)}`,
  ],
  [
    'IN subqueries side by side',
    (n) => `SELECT id FROM t WHERE ${times(n, () => 'b IN (SELECT a FROM t WHERE id = 1)', ' AND ')}`,
  ],
  ['views on views', (n) => `SELECT id FROM v${n} WHERE id = 1`],
  // The server itself writes out each use.
  ['views that use one twice', (n) => `SELECT id FROM w${n} WHERE id = 1`, 4],
  [
    'views in LEFT JOINs',
    (n) =>
      `SELECT 1 AS one FROM t ${times(n, (i) => `LEFT JOIN v${i} ON v${i}.id = t.a`, ' ')} WHERE t.id = 1`,
  ],
  [
    'WITH on WITH',
    (n) =>
      `WITH c0 AS (SELECT * FROM t) ${times(n, (i) => `, c${i + 1} AS (SELECT * FROM c${i})`, '')} SELECT id FROM c${n} WHERE id = 1`,
  ],
  [
    'WITH used twice a level',
    (n) =>
      `WITH c0 AS (SELECT id, a FROM t) ${times(n, (i) => `, c${i + 1} AS (SELECT l.id, r.a FROM c${i} l JOIN c${i} r ON r.id = l.a)`, '')} SELECT id FROM c${n} WHERE id = 1`,
  ],
  [
    'WITH used twice a level, UNION ALL',
    (n) =>
      `WITH c0 AS (SELECT id, a FROM t) ${times(n, (i) => `, c${i + 1} AS (SELECT * FROM c${i} UNION ALL SELECT * FROM c${i})`, '')} SELECT id FROM c${n} WHERE id = 1`,
  ],
  [
    'WITH that writes',
    (n) =>
      `WITH c0 AS (SELECT 1 AS id) ${times(n, (i) => `, c${i + 1} AS (UPDATE t SET a = 1 FROM c${i} WHERE t.id = c${i}.id RETURNING t.id)`, '')} SELECT id FROM c${n}`,
  ],
  ['UNION ALL', (n) => times(n, () => 'SELECT id FROM t WHERE id = 1', ' UNION ALL '), 100],
  ['UNION', (n) => times(n, () => 'SELECT id FROM t WHERE id = 1', ' UNION '), 100],
  [
    'UNION and EXCEPT, nested to the right',
    (n) => around(n, 'SELECT id FROM t', (inside) => `SELECT 1 UNION (SELECT 2 EXCEPT (${inside}))`),
  ],
  [
    'UNION ALL in FROM',
    (n) => `SELECT id FROM (${times(n, () => 'SELECT id FROM t', ' UNION ALL ')}) x WHERE id = 1`,
    100,
  ],
  ['IN list', (n) => `SELECT id FROM t WHERE id IN (${times(n, (i) => `${i}`, ', ')})`, 200],
  ['VALUES', (n) => `SELECT 1 AS one FROM (VALUES ${times(n, (i) => `(${i})`, ', ')}) v (a)`, 200],
  ['conditions', (n) => `SELECT id FROM t WHERE ${times(n, (i) => `a = b + ${i}`, ' AND ')}`, 200],
  [
    'conditions, nested to the right',
    (n) => `SELECT id FROM t WHERE ${around(n, 'a = 1', (inside, i) => `b = ${i} AND (${inside})`)}`,
    100,
  ],
  ['conditions that say the same', (n) => `SELECT id FROM t WHERE ${times(n, () => 'a = 1', ' AND ')}`, 200],
  [
    'conditions on columns that are equal',
    (n) => `SELECT c0 FROM wide WHERE c0 = 1 AND ${times(n, (i) => `c${i} = c${i + 1}`, ' AND ')}`,
    60,
  ],
  [
    'conditions on columns that are equal, from the last',
    (n) => `SELECT c0 FROM wide WHERE c${n} = 1 AND ${times(n, (i) => `c${i} = c${i + 1}`, ' AND ')}`,
    60,
  ],
  [
    'conditions on columns that are equal, all with all',
    (n) => `SELECT c0 FROM wide WHERE c0 = c1 + 1 AND ${times(n, (i) => `c0 = c${i}`, ' AND ')}`,
    60,
  ],
  ['OR', (n) => `SELECT id FROM t WHERE ${times(n, (i) => `a = ${i}`, ' OR ')}`, 200],
  ['operators', (n) => `SELECT id FROM t WHERE c = ${times(n, () => "'a'", ' || ')}`, 200],
  [
    'result columns',
    (n) =>
      `SELECT 1 AS one FROM (SELECT ${times(n, (i) => `c${i}`, ', ')} FROM wide) x WHERE ${times(n, (i) => `x.c${i} = 1`, ' AND ')}`,
    60,
  ],
  [
    'GROUP BY',
    (n) => `SELECT 1 AS one FROM wide WHERE c0 = 1 GROUP BY ${times(n, (i) => `c${i}`, ', ')}`,
    60,
  ],
  [
    'DISTINCT of expressions',
    (n) => `SELECT DISTINCT ${times(n, (i) => `c${i} + 1 AS e${i}`, ', ')} FROM wide WHERE c0 = 1`,
    60,
  ],
  [
    'arms that exclude each other',
    (n) =>
      `WITH u AS (UPDATE t SET b = 1 WHERE id = 1 RETURNING id) SELECT id FROM u ${times(n, () => 'UNION ALL SELECT id FROM t WHERE id = 1 AND NOT EXISTS (SELECT FROM u)', ' ')}`,
  ],
  ['tables of a single row', (n) => `SELECT 1 AS one FROM ${times(n, (i) => `single s${i}`, ', ')}`],
  [
    'partial indexes for both cases',
    (n) =>
      `SELECT 1 AS one FROM ${times(n, (i) => `split s${i}`, ', ')} WHERE s0.a = 1 AND ${times(n, (i) => `s${i}.b IS NOT DISTINCT FROM 1 AND s${i}.a = s${Math.max(0, i - 1)}.a`, ' AND ')}`,
  ],
  [
    'UPDATE FROM',
    (n) =>
      `UPDATE t SET a = 1 FROM ${times(n, (i) => `t t${i + 1}`, ', ')} WHERE t.id = t1.a AND t${n}.id = 1 AND ${times(n - 1, (i) => `t${i + 1}.id = t${i + 2}.a`, ' AND ')}`,
  ],
];

let database: Analysed;
beforeAll(async () => {
  database = await analysed(18, schema);
});
afterAll(() => database.close());

const stepsOf = async (sql: string) => {
  const { tree } = await database.tree(sql);
  return countSteps(() => cardinality(tree, database.catalog, new Set())).steps;
};

describe('steps to count rows, of twice as much: at most quadratic', () => {
  it.each(families.map(([name, sql, size = 20]) => ({ name, sql, size })))('$name', async ({ sql, size }) => {
    const [once, twice] = [await stepsOf(sql(size)), await stepsOf(sql(2 * size))];
    expect(twice / once).toBeLessThanOrEqual(4.4);
  });

  it('3000 arms and 1500 conditions within each other overflow no stack', async () => {
    const arms = await database.tree(times(3000, () => 'SELECT 1 AS a', ' UNION ALL '));
    expect(cardinality(arms.tree, database.catalog, new Set())).toEqual({ min: 3000, max: 3000 });
    const deep = around(1500, 'a = 1', (inside, i) => `b = ${i} AND (${inside})`);
    const conditions = await database.tree(`SELECT id FROM t WHERE id = 1 AND ${deep}`);
    expect(cardinality(conditions.tree, database.catalog, new Set())).toEqual({ min: 0, max: 1 });
  });
});
