import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** A call of a window function. */
export function windowCall(scope: Scope, type: Type): string {
  const { choices } = scope.generator;
  const arg = (of: Type) => scope.generator.expression({ ...scope, windows: false, depth: 0 }, of, 1);
  const key = choices.one<Type>('int', 'int', 'float8', 'numeric');
  const order = arg(key);
  const frame = choices.one(
    '',
    '',
    ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
    ' ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING',
    ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING',
    ' RANGE BETWEEN 1 PRECEDING AND CURRENT ROW',
    ' GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW',
    ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
    ' GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP',
  );
  const over = `OVER (${choices.below(2) === 1 ? `PARTITION BY ${arg('text')} ` : ''}ORDER BY ${/^-?[\d.]+$/.test(order) ? `${order} + 0` : order}${frame})`;
  switch (type) {
    case 'int':
      return choices.one(
        `row_number() ${over}::int`,
        `lag(${arg('int')}) ${over}`,
        `lead(${arg('int')}, 1, ${arg('int')}) ${over}`,
        `first_value(${arg('int')}) ${over}`,
        `sum(${arg('int')}) ${over}::int`,
        `count(${arg('int')}) ${over}::int`,
        `ntile(2) ${over}`,
        `nth_value(${arg('int')}, 2) ${over}`,
      );
    case 'text':
      return choices.one(
        `last_value(${arg('text')}) ${over}`,
        `max(${arg('text')}) ${over}`,
        `lag(${arg('text')}) ${over}`,
      );
    case 'bool':
      return `bool_or(${arg('bool')}) ${over}`;
    case 'float8':
    case 'numeric':
      return `${choices.one('sum', 'max', 'first_value', 'stddev')}(${arg(type)}) ${over}`;
    case 'timestamp':
      return `${choices.one('max', 'last_value', 'lag')}(${arg('timestamp')}) ${over}`;
    case 'int[]':
    case 'text[]':
      return `array_agg(${arg(type === 'int[]' ? 'int' : 'text')}) ${over}`;
    case 'pair':
      return `${choices.one('lag', 'first_value', 'last_value')}(${arg('pair')}) ${over}`;
    case 'jsonb':
      return choices.one(`jsonb_agg(${arg('text')}) ${over}`, `first_value(${arg('jsonb')}) ${over}`);
  }
}
