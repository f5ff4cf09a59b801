import { condition } from './condition.ts';
import { call } from './function.ts';
import { json } from './json.ts';
import { number, time } from './numbers.ts';
import type { Scope } from './scope.ts';
import type { Type } from './table.ts';

/** What an operator or a function makes of others. */
export function computed(scope: Scope, type: Type, depth: number): string {
  const { choices, schema } = scope.generator;
  const [called, ...others] = schema.functions.filter((one) => one.type === type);
  if (called !== undefined && choices.rarely(6)) return call(scope, choices.one(called, ...others));
  switch (type) {
    case 'int':
      return integer(scope, depth);
    case 'text':
      return text(scope, depth);
    case 'bool':
      return condition(scope, depth);
    case 'int[]':
      return integers(scope, depth);
    case 'text[]':
      return texts(scope, depth);
    case 'pair':
      return pair(scope, depth);
    case 'jsonb':
      return json(scope, depth);
    case 'float8':
    case 'numeric':
      return number(scope, type, depth);
    case 'timestamp':
      return time(scope, depth);
  }
}

function integer(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  switch (choices.below(13)) {
    case 0:
      return `(${of('int')} + ${of('int')})`;
    case 1:
      return `length(${of('text')})`;
    case 2:
      return `abs(${of('int')})`;
    case 3:
      return `${choices.one('greatest', 'least')}(${of('int')}, ${of('int')})`;
    case 4:
      return `cardinality(${of(choices.one<Type>('int[]', 'text[]'))})`;
    case 5:
      return `(${of('int[]')})[${choices.one('1', '2', '0', of('int'))}]`;
    case 6:
      return `array_length(${of('int[]')}, 1)`;
    case 7:
      return `(${of('pair')}).x`;
    case 8:
      return `array_position(${of('int[]')}, ${of('int')})`;
    case 9:
      return `strpos(${of('text')}, ${of('text')})`;
    case 10:
      return `num_nulls(${of('int')}, ${of('text')})`;
    case 11:
      return `${choices.one('lower', 'upper')}(int4range(${of('int')}, ${choices.one('9', 'NULL')}))`;
    default:
      return `(${of('bool')})::int`;
  }
}

function text(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  switch (choices.below(16)) {
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
    case 5:
      return `(${of('pair')}).y`;
    case 6:
      return `(${of('text[]')})[${choices.one('1', '2')}]`;
    case 7:
      return `(${of('jsonb')} ->> 'a')`;
    case 8:
      return `array_to_string(${of('text[]')}, ',')`;
    case 9:
      return `concat_ws(${of('text')}, ${of('text')}, ${of('int')})`;
    case 10:
      return `format('%s %s', ${of('text')}, ${of('int')})`;
    case 11:
      return `jsonb_typeof(${of('jsonb')})`;
    case 12:
      return `to_char(${of('timestamp')}, ${choices.one("'YYYY'", "''")})`;
    case 13:
      return `(${of(choices.one<Type>('float8', 'numeric', 'timestamp'))})::text`;
    case 14:
      return `(${of('text')} COLLATE "C")`;
    default:
      return `greatest(${of('text')}, ${of('text')})`;
  }
}

function integers(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  switch (choices.below(8)) {
    case 0:
      return `ARRAY[${of('int')}, ${of('int')}]`;
    case 1:
      return `array_append(${of('int[]')}, ${of('int')})`;
    case 2:
      return `(${of('int[]')})[${choices.one('1:1', '2:', ':1', ':')}]`;
    case 3:
      return `array_remove(${of('int[]')}, ${of('int')})`;
    case 4:
      return `array_replace(${of('int[]')}, ${of('int')}, ${of('int')})`;
    case 5:
      return `array_prepend(${of('int')}, ${of('int[]')})`;
    case 6:
      return `array_positions(${of('int[]')}, ${of('int')})`;
    default:
      return `(${of('int[]')} || ${of('int[]')})`;
  }
}

function texts(scope: Scope, depth: number): string {
  const { choices } = scope.generator;
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  switch (choices.below(7)) {
    case 0:
      return `ARRAY[${of('text')}, ${of('text')}]`;
    case 1:
      return `string_to_array(${of('text')}, ${choices.one("','", 'NULL', of('text'))})`;
    case 2:
      return `(${of('int[]')})::text[]`;
    case 3:
      return `(${of('text[]')} || ${of('text')})`;
    case 4:
      return `regexp_match(${of('text')}, 'a(b)?')`;
    case 5:
      return `(${of('text[]')})[1:1]`;
    default:
      return `array_cat(${of('text[]')}, ${of('text[]')})`;
  }
}

function pair(scope: Scope, depth: number): string {
  const of = (inner: Type) => scope.generator.expression(scope, inner, depth - 1);
  return `ROW(${of('int')}, ${of('text')})::pair`;
}
