import { collationName, identifier, isOurs, notOfExtension } from './catalog-query.ts';

const from = `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`;
const where = `${isOurs('n')} AND ${notOfExtension('pg_type', 't.oid')}`;

export const enums = `SELECT 'enum' AS kind, n.nspname AS schema, t.typname AS name,
    (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid) AS labels
  ${from} WHERE t.typtype = 'e' AND ${where}`;

export const domains = `SELECT 'domain' AS kind, n.nspname AS schema, t.typname AS name,
    format_type(t.typbasetype, t.typtypmod) AS type,
    CASE WHEN t.typnotnull THEN 'no' ELSE 'yes' END AS nullable,
    t.typdefault AS "default",
    ${collationName('t.typcollation', 't.typbasetype')} AS collation
  ${from} WHERE t.typtype = 'd' AND ${where}`;

/** The order of a composite type's attributes is part of what its values look like. */
export const composites = `SELECT 'composite type' AS kind, n.nspname AS schema, t.typname AS name,
    (SELECT string_agg(concat_ws(' ', ${identifier('a.attname')}, format_type(a.atttypid, a.atttypmod),
        'COLLATE ' || ${collationName('a.attcollation', 'a.atttypid')}), ', ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes
  ${from} JOIN pg_class c ON c.oid = t.typrelid WHERE t.typtype = 'c' AND c.relkind = 'c' AND ${where}`;

export const ranges = `SELECT 'range type' AS kind, n.nspname AS schema, t.typname AS name,
    format_type(r.rngsubtype, NULL) AS subtype,
    ${collationName('r.rngcollation', 'r.rngsubtype')} AS collation,
    (SELECT format('%I.%I', cn.nspname, c.opcname) FROM pg_opclass c JOIN pg_namespace cn ON cn.oid = c.opcnamespace
     WHERE c.oid = r.rngsubopc AND NOT c.opcdefault) AS "operator class",
    nullif(r.rngcanonical, 0)::regproc::text AS canonical, nullif(r.rngsubdiff, 0)::regproc::text AS difference,
    format_type(r.rngmultitypid, NULL) AS multirange
  ${from} JOIN pg_range r ON r.rngtypid = t.oid WHERE t.typtype = 'r' AND ${where}`;

export const baseTypes = `SELECT 'base type' AS kind, n.nspname AS schema, t.typname AS name,
    t.typinput::text AS input, t.typoutput::text AS output, nullif(t.typreceive, 0)::regproc::text AS receive,
    nullif(t.typsend, 0)::regproc::text AS send, t.typlen::text AS length, t.typcategory::text AS category, t.typdefault AS "default"
  ${from} WHERE t.typtype = 'b' AND t.typisdefined AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND ${where}`;

/** A row as JSON: majors differ in the columns' names. */
export const collations = `SELECT 'collation' AS kind, n.nspname AS schema, t.collname AS name,
    CASE t.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' ELSE 'default' END AS provider,
    coalesce(j ->> 'colllocale', j ->> 'colliculocale', t.collcollate) AS locale,
    CASE WHEN t.collprovider = 'c' AND t.collctype <> t.collcollate THEN t.collctype END AS "character type",
    CASE WHEN NOT t.collisdeterministic THEN 'no' END AS deterministic,
    j ->> 'collicurules' AS rules
  FROM pg_collation t JOIN pg_namespace n ON n.oid = t.collnamespace CROSS JOIN LATERAL to_jsonb(t) j
  WHERE ${isOurs('n')} AND ${notOfExtension('pg_collation', 't.oid')}`;
