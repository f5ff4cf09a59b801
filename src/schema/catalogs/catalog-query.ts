import type { SchemaKind } from '../schema-object.ts';

/** The columns of a catalog's query that say which object a row is about; all others are its facts. */
export const identityColumns = ['kind', 'schema', 'relation', 'name', 'suffix', 'table'] as const;

/** A row of a catalog's query; NULL is a fact at its default. */
export type CatalogRow = Readonly<Record<string, string | null>> & {
  readonly kind: SchemaKind;
  /** The first parts of the qualified name. */
  readonly schema: string | null;
  readonly relation?: string | null;
  /** NULL: it is in the suffix. */
  readonly name: string | null;
  /** Follows the name as it is: a function's argument types. */
  readonly suffix?: string | null;
  /** The table in the same schema that it belongs to, where that is not `relation`. */
  readonly table?: string | null;
};

/** A condition: the schema is not one of Postgres's own. */
export function isOurs(namespace: string): string {
  return `${namespace}.nspname !~ '^pg_' AND ${namespace}.nspname <> 'information_schema'`;
}

/** A condition: no extension owns the object (PostgreSQL documentation, 52.18: DEPENDENCY_EXTENSION). */
export function notOfExtension(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}

/** An expression: the collation's name where it is not the type's own, else NULL. */
export function collationName(collation: string, type: string): string {
  return `(SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE co.oid = ${collation} AND ${collation} <> (SELECT typcollation FROM pg_type WHERE oid = ${type}))`;
}

/** An expression: an identifier, quoted where its characters need it; quote_ident depends on the major's keywords. */
export function identifier(name: string): string {
  return `CASE WHEN ${name} ~ '^[a-z_][a-z0-9_$]*$' THEN ${name} ELSE '"' || replace(${name}, '"', '""') || '"' END`;
}

/** An expression: settings `a=1, b=2` in the order of their names. */
export function settings(list: string): string {
  return `(SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(${list}) option)`;
}
