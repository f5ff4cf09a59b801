import type { QueryGenerator, With } from './query.ts';
import type { Schema } from './schema.ts';
import type { Type } from './table.ts';

/** A column in sight, as it is written. */
export interface Field {
  readonly ref: string;
  readonly type: Type;
}

export interface Scope {
  readonly generator: QueryGenerator;
  readonly fields: readonly Field[];
  readonly outer: readonly Field[];
  readonly withs: readonly With[];
  readonly depth: number;
  /** Where groups are looked at: the scope of their rows. */
  readonly aggregates: Scope | null;
  readonly windows: boolean;
}

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
      if (type !== 'int[]') return `nullif(${of(type)}, ${of(type)})`;
      break;
    case 10:
      return `coalesce(${of(type)}, ${of(type)}, ${literal(scope, type)})`;
  }
  if (general < 3) return leaf(scope, type);
  switch (type) {
    case 'int':
      return integer(scope, depth);
    case 'text':
      switch (choices.below(6)) {
        case 0:
          return `(${of('text')} || ${of('text')})`;
        case 1:
          return `upper(${of('text')})`;
        case 2:
          return `(${of('int')})::text`;
        case 3:
          return `concat(${of('text')}, ${of('int')})`;
        case 4:
          return `substring(${of('text')} FROM 'b+')`;
        default:
          return `greatest(${of('text')}, ${of('text')})`;
      }
    case 'bool':
      return condition(scope, depth);
    case 'int[]':
      switch (choices.below(4)) {
        case 0:
          return `ARRAY[${of('int')}, ${of('int')}]`;
        case 1:
          return `array_append(${of('int[]')}, ${of('int')})`;
        case 2:
          return `(${of('int[]')})[1:1]`;
        default:
          return `(${of('int[]')} || ${of('int[]')})`;
      }
  }
}

function leaf(scope: Scope, type: Type): string {
  const { choices } = scope.generator;
  const fields = scope.fields.filter((field) => field.type === type);
  const outer = scope.outer.filter((field) => field.type === type);
  if (fields.length > 0 && !choices.rarely(5)) return choices.one(...(fields as [Field, ...Field[]])).ref;
  if (outer.length > 0 && choices.below(2) === 0) return choices.one(...(outer as [Field, ...Field[]])).ref;
  if (choices.rarely(5)) return `NULL::${type}`;
  return choices.rarely(6) ? scope.generator.param(type) : literal(scope, type);
}

function literal(scope: Scope, type: Type): string {
  const { choices } = scope.generator;
  switch (type) {
    case 'int':
      return String(choices.below(4));
    case 'text':
      return choices.one("'a'::text", "'b'::text", "''::text");
    case 'bool':
      return choices.one('true', 'false');
    case 'int[]':
      return choices.one("'{1,2}'::int[]", "'{}'::int[]", "'{NULL}'::int[]");
  }
}

function integer(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => expression(scope, inner, depth - 1);
  switch (choices.below(8)) {
    case 0:
      return `(${of('int')} + ${of('int')})`;
    case 1:
      return `length(${of('text')})`;
    case 2:
      return `abs(${of('int')})`;
    case 3:
      return `greatest(${of('int')}, ${of('int')})`;
    case 4:
      return `cardinality(${of('int[]')})`;
    case 5:
      return `(${of('int[]')})[1]`;
    case 6:
      return `array_length(${of('int[]')}, 1)`;
    default:
      return `(${of('bool')})::int`;
  }
}

function conditional(scope: Scope, type: Type, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => expression(scope, inner, depth - 1);
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
    const counted = choices.one('*', expression(rows, 'int', 0));
    const then = type === 'bool' ? `bool_or(${expression(rows, 'bool', 0)})` : aggregate(scope, rows, type);
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

/** What a row refers to, as people write it: `(SELECT p.a0 FROM t0 p WHERE p.id = f0.b1)`. */
function lookUp(scope: Scope, outer: readonly Field[], type: Type): string | null {
  const { generator } = scope;
  const { choices, schema } = generator;
  const keys = outer.filter((field) => field.type === 'int' && /^f\d+\.[a-d]\d$/.test(field.ref));
  const [first] = keys;
  if (first === undefined) return null;
  const table = choices.one(...(schema.tables as [Schema['tables'][number], ...Schema['tables'][number][]]));
  const column = table.columns.find((one) => one.type === type);
  const alias = generator.name('p');
  return column === undefined
    ? null
    : `(SELECT ${alias}.${column.name} FROM ${table.name} ${alias} WHERE ${alias}.id = ${choices.one(first, ...keys).ref})`;
}

function subquery(scope: Scope, type: Type): string {
  const { generator } = scope;
  const outer = [...scope.outer, ...scope.fields.filter(({ ref }) => !ref.startsWith('('))];
  const found = type !== 'int[]' && generator.choices.rarely(3) ? lookUp(scope, outer, type) : null;
  if (found !== null) return found;
  const inner = generator.query(outer, scope.withs, scope.depth - 1, [type === 'int[]' ? 'int' : type]).sql;
  if (type === 'int[]') return `ARRAY(${inner})`;
  const value = generator.name('s');
  return generator.choices.below(2) === 0
    ? `(SELECT ${value} FROM (${inner}) ${value}x(${value}) LIMIT 1)`
    : `(${inner.includes('LIMIT') || !/^SELECT/.test(inner) ? `SELECT ${value} FROM (${inner}) ${value}x(${value}) LIMIT 1` : `${inner} LIMIT 1`})`;
}

function condition(scope: Scope, depth: number): string {
  const { generator } = scope;
  const { choices } = generator;
  const of = (inner: Type) => expression(scope, inner, depth - 1);
  const comparison = () => choices.one('=', '<', '<>', '>=');
  const any = () => choices.one<Type>('int', 'text', 'bool');
  switch (choices.below(17)) {
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
      const form = choices.below(4);
      if (form === 0)
        return `${choices.one('', 'NOT ')}EXISTS (${generator.query(outer, scope.withs, scope.depth - 1, null).sql})`;
      const inner = generator.query(outer, scope.withs, scope.depth - 1, ['int']).sql;
      if (form === 1) return `${of('int')} IN (${inner})`;
      if (form === 2) return `${of('int')} NOT IN (${inner})`;
      return `${of('int')} ${comparison()} ${choices.one('ANY', 'ALL')} (${inner})`;
    }
    default:
      return 'true';
  }
}

function aggregate(scope: Scope, rows: Scope, type: Type): string {
  const { choices } = scope.generator;
  const arg = (of: Type) => expression({ ...rows, depth: 0 }, of, 1);
  const filter = choices.rarely(5) ? ` FILTER (WHERE ${arg('bool')})` : '';
  switch (type) {
    case 'int':
      return choices.one(
        `count(*)${filter}::int`,
        `max(${arg('int')})${filter}`,
        `min(${arg('int')})${filter}`,
        `sum(${arg('int')})${filter}::int`,
        `count(${arg('int')})${filter}::int`,
      );
    case 'text':
      return choices.one(
        `max(${arg('text')})${filter}`,
        `string_agg(${arg('text')}, ',')${filter}`,
        `min(${arg('text')})${filter}`,
      );
    case 'bool':
      return choices.one(`bool_and(${arg('bool')})${filter}`, `bool_or(${arg('bool')})${filter}`);
    case 'int[]':
      return `array_agg(${arg('int')})${filter}`;
  }
}

function windowCall(scope: Scope, type: Type): string {
  const { choices } = scope.generator;
  const arg = (of: Type) => expression({ ...scope, windows: false, depth: 0 }, of, 1);
  const order = arg('int');
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
  const over = `OVER (${choices.below(2) === 1 ? `PARTITION BY ${arg('text')} ` : ''}ORDER BY ${/^-?\d+$/.test(order) ? `${order} + 0` : order}${frame})`;
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
    case 'int[]':
      return `array_agg(${arg('int')}) ${over}`;
  }
}
