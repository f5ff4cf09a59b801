/**
 * Asks what a role lacks of many needs. $1: the role, NULL for the current one; $2: JSON, an array of
 * `{ index, relations: RelationNeed[], functions: oid[] }`. A row for each missing privilege.
 */
export const privilegesQuery = `
WITH role AS (SELECT oid FROM pg_roles WHERE rolname = coalesce($1, current_user)),
asked AS (
  SELECT (item ->> 'index')::int AS index, item FROM jsonb_array_elements($2::jsonb) item
), relations AS (
  SELECT index, (need ->> 'relation')::oid AS oid, need FROM asked, jsonb_array_elements(item -> 'relations') need
), functions AS (
  SELECT index, function::oid AS oid FROM asked, jsonb_array_elements_text(item -> 'functions') function
), uses AS (
  SELECT index, r.oid, privilege.name,
    ARRAY(SELECT jsonb_array_elements_text(need -> privilege.columns)::int2) AS columns
  FROM relations r CROSS JOIN (VALUES
    ('SELECT', 'select', 'selected'), ('INSERT', 'insert', 'inserted'), ('UPDATE', 'update', 'updated'), ('DELETE', 'delete', '')
  ) privilege (name, flag, columns)
  WHERE (need ->> privilege.flag)::boolean
), lacking AS (
  -- A privilege on the table is one on all columns; else it takes one on each column that is used, or on any if none is.
  SELECT index, u.oid, u.name, u.columns, u.name <> 'DELETE' AND has_any_column_privilege(role.oid, u.oid, u.name) AS partly
  FROM uses u, role
  WHERE EXISTS (SELECT FROM pg_class c WHERE c.oid = u.oid) AND NOT has_table_privilege(role.oid, u.oid, u.name)
), missing_columns AS (
  SELECT l.index, l.oid, l.name || ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')' AS privilege
  FROM lacking l CROSS JOIN role JOIN pg_attribute a
    ON a.attrelid = l.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnum = ANY (l.columns) OR 0 = ANY (l.columns))
  WHERE l.partly AND NOT has_column_privilege(role.oid, l.oid, a.attnum, l.name)
  GROUP BY l.index, l.oid, l.columns, l.name
), missing_relations AS (
  SELECT index, oid, name AS privilege FROM lacking WHERE NOT partly
  UNION SELECT index, oid, privilege FROM missing_columns
), defaults AS (
  -- The default of a serial column is evaluated as whoever inserts; identity columns need nothing.
  SELECT DISTINCT r.index, s.oid FROM relations r
    JOIN pg_attrdef d ON d.adrelid = r.oid AND NOT to_jsonb(d.adnum) <@ (r.need -> 'inserted')
    JOIN pg_depend o ON o.classid = 'pg_attrdef'::regclass AND o.objid = d.oid AND o.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = o.refobjid AND s.relkind = 'S'
  WHERE (r.need ->> 'insert')::boolean
), missing AS (
  SELECT m.index, m.privilege, format('%I.%I', n.nspname, c.relname) AS object
  FROM missing_relations m JOIN pg_class c ON c.oid = m.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION
  SELECT d.index, 'USAGE', format('SEQUENCE %I.%I', n.nspname, c.relname)
  FROM defaults d CROSS JOIN role JOIN pg_class c ON c.oid = d.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT has_sequence_privilege(role.oid, d.oid, 'USAGE, UPDATE')
  UNION
  SELECT f.index, 'EXECUTE', format('FUNCTION %I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
  FROM functions f CROSS JOIN role JOIN pg_proc p ON p.oid = f.oid JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE NOT has_function_privilege(role.oid, p.oid, 'EXECUTE')
  UNION
  SELECT used.index, 'USAGE', format('SCHEMA %I', n.nspname)
  FROM (
    SELECT r.index, c.relnamespace AS oid FROM relations r JOIN pg_class c ON c.oid = r.oid
    UNION SELECT f.index, p.pronamespace FROM functions f JOIN pg_proc p ON p.oid = f.oid
  ) used CROSS JOIN role JOIN pg_namespace n ON n.oid = used.oid
  WHERE NOT has_schema_privilege(role.oid, n.oid, 'USAGE')
)
SELECT index, privilege, object FROM missing ORDER BY index, object, privilege`;
