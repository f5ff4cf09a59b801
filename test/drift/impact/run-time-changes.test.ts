import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/drift/impact/compare.ts';
import { runTimeCases } from './run-time-cases.ts';
import { compared, linesOf, type States, statesOf } from './support/states.ts';

/** Each case has tables of its own, so that two snapshots do for all. */
describe('a statement that Postgres accepts and that fails when it runs:', () => {
  let states: States;
  let comparison: Comparison;
  beforeAll(async () => {
    const join = (of: 'schema' | 'migration') => runTimeCases.map((one) => one[of]).join(';\n');
    states = await statesOf(18, join('schema'), runTimeCases.map(({ queries }) => queries).join('\n'));
    const [before, after] = await states.through(join('migration'));
    comparison = compared(before, after);
  });
  afterAll(() => states?.close());

  test.each(runTimeCases.map((one) => [one.name, one] as const))('%s', (_, { queries, impact }) => {
    const names = [...queries.matchAll(/@name (\w+)/g)].map(([, name]) => name);
    const impacts = comparison.impacts.filter(({ name }) => names.includes(name));
    expect(names.length).toBeGreaterThan(0);
    expect(linesOf({ ...comparison, impacts })).toEqual(impact);
  });
});
