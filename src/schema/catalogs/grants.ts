import { isOurs, notOfExtension } from './catalog-query.ts';

/** What a role of the names in $1 may do with an object: one row each; what an owner may is omitted. */
function grantsOn(object: {
  readonly from: string;
  /** The letter that acldefault knows the kind of object by. */
  readonly kind: string;
  readonly acl: string;
  readonly owner: string;
  readonly name: string;
  /** An expression for what follows the name. */
  readonly suffix?: string;
  readonly where: string;
}): string {
  // Without any GRANT the list is null, and the built-in defaults hold.
  const acl =
    object.kind === 'c'
      ? object.acl
      : `coalesce(${object.acl}, acldefault('${object.kind}', ${object.owner}))`;
  return `SELECT 'grant' AS kind, ${object.name}, ${object.suffix ?? `''`} || ' to ' || role.name AS suffix,
      string_agg(g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY g.privilege_type) AS privileges
    FROM ${object.from} CROSS JOIN LATERAL aclexplode(${acl}) g
      JOIN (SELECT oid, quote_ident(rolname) AS name, rolname FROM pg_roles UNION ALL SELECT 0, 'public', 'public') role ON role.oid = g.grantee
    WHERE role.rolname = ANY ($1::text[]) AND g.grantee <> ${object.owner} AND ${object.where}
    GROUP BY 1, 2, 3, 4, 5, 6`;
}

const schemas = grantsOn({
  from: 'pg_namespace n',
  kind: 'n',
  acl: 'n.nspacl',
  owner: 'n.nspowner',
  name: `NULL::name AS schema, NULL::name AS relation, n.nspname AS name, NULL::name AS "table"`,
  where: `${isOurs('n')} AND ${notOfExtension('pg_namespace', 'n.oid')}`,
});

const relations = ['r', 's'].map((kind) =>
  grantsOn({
    from: 'pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace',
    kind,
    acl: 'c.relacl',
    owner: 'c.relowner',
    name: `n.nspname, NULL, c.relname, c.relname`,
    where: `c.relkind ${kind === 's' ? `= 'S'` : `IN ('r', 'p', 'v', 'm', 'f')`} AND c.relpersistence <> 't'
      AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  }),
);

const columns = grantsOn({
  from: `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL`,
  kind: 'c',
  acl: 'a.attacl',
  owner: 'c.relowner',
  name: `n.nspname, c.relname, a.attname, c.relname`,
  where: `c.relpersistence <> 't' AND ${isOurs('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
});

const routines = grantsOn({
  from: 'pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace',
  kind: 'f',
  acl: 'p.proacl',
  owner: 'p.proowner',
  name: `n.nspname, NULL, p.proname, NULL`,
  suffix: `'(' || oidvectortypes(p.proargtypes) || ')'`,
  where: `${isOurs('n')} AND ${notOfExtension('pg_proc', 'p.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')`,
});

const types = grantsOn({
  from: 'pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace',
  kind: 'T',
  acl: 't.typacl',
  owner: 't.typowner',
  name: `n.nspname, NULL, t.typname, NULL`,
  where: `t.typtype IN ('e', 'd', 'r') AND ${isOurs('n')} AND ${notOfExtension('pg_type', 't.oid')}`,
});

/** $1: the roles' names, `public` for PUBLIC. */
export const grants = [schemas, ...relations, columns, routines, types].join('\nUNION ALL\n');
