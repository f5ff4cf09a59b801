import { isOurs, notOfExtension, settings } from './catalog-query.ts';

/**
 * Constraints of tables and domains, but those that a partition or child only has from its parent. NOT NULL is a
 * fact of the column, also on PostgreSQL 18, which has a constraint for it: that is here only where it is not
 * validated or not inherited.
 */
export function constraints(major: number): string {
  const validated = `(con.contype <> 'n' OR NOT con.convalidated OR con.connoinherit)`;
  return `SELECT 'constraint' AS kind, n.nspname AS schema, coalesce(c.relname, t.typname) AS relation, con.conname AS name,
    pg_get_constraintdef(con.oid) AS definition,
    (SELECT ${settings('x.reloptions')} FROM pg_class x WHERE x.oid = con.conindid AND con.contype <> 'f') AS options,
    CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = con.conindid AND con.contype <> 'f' AND NOT i.indisvalid)
      THEN 'no' END AS valid,
    CASE WHEN ${major >= 18 ? 'con.conenforced AND' : ''} EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = con.oid AND g.tgisinternal AND g.tgenabled = 'D')
      THEN 'no' END AS enabled
  FROM pg_constraint con JOIN pg_namespace n ON n.oid = con.connamespace
    LEFT JOIN pg_class c ON c.oid = con.conrelid AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
      AND ${notOfExtension('pg_class', 'c.oid')}
    LEFT JOIN pg_type t ON t.oid = con.contypid AND ${notOfExtension('pg_type', 't.oid')}
  WHERE con.contype IN ('c', 'f', 'p', 'u', 'x', 'n') AND (c.oid IS NOT NULL OR t.oid IS NOT NULL) AND ${isOurs('n')}
    AND (con.contypid = 0 OR con.contype = 'c') AND (con.conislocal OR con.contypid <> 0) AND ${validated}`;
}

/** Indexes but those of constraints, and those of partitions that hang on their parent's. */
export const indexes = `SELECT 'index' AS kind, n.nspname AS schema, c.relname AS name, t.relname AS "table",
    pg_get_indexdef(c.oid) AS definition,
    CASE WHEN NOT i.indisvalid THEN 'no' END AS valid
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't' AND NOT c.relispartition
    AND ${isOurs('n')} AND ${notOfExtension('pg_class', 't.oid')}
    AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))`;

/** Extended statistics. */
export const statistics = `SELECT 'statistics' AS kind, n.nspname AS schema, s.stxname AS name, t.relname AS "table",
    pg_get_statisticsobjdef(s.oid) AS definition
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class t ON t.oid = s.stxrelid
  WHERE ${isOurs('n')} AND ${notOfExtension('pg_statistic_ext', 's.oid')}`;
