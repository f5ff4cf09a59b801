import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** Numbers and times that may be infinite, or no number. */
export function number(scope: Scope, type: 'float8' | 'numeric', depth: number): string {
  const { generator } = scope;
  const { choices } = generator;
  const of = (inner: Type) => generator.expression(scope, inner, depth - 1);
  switch (choices.below(8)) {
    case 0:
      return `(${of(type)} ${choices.one('+', '-', '*')} ${of(type)})`;
    case 1:
      return `(${of('int')})::${type}`;
    case 2:
      return `abs(${of(type)})`;
    case 3:
      return `${choices.one('greatest', 'least')}(${of(type)}, ${of(type)})`;
    case 4:
      return `(${of(type)} / 2)`;
    case 5:
      return `extract(${choices.one('epoch', 'day', 'year', 'hour')} FROM ${of('timestamp')})::${type}`;
    case 6:
      return `${choices.one('round', 'floor', 'sign')}(${of(type)})`;
    default:
      return `(${of(type === 'float8' ? 'numeric' : 'float8')})::${type}`;
  }
}

export function time(scope: Scope, depth: number): string {
  const { generator } = scope;
  const { choices } = generator;
  const of = (inner: Type) => generator.expression(scope, inner, depth - 1);
  switch (choices.below(6)) {
    case 0:
      return `date_trunc('day', ${of('timestamp')})`;
    case 1:
      return `(${of('timestamp')} + interval '1 day')`;
    case 2:
      return `(${of('timestamp')})::date::timestamp`;
    case 3:
      return `(date '2024-01-01' + (${of('timestamp')})::time)`;
    case 4:
      return `greatest(${of('timestamp')}, ${of('timestamp')})`;
    default:
      return `make_timestamp(2024, 1, 1 + abs(${of('int')}) % 9, 0, 0, 0)`;
  }
}
