import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changes, queries, schema } from '../schema/support/schema-changes.ts';
import { compared, linesOf, type States, statesOf } from './support/states.ts';

describe('the impact of', () => {
  let states: States;
  beforeAll(async () => {
    states = await statesOf(18, schema, queries);
  });
  afterAll(() => states?.close());

  test('nothing at all is none', async () => {
    const [before, after] = await states.through('SELECT 1');
    expect(before?.errors).toEqual(new Map());
    expect(compared(before, after)).toEqual({ impacts: [], unaffected: 29, broken: [] });
  });

  test.each(changes.map((change) => [change.name, change] as const))('%s', async (_, { sql, impact }) => {
    const [before, after] = await states.through(sql);
    expect(linesOf(compared(before, after))).toEqual(impact);
  });
});
