import { bindingQueries } from './bindings.ts';

/**
 * The statements that load the catalogs. Each is one bulk read; relations of the system schemas are read
 * only if a query names them (`$system`: their OIDs).
 */
export interface CatalogQueries extends Partial<ReturnType<typeof bindingQueries>> {
  readonly types: string;
  readonly enums: string;
  readonly ranges: string;
  readonly relations: string;
  readonly attributes: string;
  readonly inheritance: string;
  readonly indexes: string;
  readonly constraints: string;
  readonly triggers: string;
  readonly rules: string;
  readonly policies: string;
  readonly functions: string;
  readonly extensionFunctions: string;
  readonly operators: string;
  readonly equality: string;
  readonly nondeterministic: string;
  readonly jsonCasts: string;
}

// A foreign key to a partitioned table is there once more for each of its partitions, for their triggers' sake
// (addFkRecurseReferenced, src/backend/commands/tablecmds.c); nothing refers to those alone.
const REFERENCED = `WITH RECURSIVE up(parent, target) AS (
  SELECT k.conparentid, k.confrelid
  UNION ALL SELECT p.conparentid, p.confrelid FROM up JOIN pg_constraint p ON p.oid = up.parent
) SELECT target FROM up WHERE parent = 0`;

// A foreign key of or to a partitioned table is a family of constraints, each with triggers on the tables of its own: where one
// of these does not fire, none of the family's rows is sure to have a partner.
const UNGUARDED = `RECURSIVE family(member, root) AS (
  SELECT oid, oid FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
  UNION ALL SELECT c.oid, root FROM family JOIN pg_constraint c ON c.conparentid = member
), unguarded AS (
  SELECT member FROM family WHERE root IN (
    SELECT root FROM family JOIN pg_trigger ON tgconstraint = member WHERE tgenabled NOT IN ('O', 'A'))
)`;

/**
 * @param version `server_version_num`
 * @param system OIDs below 16384 of the relations that the queries name
 */
export function catalogQueries(
  version: number,
  system: readonly number[],
  violations: boolean,
): CatalogQueries {
  const ours = (column: string) =>
    system.length === 0
      ? `${column} >= 16384`
      : `(${column} >= 16384 OR ${column} IN (${system.join(', ')}))`;
  // From PostgreSQL 18 on NOT NULL is a constraint, which may be NOT VALID; constraints may be NOT ENFORCED.
  const notNull =
    version >= 180000
      ? `attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n'
           AND k.conkey[1] = a.attnum AND NOT k.convalidated)`
      : 'attnotnull';
  const enforced = version >= 180000 ? 'conenforced' : 'true';
  const nullsNotDistinct = version >= 150000 ? 'indnullsnotdistinct' : 'false';
  return {
    types: `SELECT t.oid::int8, n.nspname, t.typname, pg_type_is_visible(t.oid), t.typtype, t.typnotnull,
        t.typbasetype::int8, coalesce(e.oid, 0)::int8, t.typarray::int8, t.typrelid::int8, t.typtypmod,
        t.typdelim
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_type e ON e.typarray = t.oid`,
    enums: `SELECT enumtypid::int8, enumlabel, oid::int8 FROM pg_enum ORDER BY enumtypid, enumsortorder`,
    ranges: `SELECT rngtypid::int8, rngsubtype::int8, rngmultitypid::int8 FROM pg_range`,
    relations: `SELECT c.oid::int8, n.nspname, c.relname, c.relkind, c.relrowsecurity,
        c.relforcerowsecurity,
        EXISTS (SELECT FROM pg_options_to_table(c.reloptions)
          WHERE CASE option_name WHEN 'security_invoker' THEN option_value::boolean ELSE false END),
        coalesce((SELECT rolsuper OR rolbypassrls FROM pg_roles o WHERE o.oid = c.relowner), true)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${ours('c.oid')} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S')`,
    attributes: `SELECT a.attrelid::int8, a.attnum, a.attname, a.atttypid::int8, ${notNull}, a.atthasdef, a.attgenerated,
        a.attidentity, d.adbin::text, s.description, a.atttypmod
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN pg_description s ON s.classoid = 'pg_class'::regclass AND s.objoid = a.attrelid AND s.objsubid = a.attnum
      WHERE ${ours('a.attrelid')} AND a.attnum > 0 AND NOT a.attisdropped
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S')
      ORDER BY a.attrelid, a.attnum`,
    inheritance: `SELECT inhparent::int8, inhrelid::int8 FROM pg_inherits ORDER BY inhparent, inhseqno, inhrelid`,
    indexes: `SELECT indrelid::int8, c.relname, array_to_string((indkey::int2[])[0:indnkeyatts - 1], ' '), indisprimary,
        indpred::text, indimmediate, ${nullsNotDistinct},
        (SELECT string_agg(o.opcfamily::int8::text, ' ' ORDER BY k.n)
         FROM unnest((indclass::oid[])[0:indnkeyatts - 1]) WITH ORDINALITY k(class, n) JOIN pg_opclass o ON o.oid = k.class),
        array_to_string((indcollation::oid[])[0:indnkeyatts - 1], ' '), indexprs::text,
        CASE WHEN indisexclusion THEN
          (SELECT array_to_string(conexclop::int8[], ' ') FROM pg_constraint k WHERE k.conindid = indexrelid AND k.contype IN ('p', 'u'))
        END
      FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      WHERE ${ours('indrelid')} AND indisunique AND indisvalid ORDER BY indrelid, c.relname`,
    constraints: `WITH ${UNGUARDED} SELECT conrelid::int8, contypid::int8, conname, contype, array_to_string(conkey, ' '), confrelid::int8,
        array_to_string(confkey, ' '), convalidated AND ${enforced}, condeferrable,
        CASE contype WHEN 'c' THEN conbin::text END, connoinherit, confupdtype, confdeltype,
        k.oid IN (SELECT member FROM unguarded)
      FROM pg_constraint k WHERE contype IN ('c', 'f') AND (${ours('conrelid')} OR contypid <> 0)
        AND (contype = 'c' OR confrelid = (${REFERENCED}))
      ORDER BY conrelid, contypid, conname`,
    triggers: `SELECT tgrelid::int8, tgtype, CASE WHEN l.lanname = 'plpgsql' AND tgtype & 3 = 3 THEN p.prosrc END
      FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = p.prolang
      WHERE NOT tgisinternal AND tgenabled <> 'D' AND ${ours('tgrelid')} ORDER BY tgrelid, tgname`,
    rules: `SELECT ev_class::int8, rulename, ev_type, CASE rulename WHEN '_RETURN' THEN ev_action::text END
      FROM pg_rewrite WHERE ${ours('ev_class')} ORDER BY ev_class, rulename`,
    policies: `SELECT polrelid::int8, polcmd, polpermissive, 0 = ANY (polroles), polqual::text, polwithcheck::text
      FROM pg_policy WHERE ${ours('polrelid')} ORDER BY polrelid, polname`,
    functions: `SELECT p.oid::int8, n.nspname, p.proname, p.prokind, p.proisstrict, p.proretset, p.provolatile,
        p.prorettype::int8, p.proargtypes::text, p.provariadic::int8, p.prosqlbody::text,
        p.proargdefaults::text,
        CASE WHEN p.proargmodes IS NOT NULL THEN
          (SELECT json_agg(json_build_array(a.mode, a.type::int8, coalesce(a.name, '')) ORDER BY a.n)
           FROM unnest(p.proargmodes::text[], p.proallargtypes::oid[], p.proargnames) WITH ORDINALITY a(mode, type, name, n))
        END,
        array_to_json(p.proconfig),
        p.prolang = 14 AND p.prosqlbody IS NULL AND p.prokind IN ('f', 'p') AND p.oid >= 16384 AND NOT EXISTS (
          SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'),
        p.prosecdef
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`,
    extensionFunctions: `SELECT d.objid::int8, x.extname FROM pg_extension x JOIN pg_depend d
        ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
      WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e'`,
    operators: `SELECT o.oid::int8, n.nspname, o.oprname, o.oprcode::oid::int8, o.oprnegate::int8, o.oprleft::int8,
        o.oprright::int8
      FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace`,
    equality: `SELECT amopopr::int8, amopfamily::int8 FROM pg_amop WHERE amopstrategy = 3
      AND amopmethod = (SELECT oid FROM pg_am WHERE amname = 'btree') ORDER BY amopopr, amopfamily`,
    jsonCasts: `SELECT castsource::int8 FROM pg_cast WHERE casttarget IN (114, 3802) AND castfunc <> 0`,
    ...(violations ? bindingQueries(version, ours) : {}),
    nondeterministic: `SELECT oid::int8 FROM pg_collation WHERE NOT collisdeterministic`,
  };
}
