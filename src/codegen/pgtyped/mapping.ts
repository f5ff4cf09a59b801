/*
 * The types of values under @pgtyped/runtime, which hands everything to pg: results are what the
 * default parsers of pg make of them (pg-types, lib/textParsers.js), parameters what PgTyped declares
 * (@pgtyped/cli, src/types.ts) where pg can send that. docs/pgtyped.md lists where the two differ.
 */

import type { PgType } from '../../analysis/type.ts';

/** Types of results by the name in `pg_catalog`; pg leaves all others as text. */
export const results: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bytea: 'Buffer',
  circle: '{ x: number; y: number; radius: number }',
  date: 'Date',
  float4: 'number',
  float8: 'number',
  int2: 'number',
  int4: 'number',
  interval: 'PostgresInterval',
  json: 'Json',
  jsonb: 'Json',
  oid: 'number',
  point: '{ x: number; y: number }',
  timestamp: 'Date',
  timestamptz: 'Date',
};

/**
 * Types of the elements of arrays, by the element's name in `pg_catalog`; pg leaves all other arrays as
 * text, those of enums and of every type that is not built in among them.
 */
export const arrayResults: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bpchar: 'string',
  bytea: 'Buffer',
  cidr: 'string',
  date: 'Date',
  float4: 'number',
  float8: 'number',
  inet: 'string',
  int2: 'number',
  int4: 'number',
  int8: 'string',
  interval: 'PostgresInterval',
  json: 'Json',
  jsonb: 'Json',
  macaddr: 'string',
  money: 'string',
  // Not as numeric itself is: pg parses the elements, and rounds them.
  numeric: 'number',
  numrange: 'string',
  oid: 'number',
  point: '{ x: number; y: number }',
  regproc: 'string',
  text: 'string',
  time: 'string',
  timestamp: 'Date',
  timestamptz: 'Date',
  timetz: 'string',
  uuid: 'string',
  varchar: 'string',
};

/** What pg makes of a type that is not a domain, in the words of `results` and `arrayResults`. */
export function resultKind(type: PgType): string {
  if (type.kind === 'array') {
    const { element } = type;
    const name = 'name' in element && element.schema === 'pg_catalog' ? element.name : '';
    return Object.hasOwn(arrayResults, name) ? `${arrayResults[name]}[]` : 'string';
  }
  const isKnown = type.kind === 'base' && type.schema === 'pg_catalog' && Object.hasOwn(results, type.name);
  return (isKnown ? results[type.name] : undefined) ?? 'string';
}

/** Types of parameters by name in any schema; PgTyped accepts anything for all others. */
export const parameters: Readonly<Record<string, string>> = {
  bit: 'string',
  bool: 'boolean',
  bpchar: 'string',
  bytea: 'Buffer',
  char: 'string',
  cidr: 'string',
  citext: 'string',
  date: 'DateOrString',
  float4: 'number',
  float8: 'number',
  inet: 'string',
  int2: 'number',
  int4: 'number',
  int8: 'NumberOrString',
  interval: 'string | PostgresInterval',
  json: 'Json',
  jsonb: 'Json',
  macaddr: 'string',
  macaddr8: 'string',
  money: 'string',
  name: 'string',
  numeric: 'NumberOrString',
  point: 'string',
  text: 'string',
  time: 'string',
  timestamp: 'DateOrString',
  timestamptz: 'DateOrString',
  timetz: 'string',
  tsvector: 'string',
  uuid: 'string',
  varchar: 'string',
};

/** What the names above represent, where TypeScript does not know them: declared in each file that uses them. */
export const aliases: Readonly<Record<string, string>> = {
  DateOrString: 'Date | string',
  Json: 'null | boolean | number | string | Json[] | { [key: string]: Json }',
  NumberOrString: 'number | string',
  // The class of the package postgres-interval 1, which pg returns and takes.
  PostgresInterval: `{
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
  toPostgres(): string;
  toISO(): string;
  toISOString(): string;
}`,
};
