import { describe, expect, it } from 'vitest';
import { union } from '../../src/analysis/json-shape/union.ts';
import { keyOf } from '../../src/analysis/json-shape/written-out.ts';
import { countSteps } from '../../src/analysis/steps.ts';
import type { JsonShape } from '../../src/analysis/type.ts';

/** Written out it has 2^levels parts. */
function doubled(levels: number, innermost: JsonShape): JsonShape {
  let value = innermost;
  for (let i = 0; i < levels; i++) {
    value = {
      kind: 'object',
      fields: [
        { name: 'a', value },
        { name: 'b', value },
      ],
    };
  }
  return value;
}

describe('the key of a structure', () => {
  it('costs as many steps as the structure has different parts', () => {
    const { steps } = countSteps(() => keyOf(doubled(60, { kind: 'string' })));
    expect(steps).toBe(61);
  });

  it('tells structures apart, and equal ones not', () => {
    const one = doubled(60, { kind: 'string' });
    const same = doubled(60, { kind: 'string' });
    const other = doubled(60, { kind: 'literal', value: 'string' });
    expect(union([one, same]) === same).toBe(true);
    expect(union([one, other])).toMatchObject({ kind: 'union', members: [{}, {}] });
  });
});
