import { collationName, identifier, isOurs, notOfExtension, settings } from './catalog-query.ts';

/** Of a relation and of its TOAST table. */
const options = settings(`c.reloptions || ARRAY(
      SELECT 'toast.' || toast FROM pg_class t, unnest(t.reloptions) toast WHERE t.oid = c.reltoastrelid)`);

/** Tables, also partitioned and foreign ones. */
export const tables = `SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
    n.nspname AS schema, c.relname AS name,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
    CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS "partition by",
    CASE WHEN c.relispartition THEN
      (SELECT i.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i WHERE i.inhrelid = c.oid)
    END AS "partition of",
    CASE WHEN NOT c.relispartition THEN
      (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid)
    END AS inherits,
    CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END AS "of type",
    CASE WHEN c.relrowsecurity THEN 'enabled' || CASE WHEN c.relforcerowsecurity THEN ', forced' ELSE '' END
      WHEN c.relforcerowsecurity THEN 'disabled, forced' END AS "row security",
    CASE c.relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN
      (SELECT x.indexrelid::regclass::text FROM pg_index x WHERE x.indrelid = c.oid AND x.indisreplident) END AS "replica identity",
    CASE WHEN am.amname <> 'heap' THEN am.amname END AS "access method",
    ${options} AS options,
    (SELECT s.srvname || coalesce(' (' || ${settings('f.ftoptions')} || ')', '')
     FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) AS server
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
  WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** Of an identity column: its kind, and what its sequence does otherwise than one does by default. */
const identity = `CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END || coalesce(
  (SELECT ' (' || nullif(concat_ws(', ',
      'start ' || nullif(s.seqstart, CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END),
      'increment ' || nullif(s.seqincrement, 1),
      'minimum ' || nullif(s.seqmin, 1),
      'maximum ' || nullif(s.seqmax, CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
        ELSE 9223372036854775807 END),
      'cache ' || nullif(s.seqcache, 1),
      CASE WHEN s.seqcycle THEN 'cycle' END), '') || ')'
   FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
   WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid
     AND o.refobjsubid = a.attnum AND o.deptype = 'i'), '')`;

/** A column's options, without the counter that PGlite keeps among them from 0.5.17 on. */
const columnOptions = (column: string) =>
  `(SELECT array_agg(option) FROM unnest(${column}) option WHERE option !~ '^pg_attver=')`;

/** Columns of tables; those of a partition only where they differ from its parent's. */
export const columns = `SELECT 'column' AS kind, n.nspname AS schema, c.relname AS relation, a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type,
    CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END AS nullable,
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS "default",
    CASE a.attgenerated WHEN 's' THEN 'stored: ' WHEN 'v' THEN 'virtual: ' END || pg_get_expr(d.adbin, d.adrelid) AS generated,
    ${identity} AS identity,
    ${collationName('a.attcollation', 'a.atttypid')} AS collation,
    ${settings(`${columnOptions('a.attoptions')} || a.attfdwoptions`)} AS options
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_inherits i ON c.relispartition AND i.inhrelid = c.oid
    LEFT JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
    LEFT JOIN pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
  WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}
    AND (p.attrelid IS NULL OR a.attnotnull <> p.attnotnull
      OR pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid)
      OR ${columnOptions('a.attoptions')} IS DISTINCT FROM ${columnOptions('p.attoptions')})`;

/** Views and materialized ones. */
export const views = `SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind,
    n.nspname AS schema, c.relname AS name,
    rtrim(pg_get_viewdef(c.oid), ';') AS definition,
    (SELECT string_agg(concat_ws(' ', ${identifier('a.attname')}, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT string_agg(concat_ws(' ', ${identifier('a.attname')}, pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attname)
     FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = c.oid) AS defaults,
    CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'no' END AS populated,
    ${options} AS options
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** Sequences but those of identity columns, which are a fact of the column. */
export const sequences = `SELECT 'sequence' AS kind, n.nspname AS schema, c.relname AS name, owner.table,
    format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start, s.seqincrement::text AS increment,
    s.seqmin::text AS minimum, s.seqmax::text AS maximum, s.seqcache::text AS cache,
    CASE WHEN s.seqcycle THEN 'yes' END AS cycle,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
    owner.column AS "owned by"
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
      SELECT CASE WHEN t.relnamespace = c.relnamespace THEN t.relname END AS "table", t.oid::regclass || '.' || ${identifier('a.attname')} AS "column"
      FROM pg_depend o JOIN pg_class t ON t.oid = o.refobjid
        JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
      WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'a'
    ) owner ON true
  WHERE c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i')`;
