import type { PgType } from './type.ts';

/**
 * A type as SQL names it, quoted where it must be: `int4`, `"public"."job_status"[]`.
 * Null for pseudo-types, to which nothing can be cast.
 */
export function sqlTypeName(type: PgType): string | null {
  if (type.kind === 'array') {
    const element = sqlTypeName(type.element);
    return element === null ? null : `${element}[]`;
  }
  if (type.schema !== 'pg_catalog') return `${quoted(type.schema)}.${quoted(type.name)}`;
  if (pseudoTypes.test(type.name)) return null;
  return /^[a-z_][a-z0-9_]*$/.test(type.name) && !otherUnquoted.has(type.name)
    ? type.name
    : quoted(type.name);
}

// `char` and `bit` are `character(1)` and `bit(1)`.
const otherUnquoted: ReadonlySet<string> = new Set(['char', 'bit']);

// PostgreSQL documentation, 8.21.
const pseudoTypes =
  /^(any.*|cstring|internal|language_handler|fdw_handler|index_am_handler|table_am_handler|tsm_handler|record|trigger|event_trigger|pg_ddl_command|void|unknown)$/;

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
