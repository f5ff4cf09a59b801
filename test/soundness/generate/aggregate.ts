import { aliases, anyType, type Scope } from './scope.ts';
import type { Type } from './table.ts';

/** @param rows the scope of the group's rows */
export function aggregate(scope: Scope, rows: Scope, type: Type): string {
  const { choices } = scope.generator;
  const arg = (of: Type) => scope.generator.expression({ ...rows, depth: 0 }, of, 1);
  const filter = choices.rarely(5) ? ` FILTER (WHERE ${arg('bool')})` : '';
  switch (type) {
    case 'int':
      return choices.one(
        `count(*)${filter}::int`,
        `max(${arg('int')})${filter}`,
        `min(${arg('int')})${filter}`,
        `sum(${arg('int')})${filter}::int`,
        `count(${arg('int')})${filter}::int`,
        `count(DISTINCT ${arg('text')})${filter}::int`,
        `(percentile_disc(${choices.one('0.5', 'NULL')}) WITHIN GROUP (ORDER BY ${arg('int')})${filter})`,
        `(mode() WITHIN GROUP (ORDER BY ${arg('int')})${filter})`,
        `(rank(1) WITHIN GROUP (ORDER BY ${arg('int')})${filter})::int`,
        `stddev(${arg('int')})${filter}::int`,
      );
    case 'text':
      return choices.one(
        `max(${arg('text')})${filter}`,
        `string_agg(${arg('text')}, ',')${filter}`,
        `min(${arg('text')})${filter}`,
      );
    case 'bool':
      return choices.one(`bool_and(${arg('bool')})${filter}`, `bool_or(${arg('bool')})${filter}`);
    case 'float8':
    case 'numeric':
      return choices.one(
        `sum(${arg(type)})${filter}`,
        `avg(${arg(type)})${filter}`,
        `max(${arg(type)})${filter}`,
        `${choices.one('stddev', 'variance', 'var_pop')}(${arg(type)})${filter}`,
        `corr(${arg('float8')}, ${arg('float8')})${filter}::${type}`,
        `(percentile_cont(0.5) WITHIN GROUP (ORDER BY ${arg('float8')})${filter})::${type}`,
      );
    case 'timestamp':
      return `${choices.one('max', 'min')}(${arg('timestamp')})${filter}`;
    case 'int[]':
    case 'text[]':
      return `array_agg(${choices.one('', 'DISTINCT ')}${arg(type === 'int[]' ? 'int' : 'text')})${filter}`;
    case 'pair':
      return `(array_agg(${arg('pair')})${filter})[1]`;
    case 'jsonb': {
      const any = arg(anyType(rows));
      const [row = any, ...others] = aliases(rows);
      return choices.one(
        `jsonb_agg(${any})${filter}`,
        `jsonb_agg(${choices.one(row, ...others)})${filter}`,
        `jsonb_object_agg(coalesce(${arg('text')}, 'k'), ${any})${filter}`,
        `coalesce(jsonb_agg(${any})${filter}, '[]')`,
        `to_jsonb(array_agg(${choices.one(row, ...others)})${filter})`,
      );
    }
  }
}
