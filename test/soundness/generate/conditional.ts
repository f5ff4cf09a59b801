import { aggregate } from './aggregate.ts';
import { leaf } from './leaf.ts';
import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** CASE in all its forms. */
export function conditional(scope: Scope, type: Type, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  // Guarded by a test of what is then used, as people write it.
  const guarded = choices.below(7);
  if (guarded >= 4) return exhaustive(scope, type, of);
  if (guarded === 1) {
    const value = of(type);
    return `CASE WHEN ${value} IS NOT NULL THEN ${value} ELSE ${of(type)} END`;
  }
  if (guarded === 2) {
    const value = of(type);
    return `CASE WHEN ${value} IS NULL THEN ${of(type)} ELSE ${value} END`;
  }
  if (guarded === 3) {
    const tested = of('int');
    return `CASE ${tested} WHEN ${of('int')} THEN ${of(type)} WHEN 1 THEN ${of(type)}${choices.below(2) === 0 ? ` ELSE ${of(type)}` : ''} END`;
  }
  const second = choices.below(2) === 1 ? ` WHEN ${of('bool')} THEN ${of(type)}` : '';
  return `CASE WHEN ${of('bool')} THEN ${of(type)}${second}${choices.below(3) !== 2 ? ` ELSE ${of(type)}` : ''} END`;
}

/** With a branch for everything that there is, or for nearly everything. */
function exhaustive(scope: Scope, type: Type, of: (inner: Type) => string): string {
  const { choices } = scope.generator;
  if (scope.aggregates !== null && choices.below(2) === 1) {
    const rows: Scope = { ...scope.aggregates, depth: 0 };
    const counted = choices.one('*', scope.generator.expression(rows, 'int', 0));
    const then =
      type === 'bool'
        ? `bool_or(${scope.generator.expression(rows, 'bool', 0)})`
        : aggregate(scope, rows, type);
    const value = type === 'int' && counted !== '*' ? `max(${counted})` : then;
    return `CASE WHEN count(${counted}) ${choices.one('> 0', '= 0', '>= 1', '< 1', '<> 0', '>= 0', '= 1')} THEN ${value} ELSE ${choices.one(value, of(type))} END`;
  }
  switch (choices.below(3)) {
    case 0: {
      const [a, b] = [of('int'), of('int')];
      const second = choices.one('>=', '>', '<>', '=');
      const third = choices.below(2) === 1 ? ` WHEN ${a} = ${b} THEN ${of(type)}` : '';
      return `CASE WHEN ${a} < ${b} THEN ${of(type)} WHEN ${a} ${second} ${b} THEN ${of(type)}${third} END`;
    }
    case 1: {
      const tested = leaf(scope, 'text');
      return `CASE ${tested} WHEN 'a' THEN ${of(type)} WHEN ${choices.one("'b'", "''", "'a'")} THEN ${of(type)} END`;
    }
    default: {
      const tested = of('bool');
      return `CASE WHEN ${tested} THEN ${of(type)} WHEN ${choices.one('NOT ', '')}(${tested}) THEN ${of(type)}${choices.one('', ` WHEN ${tested} IS NULL THEN ${of(type)}`)} END`;
    }
  }
}
