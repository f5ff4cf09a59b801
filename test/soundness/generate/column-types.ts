import type { Choices } from './choices.ts';
import type { Type } from './table.ts';

/** The types that a query's columns must have; where they may have any (null), one to three that are drawn. */
export function columnTypes(choices: Choices, types: readonly Type[] | null): readonly Type[] {
  if (types !== null) return types;
  const found: Type[] = [];
  const count = 1 + choices.below(3);
  for (let i = 0; i < count; i++)
    found.push(
      choices.one<Type>(
        'int',
        'text',
        'bool',
        'int',
        'int[]',
        'text',
        'jsonb',
        'int',
        'pair',
        'text[]',
        'float8',
        'numeric',
        'timestamp',
      ),
    );
  return found;
}
