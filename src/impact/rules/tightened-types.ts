import { shrinks } from './modifier.ts';
import type { TypeDemand } from './rules.ts';

/** What types demand of their values now and did not before; what an attribute takes less of by its modifier. */
export function addedDemands(
  before: readonly TypeDemand[],
  after: readonly TypeDemand[],
): readonly TypeDemand[] {
  const keyOf = ({ kind, schema, type, name }: TypeDemand) => JSON.stringify([kind, schema, type, name]);
  const meaning = ({ kind, schema, type, definition }: TypeDemand) =>
    JSON.stringify([kind, schema, type, definition.replace(/ NOT VALID$/, '')]);
  const known = new Set(before.map(meaning));
  const were = new Map(before.map((one) => [keyOf(one), one]));
  return after.filter((one) => {
    const was = were.get(keyOf(one));
    if (one.kind === 'attribute')
      return one.isModified && (was === undefined || shrinks(was.definition, one.definition));
    return !known.has(meaning(one));
  });
}
