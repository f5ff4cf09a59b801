import { afterAll, beforeAll, expect, it } from 'vitest';
import { nestRows } from '../../src/analysis/nesting/nest-rows.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import { type Analysed, analysed } from '../support/analysed.ts';

let database: Analysed;
beforeAll(async () => {
  const tables = Array.from({ length: 33 }, (_, i) =>
    i === 0
      ? 'CREATE TABLE t0 (id int PRIMARY KEY);'
      : `CREATE TABLE t${i} (id int PRIMARY KEY, up int REFERENCES t${i - 1}, name text NOT NULL);`,
  );
  database = await analysed('PGlite', tables.join('\n'));
});
afterAll(() => database?.close());

const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
/** Of each of n tables an object in the one before. */
const chain = (n: number) =>
  `SELECT t0.id, ${range(n).map(
    (i) =>
      `t${i}.name AS "${range(i)
        .map((of) => `o${of}`)
        .join('.')}.name"`,
  )}
   FROM t0 ${range(n)
     .map((i) => `LEFT JOIN t${i} ON t${i}.id = ${i === 1 ? 't0.id' : `t${i - 1}.up`}`)
     .join('\n')}`;
/** Of each of n tables an object beside the others, and a list. */
const star = (n: number) =>
  `SELECT t0.id, ${range(n).map((i) => `t${i}.name AS "o${i}.name"`)}, l.id AS "list[].id"
   FROM t0 ${range(n)
     .map((i) => `LEFT JOIN t${i} ON t${i}.id = t0.id`)
     .join('\n')} LEFT JOIN t32 l ON l.up = t0.id`;
/** Of each of n tables a list in the elements of the one before. */
const lists = (n: number) =>
  `SELECT t0.id, ${range(n).flatMap((i) =>
    ['id', 'name'].map(
      (name) =>
        `t${i}.${name} AS "${range(i)
          .map((of) => `l${of}[]`)
          .join('.')}.${name}"`,
    ),
  )}
   FROM t0 ${range(n)
     .map((i) => `LEFT JOIN t${i} ON t${i}.up = t${i - 1}.id`)
     .join('\n')}`;

it.each([
  ['objects in objects', chain, 4],
  ['objects and a list', star, 4],
  ['lists in lists', lists, 2],
] as const)('%s cost no more than quadratically', async (_, sql, least) => {
  const steps = async (n: number) => {
    const { tree } = await database.tree(sql(n));
    const { rows } = await database.client
      .query({ text: `SELECT * FROM (${sql(n)}) q LIMIT 0`, rowMode: 'array' })
      .then(({ fields }) => ({ rows: fields.map(({ name }) => ({ name, markedNullable: null })) }));
    const { result, steps: count } = countSteps(() => nestRows(tree, rows, database.catalog, [], new Set()));
    expect(result?.problems).toEqual([]);
    return count;
  };
  const counts = [await steps(least), await steps(2 * least), await steps(4 * least)] as const;
  expect(counts[2] / counts[1]).toBeLessThan(4.4);
});
