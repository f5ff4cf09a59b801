import type { PgType } from '../analysis/type.ts';
import { knownTypes, type Mapping, typeInfo } from '../built-in-types.ts';

/** The text that Postgres prints: what every type can be had as. */
export const asText: Mapping = { type: 'string', codec: 'text' };

/** All built-in types that are more than text, by name in `pg_catalog`. */
export const mappedTypes: readonly string[] = knownTypes
  .filter(([, { mappings }]) => mappings !== undefined)
  .map(([name]) => name);

/** How a base type is had in TypeScript if nothing else is asked for: what the table does not know, as text. */
export function defaultMapping(type: TypeName): Mapping {
  return known(type)?.[0] ?? asText;
}

/**
 * All ways to have a base type in TypeScript, the default first. Every type can be had as the text that
 * Postgres prints.
 */
export function mappings(type: TypeName): readonly Mapping[] {
  const own = known(type) ?? [];
  return own.some((mapping) => mapping.type === 'string') ? own : [...own, asText];
}

interface TypeName {
  readonly schema: string;
  readonly name: string;
}

function known({ schema, name }: TypeName): readonly Mapping[] | undefined {
  return schema === 'pg_catalog' ? typeInfo(name)?.mappings : undefined;
}

export function isJsonType(type: PgType): boolean {
  return (
    type.kind === 'base' && type.schema === 'pg_catalog' && (type.name === 'json' || type.name === 'jsonb')
  );
}
