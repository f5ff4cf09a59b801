import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OwnerScope, ownerScopes } from '../../../src/analysis/ownership/owner-scope.ts';
import { ownership } from '../../../src/analysis/ownership/prove.ts';
import { countSteps } from '../../../src/analysis/steps.ts';
import { type Analysed, analysed } from '../../support/analysed.ts';
import { schema, settings } from './schema.ts';

let database: Analysed;
let owner: OwnerScope;
beforeAll(async () => {
  database = await analysed(18, schema);
  owner = ownerScopes({ user: settings }, database.catalog).scopes[0] as OwnerScope;
});
afterAll(() => database.close());

const each = (size: number, text: (i: number) => string) => Array.from({ length: size }, (_, i) => text(i));

it.each<readonly [kind: string, make: (size: number) => string]>([
  [
    'a WITH query that reads the one before twice',
    (size) =>
      `WITH c0 AS (SELECT id FROM tasks WHERE user_id = $1), ${each(size, (i) => `c${i + 1} AS (SELECT a.id FROM c${i} a JOIN c${i} b ON a.id = b.id)`).join(', ')} SELECT * FROM c${size}`,
  ],
  [
    'a subquery with LIMIT in another',
    (size) =>
      `SELECT * FROM ${'(SELECT * FROM '.repeat(size)}tasks${each(size, (i) => `${i === 0 ? ' WHERE user_id = $1' : ''} LIMIT 9) x${i}`).join('')}`,
  ],
  [
    'a scalar subquery in another',
    (size) =>
      `SELECT * FROM tasks WHERE user_id = ${'(SELECT user_id FROM tasks WHERE user_id = '.repeat(size)}$1${' LIMIT 1)'.repeat(size)}`,
  ],
  [
    'another side of OR',
    (size) => `SELECT * FROM tasks WHERE ${each(size, (i) => `user_id = $1 AND n = ${i}`).join(' OR ')}`,
  ],
  [
    'an OR in another',
    (size) =>
      `SELECT * FROM tasks WHERE ${each(size, (i) => `(user_id = $1 AND n = ${i} OR user_id = $1 AND `).join('')}true${')'.repeat(size)}`,
  ],
  [
    'a table with the same key',
    (size) =>
      `SELECT * FROM tasks t0 ${each(size, (i) => `JOIN tasks t${i + 1} ON t${i + 1}.id = t${i}.id`).join(' ')} WHERE t${size}.user_id = $1`,
  ],
])('each %s costs at most as much as all before it', async (_, make) => {
  const steps = await Promise.all(
    [16, 32].map(async (size) => {
      const { tree } = await database.tree(make(size));
      const counted = countSteps(() => ownership(tree, database.catalog, owner, new Set([1]), new Set()));
      expect(counted.result.unproven).toEqual([]);
      return counted.steps;
    }),
  );
  expect(steps[1]).toBeLessThan(4 * (steps[0] ?? 0));
});
