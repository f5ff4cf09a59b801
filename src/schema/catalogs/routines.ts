import { isOurs, notOfExtension, settings } from './catalog-query.ts';

/** The types that a call resolves by. */
const suffix = `'(' || oidvectortypes(p.proargtypes) || ')' AS suffix`;
const from = `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`;
// A range type makes its constructors itself.
const where = `${isOurs('n')} AND ${notOfExtension('pg_proc', 'p.oid')}
  AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')`;

export const routines = `SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
    n.nspname AS schema, p.proname AS name, ${suffix},
    nullif(pg_get_function_arguments(p.oid), '') AS arguments,
    pg_get_function_result(p.oid) AS returns,
    l.lanname AS language,
    CASE p.prokind WHEN 'w' THEN 'yes' END AS "window",
    CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END AS volatility,
    CASE WHEN p.proisstrict THEN 'yes' END AS strict,
    CASE WHEN p.prosecdef THEN 'definer' END AS security,
    CASE WHEN p.proleakproof THEN 'yes' END AS leakproof,
    CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END AS parallel,
    CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost::text END AS cost,
    CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows::text END AS rows,
    nullif(p.prosupport, 0)::regproc::text AS support,
    ${settings('p.proconfig')} AS settings,
    coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body,
    p.probin AS library
  ${from} JOIN pg_language l ON l.oid = p.prolang WHERE p.prokind <> 'a' AND ${where}`;

export const aggregateFunctions = `SELECT 'aggregate' AS kind, n.nspname AS schema, p.proname AS name, ${suffix},
    nullif(pg_get_function_arguments(p.oid), '') AS arguments,
    CASE a.aggkind WHEN 'o' THEN 'ordered set' WHEN 'h' THEN 'hypothetical set' END AS "aggregate kind",
    pg_get_function_result(p.oid) AS returns,
    format_type(a.aggtranstype, NULL) AS "state type", a.agginitval AS "initial state",
    nullif(a.aggtransfn, 0)::regproc::text AS "state function",
    nullif(a.aggfinalfn, 0)::regproc::text AS "final function",
    nullif(a.aggcombinefn, 0)::regproc::text AS "combine function",
    nullif(a.aggserialfn, 0)::regproc::text AS "serial function",
    nullif(a.aggdeserialfn, 0)::regproc::text AS "deserial function",
    nullif(a.aggmtransfn, 0)::regproc::text AS "moving state function",
    nullif(a.aggminvtransfn, 0)::regproc::text AS "moving inverse function",
    nullif(a.aggmfinalfn, 0)::regproc::text AS "moving final function",
    nullif(a.aggsortop, 0)::regoperator::text AS "sort operator",
    CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END AS parallel
  ${from} JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE ${where}`;

export const operators = `SELECT 'operator' AS kind,
    n.nspname AS schema, NULL AS name,
    '.' || o.oprname || '(' || concat_ws(', ', CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END, format_type(o.oprright, NULL)) || ')' AS suffix,
    nullif(o.oprcode, 0)::regprocedure::text AS function,
    nullif(o.oprcom, 0)::regoperator::text AS commutator, nullif(o.oprnegate, 0)::regoperator::text AS negator,
    nullif(o.oprrest, 0)::regproc::text AS restrict, nullif(o.oprjoin, 0)::regproc::text AS join,
    CASE WHEN o.oprcanmerge THEN 'yes' END AS merges, CASE WHEN o.oprcanhash THEN 'yes' END AS hashes
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE o.oprcode <> 0 AND ${isOurs('n')} AND ${notOfExtension('pg_operator', 'o.oid')}`;

/** Casts made by hand; those between a type and its own parts Postgres makes itself. */
export const casts = `SELECT 'cast' AS kind, NULL AS schema, NULL AS name,
    format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS suffix,
    CASE c.castmethod WHEN 'f' THEN c.castfunc::regprocedure::text WHEN 'i' THEN 'input and output' ELSE 'binary' END AS method,
    CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment' ELSE 'explicit' END AS context
  FROM pg_cast c
  WHERE c.oid >= 16384 AND ${notOfExtension('pg_cast', 'c.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass AND i.objid = c.oid AND i.deptype = 'i')`;
