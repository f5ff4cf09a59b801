import type { SlotValue } from '../../../src/analysis/analysed-query.ts';
import type { Field, PgType, Value } from '../../../src/analysis/type.ts';
import { fits } from '../../support/json-fits.ts';
import type { Draw } from './draw.ts';

/** Column types of random tables. `mood`, `small` and `citext` are in the schema `shared`. */
export const columnTypes = [
  'integer',
  'smallint',
  'bigint',
  'text',
  'character varying(20)',
  'character varying(5)',
  'character(8)',
  'numeric(10,2)',
  'numeric',
  'real',
  'double precision',
  'json',
  'jsonb',
  'date',
  'timestamp without time zone',
  'boolean',
  'uuid',
  'text[]',
  'shared.mood',
  'shared.small',
] as const;

/** Whether it is the composite type of a world. */
export function isPair(type: string): boolean {
  return type.endsWith('.pair');
}

/** What a type's columns hold, as SQL literals that a cast to the type accepts. */
const literals: Readonly<Record<string, readonly string[]>> = {
  integer: ['0', '1', '2', '3', '7', '-4', '100000'],
  smallint: ['0', '1', '2', '3', '300'],
  bigint: ['0', '1', '2', '5000000000', '9007199254740993'],
  text: ["'a'", "'A'", "'b'", "''", "'a longer text than the others'", "'ok'", "'3'"],
  'character varying': ["'a'", "'A'", "'b'", "''", "'fives'", "'3'"],
  character: ["'a'", "'B'", "'eight'"],
  numeric: ['0', '1', '1.5', '12345.67', '-3'],
  real: ['0', '1', '1.5', '-2'],
  'double precision': ['0', '1', '1.5', '1e10'],
  json: [`'{"a": 1}'`, `'"\\u0000"'`, "'null'", "'[1,  2]'"],
  jsonb: [`'{"a": 1}'`, "'null'", "'[1, 2]'"],
  date: ["'2026-01-01'", "'2026-12-31'", "'1999-02-03'"],
  'timestamp without time zone': ["'2026-01-01 10:00'", "'1999-02-03 23:59:59'"],
  'timestamp with time zone': ["'2026-01-01 10:00Z'"],
  boolean: ['true', 'false'],
  uuid: ["'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-00000000000a'"],
  'text[]': ["'{}'", "'{a,b}'", "'{NULL}'"],
  mood: ["'sad'", "'ok'", "'happy'"],
  small: ['1', '2', '40'],
  pair: ["'(1,00000000-0000-0000-0000-000000000001)'", "'(2,00000000-0000-0000-0000-00000000000a)'", "'(,)'"],
  citext: ["'a'", "'A'", "'b'"],
};

export function literal(draw: Draw, type: string): string {
  const name = type.replace(/^\w+\./, '').replace(/\(.*?\)/, '');
  const found = literals[name];
  return found === undefined ? 'NULL' : draw.one(found);
}

/** What callers can pass where the parameter's type allows it. */
export function argument(draw: Draw, { value, optional }: SlotValue): unknown {
  if ((value.nullable || optional) && draw.rarely(4)) return null;
  if (value.literals !== undefined && value.literals.length > 0) return draw.one(value.literals);
  return sample(draw, value.type);
}

function sample(draw: Draw, type: PgType): unknown {
  switch (type.kind) {
    case 'domain':
      return sample(draw, type.base);
    case 'enum':
      return draw.one(type.labels);
    case 'array':
      return draw.one([[], [sample(draw, type.element)]]);
    case 'composite':
      return Object.fromEntries(type.fields.map(({ name, value }) => [name, sample(draw, value.type)]));
    case 'base':
      return draw.one(values[type.name] ?? [null]);
    default:
      return null;
  }
}

const texts = ['a', 'A', 'b', '', 'ok', 'fives', '3', '200', 'a text that is longer than twenty characters'];
const values: Readonly<Record<string, readonly unknown[]>> = {
  int2: [0, 1, 2, 3, 32767],
  int4: [0, 1, 2, 3, 4, 5, 70000, 2147483647],
  int8: [0n, 1n, 2n, 3n, 4n, 5n, 9007199254740993n],
  numeric: ['0', '1.5', '2', '12345678.91', '1e20'],
  float4: [0, 1, 1.5, 1e6],
  float8: [0, 1, 1.5, 1e100],
  text: texts,
  varchar: texts,
  bpchar: ['a', 'B', 'eight'],
  citext: texts,
  name: ['a', 'b'],
  bool: [true, false],
  date: ['2026-01-01', '2026-12-31'],
  timestamp: ['2026-01-01 10:00:00'],
  timestamptz: [new Date(0)],
  uuid: ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002'],
  json: [{ a: 1 }, '\u0000', [1, 2], 'x'],
  jsonb: [{ a: 1 }, [1, 2], 'x'],
};

/** Whether a property of a row is what its declared type allows. */
export function isAllowed(found: unknown, value: Value): boolean {
  if (found === null) return value.nullable || isJson(value.type);
  if (value.literals !== undefined && !value.literals.some((literal) => literal === found)) return false;
  if (value.json !== undefined && !fits(found, value.json, true)) return false;
  const { fields, type } = value;
  if (Array.isArray(found) && type.kind === 'array') {
    const elements: readonly unknown[] = found.flat(9);
    if (value.elementsNullable === false && elements.includes(null) && !isJson(type.element)) return false;
    return elements.every(
      (one) => one === null || (fields ? hasFields(one, fields) : isOfType(one, type.element)),
    );
  }
  return fields === undefined ? isOfType(found, type) : hasFields(found, fields);
}

/** Fields without names are the elements of a list. */
function hasFields(found: unknown, fields: readonly Field[]): boolean {
  if (typeof found !== 'object' || found === null) return false;
  return fields.every(({ name, value }, i) =>
    isAllowed(Array.isArray(found) ? found[i] : Reflect.get(found, name), value),
  );
}

/** JSON has a null of its own. */
function isJson(type: PgType): boolean {
  return type.kind === 'base' && (type.name === 'json' || type.name === 'jsonb');
}

function isOfType(found: unknown, type: PgType): boolean {
  switch (type.kind) {
    case 'domain':
      return isOfType(found, type.base);
    case 'enum':
      return type.labels.some((label) => label === found);
    case 'array':
      return Array.isArray(found);
    case 'composite':
      return hasFields(found, type.fields);
    case 'base':
      return kinds[type.name] === undefined || typeof found === kinds[type.name];
    default:
      return true;
  }
}

const kinds: Readonly<Record<string, string>> = {
  int2: 'number',
  int4: 'number',
  int8: 'bigint',
  float4: 'number',
  float8: 'number',
  numeric: 'string',
  text: 'string',
  varchar: 'string',
  bpchar: 'string',
  bool: 'boolean',
  date: 'string',
  uuid: 'string',
};
