import { describe, expect, it } from 'vitest';
import type { PgType, Value } from '../../src/analysis/type.ts';
import { resultChange } from '../../src/impact/queries/value-change.ts';

const text: PgType = { kind: 'base', schema: 'pg_catalog', name: 'text' };
const pair: PgType = {
  kind: 'composite',
  schema: 'public',
  name: 'pair',
  fields: [
    { name: 'a', value: { type: text, nullable: true } },
    { name: 'b', value: { type: text, nullable: true } },
  ],
};
const change = (before: Value, after: Value) => resultChange('c', before, after, ['public'], 'nodrift');

describe.each([
  ['a row', pair],
  ['an array of rows', { kind: 'array', element: pair }],
] as const)('the fields of %s', (_, type) => {
  const loose: Value = { type, nullable: false };
  const tight: Value = {
    ...loose,
    fields: [
      { name: 'a', value: { type: text, nullable: false } },
      { name: 'b', value: { type: text, nullable: true } },
    ],
  };

  it('break the code where one can be null from now on', () => {
    expect(change(tight, loose)).toMatchObject({
      severity: 'breaks',
      direction: 'wider',
      before: expect.stringContaining('(a text, b text | null)'),
      after: expect.stringContaining('(a text | null, b text | null)'),
    });
  });

  it('may be proven without harm', () => {
    expect(change(loose, tight)).toMatchObject({ severity: 'compatible', direction: 'narrower' });
    expect(change(tight, tight)).toBeNull();
  });
});

it('an array of other dimensions breaks the code, one of fewer does not', () => {
  const array: Value = { type: { kind: 'array', element: text }, nullable: false };
  expect(change(array, { ...array, dimensions: [2] })).toMatchObject({
    severity: 'breaks',
    before: 'text[]',
    after: 'text[][]',
  });
  expect(change({ ...array, dimensions: [1, 2] }, array)).toMatchObject({
    severity: 'compatible',
    before: 'text[] or text[][]',
    after: 'text[]',
  });
});
