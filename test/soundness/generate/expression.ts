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
  if (column === undefined || !table.columns.some(({ name }) => name === 'id')) return null;
  const alias = generator.name('p');
  const value = isComparable(type) && choices.below(2) === 1 ? 'max(?)' : '?';
  const key = choices.one(first, ...keys).ref;
  const through = table.columns.find(({ references }) => references !== null);
  if (through?.references && choices.below(2) === 1) return twoSteps();
  const by = choices.rarely(3) ? choices.one(table.columns[0], ...table.columns.slice(1))?.name : 'id';
  const selected = value.replace('?', `${alias}.${column.name}`);
  return `(SELECT ${selected} FROM ${table.name} ${alias} WHERE ${alias}.${by} = ${key}${value === '?' ? ' LIMIT 1' : ''})`;

  /** Over a table on the way, joined to it in one way or another. */
  function twoSteps(): string | null {
    const next = schema.tables.find(({ name }) => name === through?.references);
    const far = next?.columns.find((one) => one.type === type);
    if (far === undefined) return null;
    const other = generator.name('p');
    const selected = value.replace('?', `${other}.${far.name}`);
    const on = `${other}.id = ${alias}.${through?.name}`;
    const join = choices.one(
      `${table.name} ${alias} JOIN ${next?.name} ${other} ON ${on} WHERE`,
      `${table.name} ${alias}, ${next?.name} ${other} WHERE ${on} AND`,
      `${table.name} ${alias} LEFT JOIN ${next?.name} ${other} ON ${on} WHERE`,
    );
    return `(SELECT ${selected} FROM ${join} ${alias}.id = ${key}${value === '?' ? ' LIMIT 1' : ''})`;
  }
}

function isComparable(type: Type): boolean {
  return type === 'int' || type === 'text' || type === 'numeric' || type === 'timestamp';
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
