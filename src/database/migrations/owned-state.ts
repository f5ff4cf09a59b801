import type { Client } from 'pg';

/** What is not the same of owners, privileges, comments, settings and roles. */
export interface StateChange {
  /** `comment on table cars`, `role app`. */
  readonly what: string;
  /** Null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** By what it is about; what an object has goes and comes with it. */
export type OwnedState = ReadonlyMap<string, { readonly value: string; readonly withObject: boolean }>;

const acl = (list: string, kind: string, owner: string) =>
  `pg_catalog.array_to_string(ARRAY(SELECT item::text FROM pg_catalog.unnest(coalesce(${list}, pg_catalog.acldefault(${kind}, ${owner}))) item ORDER BY 1), ', ')`;
const objects = `
  SELECT 'class' AS kind, c.oid::pg_catalog.regclass::text AS name, c.relowner AS owner,
    ${acl('c.relacl', `CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"`, 'c.relowner')} AS acl
  FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'i')
  UNION ALL
  SELECT 'function', p.oid::pg_catalog.regprocedure::text, p.proowner, ${acl('p.proacl', `'f'`, 'p.proowner')}
  FROM pg_catalog.pg_proc p WHERE p.oid >= 16384
  UNION ALL
  SELECT 'schema', n.nspname, n.nspowner, ${acl('n.nspacl', `'n'`, 'n.nspowner')}
  FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT 'type', t.oid::pg_catalog.regtype::text, t.typowner, ${acl('t.typacl', `'T'`, 't.typowner')}
  FROM pg_catalog.pg_type t WHERE t.oid >= 16384 AND t.typtype IN ('d', 'e', 'r')`;

const query = `
  SELECT 'owner of ' || o.name AS what, pg_catalog.pg_get_userbyid(o.owner)::text AS value, true AS "withObject" FROM (${objects}) o
  UNION ALL
  SELECT 'privileges on ' || o.name, o.acl, true FROM (${objects}) o
  UNION ALL
  SELECT 'privileges on ' || a.attrelid::pg_catalog.regclass || '.' || a.attname, pg_catalog.array_to_string(a.attacl, ', '), false
  FROM pg_catalog.pg_attribute a WHERE a.attrelid >= 16384 AND a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
  SELECT 'comment on ' || pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description, false
  FROM pg_catalog.pg_description d WHERE d.objoid >= 16384
  UNION ALL
  SELECT pg_catalog.concat_ws(' ', 'default privileges of', pg_catalog.pg_get_userbyid(d.defaclrole)::text, 'in schema ' || n.nspname, 'on',
      CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END),
    pg_catalog.array_to_string(d.defaclacl, ', '), false
  FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
  UNION ALL
  SELECT pg_catalog.concat_ws(' ', 'settings of', coalesce('role ' || r.rolname, 'the database'), CASE WHEN s.setdatabase = 0 THEN 'everywhere' END),
    pg_catalog.array_to_string(s.setconfig, ', '), false
  FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
  WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) OR $1 AND s.setdatabase = 0
  UNION ALL
  SELECT 'role ' || r.rolname, pg_catalog.concat_ws(', ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolinherit THEN 'inherits' END,
      CASE WHEN r.rolcreaterole THEN 'makes roles' END, CASE WHEN r.rolcreatedb THEN 'makes databases' END,
      CASE WHEN r.rolcanlogin THEN 'logs in' END, CASE WHEN r.rolbypassrls THEN 'bypasses row security' END,
      'member of ' || (SELECT pg_catalog.string_agg(pg_catalog.pg_get_userbyid(m.roleid)::text, ', ' ORDER BY m.roleid)
        FROM pg_catalog.pg_auth_members m WHERE m.member = r.oid)), false
  FROM pg_catalog.pg_roles r WHERE $1 AND r.rolname !~ '^pg_'`;

/**
 * Reads owners, privileges, comments, default privileges and settings of a database.
 * @param withRoles also the roles of its server, where no other session creates any
 */
export async function ownedState(client: Client, withRoles: boolean): Promise<OwnedState> {
  const { rows } = await client.query<{ what: string; value: string; withObject: boolean }>(query, [
    withRoles,
  ]);
  return new Map(rows.map(({ what, value, withObject }) => [what, { value, withObject }]));
}

/** What is not the same. That an object is gone, or was left behind, is said by the schema. */
export function stateChanges(before: OwnedState, after: OwnedState): readonly StateChange[] {
  const all = [...new Set([...before.keys(), ...after.keys()])].sort();
  return all.flatMap((what): readonly StateChange[] => {
    const [was, is] = [before.get(what), after.get(what)];
    if (was?.value === is?.value) return [];
    if ((was ?? is)?.withObject && (was === undefined || is === undefined)) return [];
    return [{ what, before: was?.value ?? null, after: is?.value ?? null }];
  });
}
