import type { PgType } from './type.ts';

/**
 * A Postgres type as SQL writes it: `int4`, `text[]`, `billing.plan`, `"Odd name"`. Without its schema where
 * that is pg_catalog or on the search path.
 */
export function typeText(type: PgType, searchPath: readonly string[]): string {
  if (type.kind === 'array') return `${typeText(type.element, searchPath)}[]`;
  const name = quoted(type.name);
  const found = type.schema === 'pg_catalog' || searchPath.includes(type.schema);
  return found ? name : `${quoted(type.schema)}.${name}`;
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
