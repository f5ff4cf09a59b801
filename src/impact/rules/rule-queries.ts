/** Routine.key of a function. */
const functionKey = (schema: string, func: string) => `${schema}.nspname || '.' || ${func}.proname || '(' ||
      pg_catalog.array_to_string(ARRAY(
        SELECT type_schema.nspname || '.' || type.typname
        FROM pg_catalog.unnest(${func}.proargtypes::pg_catalog.oid[]) WITH ORDINALITY argument(type, n)
        JOIN pg_catalog.pg_type type ON type.oid = argument.type
        JOIN pg_catalog.pg_namespace type_schema ON type_schema.oid = type.typnamespace
        ORDER BY argument.n), ', ') || ')'`;

/** The keys of the functions and views that something depends on, by what pg_depend says of it. */
const dependsOn = (catalog: string, object: string) => `ARRAY(
      SELECT ${functionKey('called_schema', 'called')}
      FROM pg_catalog.pg_depend dep LEFT JOIN pg_catalog.pg_operator op
        ON dep.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND op.oid = dep.refobjid
      JOIN pg_catalog.pg_proc called ON called.oid = CASE dep.refclassid
        WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN dep.refobjid ELSE op.oprcode::pg_catalog.oid END
      JOIN pg_catalog.pg_namespace called_schema ON called_schema.oid = called.pronamespace
      WHERE dep.classid = ${catalog} AND dep.objid = ${object} AND called.oid >= 16384
      UNION
      SELECT read_schema.nspname || '.' || read.relname
      FROM pg_catalog.pg_depend dep JOIN pg_catalog.pg_class read ON read.oid = dep.refobjid AND read.relkind = 'v'
      JOIN pg_catalog.pg_namespace read_schema ON read_schema.oid = read.relnamespace
      WHERE dep.classid = ${catalog} AND dep.objid = ${object}
        AND dep.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND read.oid >= 16384
      ORDER BY 1)`;

/** Routine.properties. */
const propertiesOf = (func: string) => `pg_catalog.concat_ws(' ',
      CASE ${func}.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
      CASE WHEN ${func}.proisstrict THEN 'STRICT' END,
      CASE WHEN ${func}.prosecdef THEN 'SECURITY DEFINER ' || pg_catalog.pg_get_userbyid(${func}.proowner) END,
      (SELECT pg_catalog.string_agg('SET ' || o.setting, ' ' ORDER BY o.n)
       FROM pg_catalog.unnest(${func}.proconfig) WITH ORDINALITY o(setting, n)))`;

/** What a function does, beside its properties: its text, or the functions of an aggregate. */
const actionOf = (func: string) => `coalesce(pg_catalog.pg_get_function_sqlbody(${func}.oid),
      (SELECT pg_catalog.concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.agginitval)
       FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = ${func}.oid),
      ${func}.prosrc)`;

/** TableColumn's. 16384 is the first OID that initdb does not hand out (src/include/access/transam.h). */
export const columnsQuery = `
  SELECT c.oid || '.' || a.attnum AS id, n.nspname AS schema, c.relname AS "table", a.attname AS "column",
    pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, tn.nspname || '.' || t.typname AS "typeName",
    (SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation) AS collation,
    (WITH RECURSIVE below (oid, modifier) AS (
       SELECT a.atttypid, a.atttypmod
       UNION ALL
       SELECT d.typbasetype, d.typtypmod FROM below JOIN pg_catalog.pg_type d ON d.oid = below.oid WHERE d.typtype = 'd')
     SELECT pg_catalog.format_type(below.oid, below.modifier)
     FROM below JOIN pg_catalog.pg_type b ON b.oid = below.oid WHERE b.typtype <> 'd') AS "baseType",
    a.attnotnull OR t.typnotnull AS "notNull",
    NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
      AND k.conkey[1] = a.attnum AND NOT k.convalidated) AS "isValidated",
    a.attinhcount > 0 AND (NOT a.attnotnull OR EXISTS (
      SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent
      WHERE i.inhrelid = c.oid AND p.attname = a.attname AND p.attnotnull)) AS inherited,
    CASE WHEN a.attgenerated = '' THEN coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), t.typdefault) END AS "default",
    a.attidentity <> '' OR a.attgenerated <> '' AS automatic,
    ARRAY(SELECT o.attname::text FROM pg_catalog.pg_depend g
          JOIN pg_catalog.pg_attribute o ON o.attrelid = g.refobjid AND o.attnum = g.refobjsubid
          WHERE a.attgenerated <> ''
            AND ((g.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND g.objid = d.oid)
              OR (g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND g.objid = c.oid AND g.objsubid = a.attnum))
            AND g.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND g.refobjid = c.oid AND o.attnum <> a.attnum
          ORDER BY o.attnum) AS "computedFrom",
    CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS generated,
    a.attgenerated <> 'v' AS "isStored",
    (SELECT pg_catalog.array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
     WHERE e.enumtypid = a.atttypid) AS labels,
    CASE WHEN d.oid IS NULL THEN '{}' ELSE ${dependsOn("'pg_catalog.pg_attrdef'::pg_catalog.regclass", 'd.oid')} END AS calls
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.oid, a.attnum`;

/** What makes different values of a key equal: a collation, citext, the blanks of char(n); '' where nothing does. */
const coarseness = `
      pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.concat_ws(' ', CASE WHEN NOT l.collisdeterministic THEN l.collname END,
          CASE WHEN o.oid >= 16384 OR o.opcname = 'bpchar_ops' THEN o.opcname END)
        FROM pg_catalog.generate_series(0, indnkeyatts - 1) k(n)
        JOIN pg_catalog.pg_opclass o ON o.oid = indclass[k.n]
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = indcollation[k.n]
        ORDER BY k.n), '')`;

/** The queries of a view and of all views that it reads. */
const viewDefinitions = `
      (WITH RECURSIVE below (oid) AS (
         SELECT c.oid
         UNION
         SELECT d.refobjid FROM below JOIN pg_catalog.pg_rewrite r ON r.ev_class = below.oid
         JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
           AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
         JOIN pg_catalog.pg_class v ON v.oid = d.refobjid AND v.relkind = 'v')
       SELECT pg_catalog.string_agg(pg_catalog.pg_get_viewdef(below.oid), '' ORDER BY below.oid) FROM below)`;

/** Privileges by the names that queries use: a table that takes another's name has its own. An owner has all of them. */
const granted = `
      SELECT c.oid, n.nspname || '.' || c.relname AS name, '{}'::int2[] AS numbers, x.grantee, x.privilege_type AS privilege
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
        pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) x
      WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      UNION ALL
      SELECT c.oid, n.nspname || '.' || c.relname || '.' || a.attname, ARRAY[a.attnum], x.grantee, x.privilege_type
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid, pg_catalog.aclexplode(a.attacl) x
      WHERE c.oid >= 16384`;

/** Of a pg_constraint; NOT ENFORCED came with PostgreSQL 18. */
const isEnforced = "pg_catalog.pg_get_constraintdef(oid) !~ ' NOT ENFORCED'";

const written = `ARRAY['insert', 'update']`;

/**
 * Rule's, except `onDefaults`. Bits of `tgtype`: 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE (src/include/catalog/pg_trigger.h).
 * Of `ev_type`: 1 SELECT, 2 UPDATE, 3 INSERT, 4 DELETE (src/include/nodes/nodes.h).
 */
export const rulesQuery = `
  WITH found (relation, kind, id, name, numbers, definition, body, events, inherited, condition) AS (
    SELECT conrelid, CASE contype WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion' ELSE 'foreign key' END,
      'constraint ' || oid, conname::text, conkey, pg_catalog.pg_get_constraintdef(oid), '', ${written},
      coninhcount > 0, pg_catalog.pg_get_expr(conbin, conrelid)
    FROM pg_catalog.pg_constraint WHERE contype IN ('c', 'x', 'f') AND conrelid <> 0 AND ${isEnforced}
    UNION ALL
    SELECT confrelid, 'foreign key', 'reference ' || oid, conname::text, confkey,
      pg_catalog.pg_get_constraintdef(oid) || ' of ' || conrelid::pg_catalog.regclass, '', ARRAY['update', 'delete', 'truncate'],
      conparentid <> 0, NULL
    FROM pg_catalog.pg_constraint WHERE contype = 'f' AND ${isEnforced}
    UNION ALL
    SELECT a.attrelid, 'check', 'domain ' || k.oid || ' ' || a.attrelid || '.' || a.attnum, k.conname::text,
      ARRAY[a.attnum], pg_catalog.pg_get_constraintdef(k.oid), '', ${written}, a.attinhcount > 0,
      pg_catalog.pg_get_expr(k.conbin, 0)
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a ON a.atttypid = k.contypid
    WHERE k.contype = 'c' AND k.contypid <> 0 AND NOT a.attisdropped
    UNION ALL
    SELECT indrelid, 'unique', 'index ' || indexrelid, i.relname::text,
      ARRAY(SELECT key FROM pg_catalog.unnest(indkey::int2[]) WITH ORDINALITY k(key, n)
            WHERE n <= indnkeyatts AND key <> 0),
      'UNIQUE ' || pg_catalog.substring(pg_catalog.pg_get_indexdef(indexrelid), '\\(.*'),
      ${coarseness}, ${written}, i.relispartition, NULL
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class i ON i.oid = indexrelid
    WHERE indisunique AND indisready
    UNION ALL
    SELECT indrelid, 'index', 'index ' || indexrelid, i.relname::text,
      ARRAY(SELECT DISTINCT dep.refobjsubid::int2 FROM pg_catalog.pg_depend dep
            WHERE dep.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND dep.objid = indexrelid
              AND dep.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND dep.refobjid = indrelid AND dep.refobjsubid > 0),
      pg_catalog.concat_ws(' WHERE ', pg_catalog.pg_get_expr(indexprs, indrelid), pg_catalog.pg_get_expr(indpred, indrelid)),
      '', ${written}, i.relispartition, NULL
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class i ON i.oid = indexrelid
    WHERE indisready AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
    UNION ALL
    SELECT c.oid, 'publication', 'publication ' || c.oid, '', '{}', 'published without a replica identity', '',
      pg_catalog.array_remove(ARRAY[CASE WHEN pg_catalog.bool_or(b.pubupdate) THEN 'update' END,
        CASE WHEN pg_catalog.bool_or(b.pubdelete) THEN 'delete' END], NULL), false, NULL
    FROM pg_catalog.pg_publication_tables t JOIN pg_catalog.pg_publication b ON b.pubname = t.pubname
    JOIN pg_catalog.pg_namespace s ON s.nspname = t.schemaname
    JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid AND c.relname = t.tablename
    WHERE c.relreplident = 'n' OR (c.relreplident <> 'f' AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_index x
      WHERE x.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN x.indisprimary ELSE x.indisreplident END))
    GROUP BY c.oid
    UNION ALL
    SELECT c.oid, 'privilege', 'rights ' || c.oid, '', '{}',
      CASE WHEN coalesce((SELECT o.option_value::bool FROM pg_catalog.pg_options_to_table(c.reloptions) o
                          WHERE o.option_name = 'security_invoker'), false) THEN 'as its user'
        WHEN r.rolsuper THEN 'as a superuser' ELSE 'as ' || r.rolname END,
      '', ARRAY['select', 'insert', 'update', 'delete'], false, NULL
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'v'
    UNION ALL
    SELECT t.tgrelid, 'trigger', 'trigger ' || t.oid, t.tgname::text, t.tgattr::int2[],
      pg_catalog.pg_get_triggerdef(t.oid), ${propertiesOf('p')} || ' ' || ${actionOf('p')},
      pg_catalog.array_remove(ARRAY[CASE WHEN tgtype & 4 <> 0 THEN 'insert' END,
        CASE WHEN tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN tgtype & 16 <> 0 THEN 'update' END,
        CASE WHEN tgtype & 32 <> 0 THEN 'truncate' END], NULL), tgparentid <> 0, NULL
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
    UNION ALL
    SELECT ev_class, 'rule', 'rule ' || oid, rulename::text, '{}', pg_catalog.pg_get_ruledef(oid), '',
      ARRAY[CASE ev_type WHEN '2' THEN 'update' WHEN '3' THEN 'insert' ELSE 'delete' END], false, NULL
    FROM pg_catalog.pg_rewrite WHERE ev_type <> '1' AND ev_enabled IN ('O', 'A')
    UNION ALL
    SELECT c.oid, 'check option', 'check option ' || c.oid, '', '{}',
      'WITH ' || pg_catalog.upper(o.option_value) || ' CHECK OPTION', ${viewDefinitions}, ${written}, false, NULL
    FROM pg_catalog.pg_class c, pg_catalog.pg_options_to_table(c.reloptions) o
    WHERE c.relkind = 'v' AND o.option_name = 'check_option'
    UNION ALL
    SELECT oid, 'materialized view', 'materialized view ' || oid, '', '{}', 'WITH NO DATA', '', ARRAY['select'], false, NULL
    FROM pg_catalog.pg_class WHERE relkind = 'm' AND NOT relispopulated
    UNION ALL
    SELECT partrelid, 'partition', 'no partition ' || partrelid, '', partattrs::int2[], 'without a DEFAULT partition', '',
      ${written}, false, NULL
    FROM pg_catalog.pg_partitioned_table WHERE partstrat <> 'h' AND partdefid = 0
    UNION ALL
    SELECT p.polrelid, 'policy', 'policy ' || p.oid, p.polname::text, '{}',
      pg_catalog.concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
        'USING ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid),
        'WITH CHECK ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
      pg_catalog.array_to_string(ARRAY(
        SELECT CASE r.oid WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(r.oid)::text END
        FROM pg_catalog.unnest(p.polroles) r(oid) ORDER BY 1), E'\\n'),
      CASE p.polcmd WHEN 'r' THEN ARRAY['select'] WHEN 'a' THEN ARRAY['insert'] WHEN 'w' THEN ARRAY['update']
        WHEN 'd' THEN ARRAY['delete'] ELSE ARRAY['select', 'insert', 'update', 'delete'] END, false, NULL
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid AND c.relrowsecurity
    UNION ALL
    SELECT oid, 'row security', 'row security ' || oid, '', '{}',
      CASE WHEN relforcerowsecurity THEN 'forced on the owner too' ELSE 'enabled' END, '',
      ARRAY['select', 'insert', 'update', 'delete'], false, NULL
    FROM pg_catalog.pg_class WHERE relrowsecurity
    UNION ALL
    SELECT g.oid, 'privilege', 'privilege ' || g.name || ' ' || g.grantee || ' ' || g.privilege,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee)::text END, g.numbers,
      g.privilege, '', ARRAY[pg_catalog.lower(g.privilege)], false, NULL
    FROM (${granted}) g
    WHERE g.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.oid = g.grantee AND s.rolsuper)
    UNION ALL
    SELECT h.inhparent, 'partition', 'partition ' || h.inhrelid, p.relname::text, '{}',
      coalesce(pg_catalog.pg_get_expr(p.relpartbound, p.oid), 'INHERITS'), '',
      CASE WHEN p.relispartition THEN ARRAY['select', 'insert', 'update'] ELSE ARRAY['select', 'update', 'delete'] END, false, NULL
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhrelid
    WHERE NOT h.inhdetachpending AND p.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT p.oid, 'check', 'bounds ' || p.oid || ' ' || pg_catalog.pg_get_expr(p.relpartbound, p.oid), 'partition bounds',
      ARRAY(SELECT own.attnum FROM pg_catalog.pg_partitioned_table k
            JOIN pg_catalog.pg_attribute key ON key.attrelid = k.partrelid AND key.attnum = ANY (k.partattrs::int2[])
            JOIN pg_catalog.pg_attribute own ON own.attrelid = p.oid AND own.attname = key.attname
            WHERE k.partrelid = h.inhparent),
      pg_catalog.pg_get_expr(p.relpartbound, p.oid), '', ${written}, true, NULL
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhrelid
    WHERE p.relispartition AND NOT h.inhdetachpending
  )
  SELECT f.kind, f.id, n.nspname AS schema, c.relname AS "table", f.name,
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum = ANY (f.numbers) ORDER BY a.attname) AS columns,
    f.definition, f.body, f.events, f.inherited, f.condition,
    f.id LIKE 'domain %' AS "ofDomain",
    CASE WHEN o.catalog IS NULL THEN '{}' ELSE ${dependsOn('o.catalog', "pg_catalog.split_part(f.id, ' ', 2)::pg_catalog.oid")} END AS calls
  FROM found f JOIN pg_catalog.pg_class c ON c.oid = f.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (VALUES ('constraint', 'pg_catalog.pg_constraint'::pg_catalog.regclass), ('domain', 'pg_catalog.pg_constraint'),
    ('index', 'pg_catalog.pg_class'), ('trigger', 'pg_catalog.pg_trigger'), ('rule', 'pg_catalog.pg_rewrite'),
    ('policy', 'pg_catalog.pg_policy')) o(kind, catalog) ON o.kind = pg_catalog.split_part(f.id, ' ', 1)
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  ORDER BY n.nspname, c.relname, f.kind, f.name, f.id`;

function action(column: string): string {
  return `CASE ${column} WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set' WHEN 'd' THEN 'set' ELSE 'none' END`;
}

/** Reference's. Where SET NULL names some of the columns (PostgreSQL 15), all of the key are taken. */
export const referencesQuery = `
  SELECT n.nspname AS schema, c.relname AS "table",
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey) ORDER BY a.attnum) AS columns,
    rn.nspname AS "referencedSchema", r.relname AS "referencedTable",
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = r.oid AND a.attnum = ANY (k.confkey) ORDER BY a.attnum) AS "referencedColumns",
    ${action('k.confdeltype')} AS "onDelete", ${action('k.confupdtype')} AS "onUpdate"
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0
  ORDER BY k.oid`;

/** TableLink's. */
export const childrenQuery = `
  SELECT h.inhparent || '.' || h.inhrelid AS id, n.nspname AS schema, p.relname AS "table", cn.nspname AS "childSchema", c.relname AS "childTable",
    c.relispartition AS "isPartition",
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = p.oid AND a.attnum > 0 AND (a.attnum = ANY (t.partattrs::int2[]) OR 0 = ANY (t.partattrs::int2[]))
          ORDER BY a.attnum) AS "keyColumns"
  FROM pg_catalog.pg_inherits h
  JOIN pg_catalog.pg_class p ON p.oid = h.inhparent AND p.relkind IN ('r', 'p')
  JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
  JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_partitioned_table t ON t.partrelid = p.oid
  ORDER BY h.inhparent, h.inhrelid`;

/** Routine's. */
export const routinesQuery = `
  SELECT p.oid::text AS id, n.nspname AS schema, p.proname AS name, ${functionKey('n', 'p')} AS key,
    ${actionOf('p')} AS action, ${propertiesOf('p')} AS properties, p.xmin::text AS version,
    (SELECT rn.nspname || '.' || rc.relname FROM pg_catalog.pg_type rt JOIN pg_catalog.pg_class rc ON rc.oid = rt.typrelid
     JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace WHERE rt.oid = p.prorettype) AS "rowOf",
    CASE WHEN l.lanname IN ('plpgsql', 'sql') THEN coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) ELSE '' END AS body,
    CASE WHEN l.lanname NOT IN ('plpgsql', 'sql') THEN 'opaque' WHEN p.prosqlbody IS NULL THEN 'text' ELSE 'parsed' END AS kind,
    ${dependsOn("'pg_catalog.pg_proc'::pg_catalog.regclass", 'p.oid')} AS calls,
    CASE WHEN p.prosecdef THEN
      ARRAY(SELECT 'PUBLIC' WHERE NOT o.rolsuper
            UNION ALL
            SELECT r.rolname::text FROM pg_catalog.pg_roles r
            WHERE NOT o.rolsuper AND pg_catalog.pg_has_role(o.oid, r.oid, 'USAGE')) END AS grantees
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
  WHERE p.oid >= 16384
  UNION ALL
  SELECT c.oid::text, n.nspname, c.relname, n.nspname || '.' || c.relname, '', '', '', NULL, pg_catalog.pg_get_viewdef(c.oid), 'view',
    ${dependsOn("'pg_catalog.pg_rewrite'::pg_catalog.regclass", 'r.oid')}, NULL
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
  WHERE c.oid >= 16384 AND c.relkind = 'v'
  ORDER BY 2, 3, 4`;

/** Grant's. An owner has all of them. */
export const grantsQuery = `
  WITH granted (kind, schema, name, key, role, privilege) AS (
    SELECT 'schema', n.nspname::text, n.nspname::text, n.nspname::text, x.grantee, x.privilege_type
    FROM pg_catalog.pg_namespace n,
      pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) x
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND x.privilege_type = 'USAGE'
    UNION ALL
    SELECT 'function', n.nspname, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
      ${functionKey('n', 'p')}, x.grantee, x.privilege_type
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
      pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x
    WHERE p.oid >= 16384
    UNION ALL
    SELECT 'sequence', n.nspname, c.relname, n.nspname || '.' || c.relname, x.grantee, x.privilege_type
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
      pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('s', c.relowner))) x
    WHERE c.oid >= 16384 AND c.relkind = 'S'
  )
  SELECT g.kind, g.schema, g.name, g.key,
    CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee)::text END AS role, g.privilege
  FROM (SELECT kind, schema, name, key, role AS grantee, privilege FROM granted) g
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.oid = g.grantee AND s.rolsuper)
  ORDER BY g.kind, g.schema, g.name, g.privilege, 5`;

/** TypeDemand's. */
export const typeDemandsQuery = `
  WITH RECURSIVE edges (inside, outside) AS (
    SELECT t.typbasetype, t.oid FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
    UNION ALL
    SELECT t.oid, t.typarray FROM pg_catalog.pg_type t WHERE t.typarray <> 0
    UNION ALL
    SELECT a.atttypid, c.reltype FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT r.rngsubtype, r.rngtypid FROM pg_catalog.pg_range r
    UNION ALL
    SELECT r.rngtypid, r.rngmultitypid FROM pg_catalog.pg_range r),
  demands (type, kind, name, definition, modified) AS (
    SELECT k.contypid, 'check', k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), false
    FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.contypid <> 0
    UNION ALL
    SELECT t.oid, 'not null', t.typname, 'NOT NULL', false FROM pg_catalog.pg_type t WHERE t.typtype = 'd' AND t.typnotnull
    UNION ALL
    SELECT c.reltype, 'attribute', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypmod <> -1
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped),
  holding (demanding, holder) AS (
    SELECT type, type FROM demands WHERE type >= 16384
    UNION
    SELECT h.demanding, e.outside FROM holding h JOIN edges e ON e.inside = h.holder)
  SELECT d.kind, n.nspname AS schema, t.typname AS type, d.name, d.definition, d.modified AS "isModified",
    (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', hn.nspname, 'name', ht.typname) ORDER BY hn.nspname, ht.typname)
     FROM holding h JOIN pg_catalog.pg_type ht ON ht.oid = h.holder JOIN pg_catalog.pg_namespace hn ON hn.oid = ht.typnamespace
     WHERE h.demanding = d.type) AS holders
  FROM demands d JOIN pg_catalog.pg_type t ON t.oid = d.type JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.oid >= 16384
  ORDER BY 2, 3, 1, 4`;

/** Sequence's. */
export const sequencesQuery = `
  SELECT c.oid::text AS id, n.nspname AS schema, c.relname AS name, pg_catalog.format_type(s.seqtypid, NULL) AS type,
    s.seqmin::text AS min, s.seqmax::text AS max, s.seqincrement::text AS increment, s.seqcycle AS cycle,
    (SELECT pg_catalog.json_build_object('schema', tn.nspname, 'table', t.relname, 'column', a.attname)
     FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
     JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'i'
       AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) AS identity
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  ORDER BY c.oid`;

/** Setting's; $1: JSON, more of them; $2: whether those of the whole server count, which others can change meanwhile. What the server does not know is a setting of an extension or of the schema's own. */
export const settingsQuery = `
  WITH all_settings ("of", name, value) AS (
    SELECT coalesce(pg_catalog.concat_ws(' in ', 'role ' || r.rolname, CASE WHEN s.setdatabase <> 0 THEN 'the database' END), ''),
      pg_catalog.split_part(o.text, '=', 1), pg_catalog.substr(o.text, pg_catalog.strpos(o.text, '=') + 1)
    FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
      pg_catalog.unnest(s.setconfig) o(text)
    WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      OR ($2 AND s.setdatabase = 0)
    UNION ALL
    SELECT * FROM pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) x("of" text, name text, value text)
  )
  SELECT CASE a.of WHEN '' THEN 'all roles' ELSE a.of END AS of, coalesce(k.name, a.name) AS name, a.value
  FROM all_settings a LEFT JOIN pg_catalog.pg_settings k ON pg_catalog.lower(k.name) = pg_catalog.lower(a.name)
  WHERE k.category IS NULL
    OR k.category ~ '^(Client Connection Defaults|Version and Platform|Lock Management|Error Handling|Customized)'
  ORDER BY 1, 2`;

/** Name's. */
export const namesQuery = `
  SELECT n.nspname AS schema, NULL AS relation, c.relname AS name, 'relation' AS kind
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT n.nspname, c.relname, a.attname, 'column'
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT n.nspname, NULL, p.proname, 'function'
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= 16384
  UNION ALL
  SELECT n.nspname, NULL, t.typname, 'type'
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.oid >= 16384 AND (t.typtype IN ('d', 'e', 'r') OR EXISTS (
    SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  UNION ALL
  SELECT n.nspname, t.typname, e.enumlabel, 'label'
  FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  ORDER BY 1, 2 NULLS FIRST, 3`;
