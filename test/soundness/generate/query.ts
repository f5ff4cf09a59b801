import type { Choices } from './choices.ts';
import { expression } from './expression.ts';
import type { Generated, Generator } from './generator.ts';
import type { Schema } from './schema.ts';
import type { Place } from './scope.ts';
import { select } from './select.ts';
import { setOperation } from './set-operation.ts';
import type { Type } from './table.ts';
import { withQuery } from './with.ts';

/** Draws queries over a schema from choices. */
export function queryGenerator(choices: Choices, schema: Schema, major: number): Generator {
  let names = 0;
  return {
    choices,
    schema,
    major,
    params: [],
    get names() {
      return names;
    },
    name: (prefix) => `${prefix}${names++}`,
    expression,
    query,
  };
}

/** @param types of the columns that it must have; null: any */
function query(place: Place, types: readonly Type[] | null): Generated {
  const { choices } = place.generator;
  if (place.depth > 1 && choices.rarely(7)) return withQuery(place, types);
  if (place.depth > 0 && choices.rarely(6)) return setOperation(place, types);
  return select(place, types);
}
