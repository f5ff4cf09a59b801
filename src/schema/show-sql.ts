import { escapeLiteral } from 'pg';
import { unquotedName } from '../sql/unquoted-name.ts';
import type { SchemaChange } from './diff.ts';
import type { SchemaKind } from './schema-object.ts';

/** A statement that shows an object as the database has it: no row, or NULL, where there is none. */
export function showSql({ kind, name, table }: Pick<SchemaChange, 'kind' | 'name' | 'table'>): string {
  const relation = `to_regclass(${escapeLiteral(name)})`;
  const owner = `to_regclass(${escapeLiteral(table ?? name)})`;
  const last = escapeLiteral(lastName(name, table));
  switch (kind) {
    case 'table':
    case 'foreign table':
      return `SELECT relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = ${relation};`;
    case 'column':
      return `SELECT format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = ${owner} AND attname = ${last};`;
    case 'constraint':
      return `SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE coalesce(nullif(conrelid, 0), contypid) IN (${owner}, to_regtype(${escapeLiteral(table ?? name)})) AND conname = ${last};`;
    case 'index':
      return `SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE indexrelid = ${relation};`;
    case 'view':
    case 'materialized view':
      return `SELECT pg_get_viewdef(${relation});`;
    case 'sequence':
      return `SELECT * FROM pg_sequence WHERE seqrelid = ${relation};`;
    case 'trigger':
      return `SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = ${owner} AND tgname = ${last};`;
    case 'rule':
      return `SELECT pg_get_ruledef(oid), ev_enabled FROM pg_rewrite WHERE ev_class = ${owner} AND rulename = ${last};`;
    case 'policy':
      return `SELECT polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = ${owner} AND polname = ${last};`;
    case 'enum':
      return `SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype(${escapeLiteral(name)}) ORDER BY enumsortorder;`;
    case 'function':
    case 'procedure':
      return `SELECT pg_get_functiondef(to_regprocedure(${escapeLiteral(name)}));`;
    case 'aggregate':
      return `SELECT * FROM pg_aggregate WHERE aggfnoid = to_regprocedure(${escapeLiteral(name)});`;
    case 'domain':
    case 'base type':
    case 'range type':
      return `SELECT * FROM pg_type WHERE oid = to_regtype(${escapeLiteral(name)});`;
    case 'composite type':
      return `SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = ${relation} ORDER BY attnum;`;
    case 'statistics':
      return `SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxname = ${last};`;
    case 'operator':
      return `SELECT * FROM pg_operator WHERE oid = to_regoperator(${escapeLiteral(name)});`;
    case 'cast': {
      const [source = '', target = ''] = name
        .slice(1, -1)
        .split(' AS ')
        .map((type) => escapeLiteral(type));
      return `SELECT * FROM pg_cast WHERE castsource = to_regtype(${source}) AND casttarget = to_regtype(${target});`;
    }
    case 'grant':
      return grantSql(name, table);
    default:
      return `SELECT * FROM ${byName[kind].catalog} WHERE ${byName[kind].column} = ${last};`;
  }
}

const byName = {
  collation: { catalog: 'pg_collation', column: 'collname' },
  'event trigger': { catalog: 'pg_event_trigger', column: 'evtname' },
  extension: { catalog: 'pg_extension', column: 'extname' },
  schema: { catalog: 'pg_namespace', column: 'nspname' },
} as const satisfies Partial<Record<SchemaKind, { readonly catalog: string; readonly column: string }>>;

/** `public.users to app` */
function grantSql(name: string, table: string | null): string {
  const object = name.slice(0, name.lastIndexOf(' to '));
  if (object.endsWith(')')) {
    return `SELECT proacl FROM pg_proc WHERE oid = to_regprocedure(${escapeLiteral(object)});`;
  }
  const literal = escapeLiteral(object);
  if (table === null) {
    return `SELECT nspacl FROM pg_namespace WHERE nspname = ${escapeLiteral(lastName(object, null))};`;
  }
  if (table === object) {
    return `SELECT relacl FROM pg_class WHERE oid = to_regclass(${literal}) UNION ALL SELECT typacl FROM pg_type WHERE oid = to_regtype(${literal}) AND typtype <> 'c';`;
  }
  const column = escapeLiteral(lastName(object, table));
  return `SELECT attacl FROM pg_attribute WHERE attrelid = to_regclass(${escapeLiteral(table)}) AND attname = ${column};`;
}

/** The last part of a qualified name, without its quotes. */
function lastName(name: string, table: string | null): string {
  const inTable = table !== null && name.startsWith(`${table}.`);
  const last = inTable
    ? name.slice(table.length + 1)
    : (/(?:[^."]+|"(?:[^"]|"")*")$/.exec(name)?.[0] ?? name);
  return unquotedName(last);
}
