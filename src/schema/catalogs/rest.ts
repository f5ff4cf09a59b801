import { isOurs, notOfExtension } from './catalog-query.ts';

export const schemas = `SELECT 'schema' AS kind, NULL AS schema, n.nspname AS name
  FROM pg_namespace n WHERE ${isOurs('n')} AND ${notOfExtension('pg_namespace', 'n.oid')}`;

/** The version is a fact where it is not the one that the server would install. */
export const extensions = `SELECT 'extension' AS kind, NULL AS schema, e.extname AS name,
    CASE WHEN e.extversion <> a.default_version THEN e.extversion END AS version,
    CASE WHEN e.extrelocatable THEN n.nspname END AS "in schema"
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    LEFT JOIN pg_available_extensions a ON a.name = e.extname`;

/** Those of partitions that come from their parent's are omitted. */
export const triggers = `SELECT 'trigger' AS kind, n.nspname AS schema, c.relname AS relation, t.tgname AS name,
    pg_get_triggerdef(t.oid) AS definition,
    CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}
    AND ${notOfExtension('pg_trigger', 't.oid')}`;

export const eventTriggers = `SELECT 'event trigger' AS kind, NULL AS schema, t.evtname AS name, t.evtevent AS event,
    (SELECT string_agg(tag, ', ' ORDER BY tag) FROM unnest(t.evttags) tag) AS tags, t.evtfoid::regprocedure::text AS function,
    CASE t.evtenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
  FROM pg_event_trigger t WHERE ${notOfExtension('pg_event_trigger', 't.oid')}`;

export const rules = `SELECT 'rule' AS kind, n.nspname AS schema, c.relname AS relation, r.rulename AS name,
    pg_get_ruledef(r.oid) AS definition,
    CASE r.ev_enabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

export const policies = `SELECT 'policy' AS kind, n.nspname AS schema, c.relname AS relation, p.polname AS name,
    CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
    CASE WHEN NOT p.polpermissive THEN 'restrictive' END AS mode,
    (SELECT string_agg(coalesce(r.rolname, 'public'), ', ' ORDER BY coalesce(r.rolname, 'public'))
     FROM unnest(p.polroles) role LEFT JOIN pg_roles r ON r.oid = role) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;
