import { afterAll, beforeAll, expect, it } from 'vitest';
import { cardinality } from '../../src/analysis/cardinality.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import fc from '../support/fast-check.ts';

// Few values, so that nearly every comparison finds something, and all that the keys let in.
const schema = `
  CREATE TABLE t1 (a int PRIMARY KEY, b int, c int);
  INSERT INTO t1 VALUES (1, 1, 1), (2, 1, NULL), (3, NULL, 1), (4, 2, 2);
  CREATE TABLE t2 (a int, b int, c int, UNIQUE (a, b));
  INSERT INTO t2 VALUES (1, 1, 1), (1, 2, 1), (2, 1, 1), (NULL, 1, 2), (NULL, 1, 2), (NULL, NULL, NULL), (3, 3, NULL);
  CREATE TABLE t3 (a int, b int UNIQUE, c int);
  INSERT INTO t3 VALUES (1, 1, 1), (1, 2, 1), (1, NULL, 1), (2, NULL, 2);
  CREATE VIEW v1 AS SELECT t1.a, t2.b, t1.c FROM t1 LEFT JOIN t2 ON t2.a = t1.a;
  CREATE VIEW v2 AS SELECT c AS a, max(b) AS b, count(*)::int AS c FROM t3 GROUP BY c;
`;

let database: Analysed;
beforeAll(async () => {
  database = await analysed(18, schema);
});
afterAll(() => database.close());

const column = fc.constantFrom('a', 'b', 'c');
const constant = fc.constantFrom('1', '2', '$1');

/** A relation, and how many names it has used up. */
type Source = (alias: string) => string;

const select = fc.letrec<{ source: Source; query: string }>((tie) => ({
  source: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom('t1', 't2', 't3').map((name) => (alias: string) => `${name} ${alias}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('v1', 'v2', 't1').map((name) => (alias: string) => `${name} ${alias}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        (alias: string) => `(VALUES (1, 1, 2), (2, 1, NULL)) ${alias} (a, b, c)`,
        (alias: string) => `(SELECT count(*)::int AS a, max(b) AS b, 1 AS c FROM t2) ${alias}`,
        (alias: string) =>
          `(SELECT g.a, l.b, l.c FROM generate_series(1, 2) g (a), LATERAL (SELECT g.a AS b, 1 AS c) l) ${alias}`,
      ),
    },
    { weight: 2, arbitrary: tie('query').map((query) => (alias: string) => `(${query}) ${alias}`) },
  ),
  query: fc
    .record({
      sources: fc.array(tie('source'), {
        minLength: 1,
        maxLength: 3,
        size: 'small',
        depthIdentifier: 'query',
      }),
      joins: fc.array(fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', ',', 'LATERAL'), {
        minLength: 2,
        maxLength: 2,
      }),
      on: fc.array(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), { minLength: 2, maxLength: 2 }),
      where: fc.array(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), { maxLength: 3 }),
      shape: fc.nat(14),
      constant,
      column,
    })
    .map(render),
}));

const alias = (i: number) => `x${i}`;

/** A condition on the first `among` aliases. */
const condition = ([kind = 0, i = 0, j = 0, k = 0, l = 0, m = 0]: readonly number[], among: number) => {
  const name = (n: number, c: number) => `${alias(n % among)}.${'abc'[c % 3]}`;
  const left = name(i, j);
  const right = name(k, l);
  const value = ['1', '2', '$1'][m % 3];
  return [
    `${left} = ${value}`,
    `${left} = ${value}`,
    `${left} = ${right}`,
    `x0.a = ${value}`,
    `x0.a = ${value}`,
    `x0.a = ${value} AND ${left} = ${right}`,
    `${left} = ${value}`,
    `${left} = ${right}`,
    `${left} = ${right}`,
    `${left} = ${value}`,
    `${left} IN (1, ${value})`,
    `${left} IS NULL`,
    `${left} IS NOT DISTINCT FROM ${right}`,
    `(${left} = ${value} OR ${right} = 1)`,
    `${left} = ${right} + 1`,
    `${left} = (SELECT max(b) FROM t2)`,
    `${left} = (SELECT max(b) FROM t2 WHERE t2.a = ${right})`,
    `EXISTS (SELECT FROM t3 WHERE t3.b = ${left})`,
  ][kind % 18];
};

function render(parts: {
  sources: readonly Source[];
  joins: readonly string[];
  on: readonly (readonly number[])[];
  where: readonly (readonly number[])[];
  shape: number;
  constant: string;
  column: string;
}): string {
  const from = parts.sources.reduce((text, source, i) => {
    if (i === 0) return source(alias(0));
    const join = parts.joins[i - 1] ?? ',';
    if (join === 'LATERAL')
      return `${text} CROSS JOIN LATERAL (SELECT x0.a, t2.b, x0.c FROM t2 WHERE t2.a = x0.a LIMIT ${parts.constant}) ${alias(i)}`;
    if (join === ',') return `${text} CROSS JOIN ${source(alias(i))}`;
    // FULL JOIN takes merge-joinable conditions only.
    const on = parts.on[i - 1] ?? [];
    const equal = `${alias(i)}.${'abc'[(on[1] ?? 0) % 3]} = ${alias((on[2] ?? 0) % i)}.${'abc'[(on[3] ?? 0) % 3]}`;
    return `${text} ${join} ${source(alias(i))} ON ${join === 'FULL JOIN' ? equal : condition(on, i + 1)}`;
  }, '');
  const among = parts.sources.length;
  const where =
    parts.where.length === 0 ? '' : ` WHERE ${parts.where.map((w) => condition(w, among)).join(' AND ')}`;
  const last = alias(among - 1);
  const rest = `FROM ${from}${where}`;
  const grouped = `SELECT x0.${parts.column} AS a, max(${last}.b) AS b, min(x0.c) AS c ${rest} GROUP BY x0.${parts.column}`;
  const plain = `SELECT x0.a, ${last}.b, ${last}.c ${rest}`;
  switch (parts.shape) {
    case 0:
      return grouped;
    case 1:
      return `${grouped} HAVING count(*) > ${parts.constant}`;
    case 2:
      return `SELECT DISTINCT x0.${parts.column} AS a, 1 AS b, ${last}.c AS c ${rest}`;
    case 3:
      return `SELECT max(x0.a) AS a, count(*)::int AS b, 1 AS c ${rest}`;
    case 4:
      return `${plain} LIMIT 2`;
    case 5:
      return `${plain} LIMIT 3 OFFSET 1`;
    case 6:
      return `${plain} UNION ALL SELECT 1, b, c FROM t3 WHERE b = ${parts.constant}`;
    case 7:
      return `${plain} UNION SELECT 1, 1, 1`;
    case 8:
      return `${plain} INTERSECT SELECT a, b, c FROM t2 WHERE a = 1 AND b = ${parts.constant}`;
    default:
      return plain;
  }
}

const conditions = fc.array(fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), {
  minLength: 1,
  maxLength: 3,
});

/** UPDATE and DELETE of a table, joined with a source. */
const change = fc
  .record({ update: fc.boolean(), source: select.source, where: conditions })
  .map(({ update, source, where }) => {
    const tests = where.map((w) => condition(w, 2)).join(' AND ');
    return update
      ? `UPDATE t1 x0 SET c = x0.c FROM ${source('x1')} WHERE ${tests} RETURNING 1 AS one`
      : `DELETE FROM t1 x0 USING ${source('x1')} WHERE ${tests} RETURNING 1 AS one`;
  });

const runs = Number(process.env.NODRIFT_RUNS ?? 300);

it('no query returns more or fewer rows than proven', { timeout: 600_000 }, async () => {
  let bounded = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: select.query }, { weight: 1, arbitrary: change }),
      async (query) => {
        const sql = query.replaceAll('$1', '$1::int');
        const { tree, params } = await database.tree(sql);
        const { min, max } = cardinality(tree, database.catalog, new Set());
        if (max !== null) bounded++;
        const { length } = await database.rows(sql, params > 0 ? [1] : []);
        expect(length).toBeGreaterThanOrEqual(min);
        expect(length).toBeLessThanOrEqual(max ?? Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: runs },
  );
  expect(bounded).toBeGreaterThan(runs / 10);
});
