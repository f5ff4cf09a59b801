/*
 * The types of values under @pgtyped/runtime, which hands everything to pg: results are what the
 * default parsers of pg make of them (pg-types, lib/textParsers.js), parameters what PgTyped declares
 * (@pgtyped/cli, src/types.ts) where pg can send that. docs/pgtyped.md lists where the two differ.
 */

import type { PgType } from '../../analysis/type.ts';
import { knownTypes } from '../../built-in-types.ts';

/** Types of results by the name in `pg_catalog`; pg leaves all others as text. */
export const results = typesOf('result');

/**
 * Types of the elements of arrays, by the element's name in `pg_catalog`; pg leaves all other arrays as
 * text, those of enums and of every type that is not built in among them.
 */
export const arrayResults = typesOf('element');

/** Types of parameters by name in any schema; PgTyped accepts anything for all others. */
export const parameters = typesOf('parameter');

function typesOf(use: 'result' | 'element' | 'parameter'): Readonly<Record<string, string>> {
  const found = knownTypes.flatMap(([name, { pgtyped }]) => {
    const type = pgtyped?.[use];
    return type === undefined ? [] : [[name, type] as const];
  });
  return Object.fromEntries(found);
}

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

/** What the names of these types represent, where TypeScript does not know them: declared in each file that uses them. */
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
