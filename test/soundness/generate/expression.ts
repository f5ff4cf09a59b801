import { aggregate } from './aggregate.ts';
import { computed } from './computed.ts';
import { conditional } from './conditional.ts';
import { leaf } from './leaf.ts';
import { literal } from './literal.ts';
import type { Schema } from './schema.ts';
import type { Field, Scope } from './scope.ts';
import type { Type } from './table.ts';
import { windowCall } from './window.ts';

/** An expression of a type, at most `depth` deep. */
export function expression(scope: Scope, type: Type, depth: number): string {
  const { choices } = scope.generator;
  if (depth > 0 && scope.aggregates !== null && choices.below(2) === 0)
    return aggregate(scope, scope.aggregates, type);
  if (depth > 0 && scope.windows && choices.below(2) === 0) return windowCall(scope, type);
  if (depth <= 0) return leaf(scope, type);
  const of = (inner: Type) => expression(scope, inner, depth - 1);
  const general = choices.below(12);
  switch (general) {
    case 6:
      return `coalesce(${of(type)}, ${of(type)})`;
    case 7:
      return conditional(scope, type, depth);
    case 8:
      if (scope.depth > 0) return subquery(scope, type);
      break;
    case 9:
      return `nullif(${of(type)}, ${of(type)})`;
    case 10:
      return `coalesce(${of(type)}, ${of(type)}, ${literal(choices, type)})`;
  }
  if (general < 3) return leaf(scope, type);
  return computed(scope, type, depth);
}

/** What a row refers to, as people write it: `(SELECT p.a0 FROM t0 p WHERE p.id = f0.b1)`. */
function lookUp(scope: Scope, outer: readonly Field[], type: Type): string | null {
  const { generator } = scope;
  const { choices, schema } = generator;
  const keys = outer.filter((field) => field.type === 'int' && /^f\d+\."?[a-d]\d/.test(field.ref));
  const [first] = keys;
  if (first === undefined) return null;
  const table = choices.one(...(schema.tables as [Schema['tables'][number], ...Schema['tables'][number][]]));
  const column = table.columns.find((one) => one.type === type);
  if (!table.columns.some(({ name }) => name === 'id')) return null;
  const alias = generator.name('p');
  return column === undefined
    ? null
    : `(SELECT ${alias}.${column.name} FROM ${table.name} ${alias} WHERE ${alias}.id = ${choices.one(first, ...keys).ref})`;
}

function subquery(scope: Scope, type: Type): string {
  const { generator } = scope;
  const outer = [...scope.outer, ...scope.fields.filter(({ ref }) => !ref.startsWith('('))];
  const isArray = type === 'int[]' || type === 'text[]';
  const found = !isArray && generator.choices.rarely(3) ? lookUp(scope, outer, type) : null;
  if (found !== null) return found;
  const inner = generator.query({ ...scope, outer, depth: scope.depth - 1 }, [
    type === 'int[]' ? 'int' : type === 'text[]' ? 'text' : type,
  ]).sql;
  if (isArray) return `ARRAY(${inner})`;
  const value = generator.name('s');
  return generator.choices.below(2) === 0
    ? `(SELECT ${value} FROM (${inner}) ${value}x(${value}) LIMIT 1)`
    : `(${/LIMIT|FETCH/.test(inner) || !/^SELECT/.test(inner) ? `SELECT ${value} FROM (${inner}) ${value}x(${value}) LIMIT 1` : `${inner} LIMIT 1`})`;
}
