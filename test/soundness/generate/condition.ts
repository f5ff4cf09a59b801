import { ERA } from './past.ts';
import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** Of type bool. */
export function condition(scope: Scope, depth: number): string {
  const { generator } = scope;
  const { choices } = generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  const comparison = () => choices.one('=', '<', '<>', '>=');
  const any = () => choices.one<Type>('int', 'text', 'bool', 'int[]', 'pair', 'jsonb');
  switch (choices.below(27)) {
    case 0:
      return `${of('int')} ${comparison()} ${of('int')}`;
    case 1: {
      const type = any();
      return `${of(type)} IS NOT NULL`;
    }
    case 2: {
      const type = any();
      return `${of(type)} IS NULL`;
    }
    case 3:
      return `(${of('bool')} AND ${of('bool')})`;
    case 4:
      return `(${of('bool')} OR ${of('bool')})`;
    case 5:
      return `NOT (${of('bool')})`;
    case 6:
      return `${of('text')} ${comparison()} ${of('text')}`;
    case 7: {
      const type = any();
      return `${of(type)} IS ${choices.one('', 'NOT ')}DISTINCT FROM ${of(type)}`;
    }
    case 8:
      return `(${of('bool')}) IS ${choices.one('TRUE', 'NOT TRUE', 'FALSE', 'NOT FALSE', 'UNKNOWN', 'NOT UNKNOWN')}`;
    case 9:
      return `${of('int')} ${choices.one('IN', 'NOT IN')} (${of('int')}, ${of('int')})`;
    case 10:
      return `${of('int')} ${comparison()} ${choices.one('ANY', 'ALL')} (${of('int[]')})`;
    case 11:
      return `(${of('int')}, ${of('text')}) ${comparison()} (${of('int')}, ${of('text')})`;
    case 12:
      return `${of('int')} ${choices.one('', 'NOT ')}BETWEEN ${of('int')} AND ${of('int')}`;
    case 13:
      return `(${of('int')}, ${of('text')}) IS ${choices.one('NOT NULL', 'NULL')}`;
    case 14:
    case 15:
    case 16: {
      if (scope.depth <= 0) return `${of('text')} LIKE ${of('text')}`;
      const outer = [...scope.outer, ...scope.fields.filter(({ ref }) => !ref.startsWith('('))];
      const inside = { ...scope, outer, depth: scope.depth - 1 };
      const form = choices.below(4);
      if (form === 0) return `${choices.one('', 'NOT ')}EXISTS (${generator.query(inside, null).sql})`;
      const inner = generator.query(inside, ['int']).sql;
      if (form === 1) return `${of('int')} IN (${inner})`;
      if (form === 2) return `${of('int')} NOT IN (${inner})`;
      return `${of('int')} ${comparison()} ${choices.one('ANY', 'ALL')} (${inner})`;
    }
    case 17:
      return `${of('jsonb')} ${choices.one("? 'a'", "@> '{}'", "@? '$.a'")}`;
    case 18:
      return `${of('int[]')} ${choices.one('@>', '<@', '&&', '=')} ${of('int[]')}`;
    case 19:
      return `${of('pair')} ${comparison()} ${of('pair')}`;
    case 20:
      return `${of('text')} ${comparison()} ${choices.one('ANY', 'ALL')} (${of('text[]')})`;
    case 22:
      return `${ERA} ${choices.one('=', '<>')} 'then'`;
    case 23:
    case 24:
    case 25:
      return fallback(scope, depth);
    case 21:
      return `starts_with(${of('text')}, ${of('text')})`;
    default:
      return `${of('text')} ${choices.one('', 'NOT ')}LIKE ${of('text')}`;
  }
}

/** `coalesce(n, -1) >= 0`: what a value falls back on may not meet the condition. */
function fallback(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const type = choices.one<Type>('int', 'text', 'numeric', 'timestamp', 'float8');
  const values = {
    int: ['-1', '0', '2'],
    text: ["''", "'a'", "'b'"],
    numeric: ['-1', '0', '0.00', '1.50', '-0.25', '12345.5'],
    float8: ['-1', '0', '2'],
    timestamp: ["timestamp 'epoch'", "timestamp '2024-01-01'", "timestamp 'infinity'"],
  }[type as 'int'];
  const value = () => values[choices.below(values.length)] ?? 'NULL';
  const subject = `coalesce(${scope.generator.expression(scope, type, depth - 1)}, ${value()})`;
  const operator = choices.one('>=', '=', '<>', '>', '<', '<=');
  return choices.rarely(4) ? `${value()} ${operator} ${subject}` : `${subject} ${operator} ${value()}`;
}
