import { literal } from './literal.ts';
import { parameter } from './parameter.ts';
import type { Field, Scope } from './scope.ts';
import type { Type } from './table.ts';

/** A column, a parameter or a constant. */
export function leaf(scope: Scope, type: Type): string {
  const { choices } = scope.generator;
  const fields = scope.fields.filter((field) => field.type === type);
  const outer = scope.outer.filter((field) => field.type === type);
  if (fields.length > 0 && !choices.rarely(5)) return choices.one(...(fields as [Field, ...Field[]])).ref;
  if (outer.length > 0 && choices.below(2) === 0) return choices.one(...(outer as [Field, ...Field[]])).ref;
  if (choices.rarely(5)) return `NULL::${type}`;
  return choices.rarely(6) ? parameter(scope.generator, type) : literal(choices, type);
}
