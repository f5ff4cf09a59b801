import type { Client } from 'pg';
import type { RuleKind } from './change.ts';

type Event = 'select' | 'insert' | 'update' | 'delete';

/** A column of a table, as far as it decides which rows can be written. */
export interface TableColumn {
  /** OID of the table and number of the column: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** With its modifier: `character varying(20)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** The default's expression; null if there is none. */
  readonly default: string | null;
  /** Whether it is an identity or generated column, which need no value. */
  readonly automatic: boolean;
}

/** Something that a table demands of those who use it. */
export interface Rule {
  readonly kind: RuleKind;
  /** Its own OID, or what it is about: what stays through renaming. */
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** Those that it concerns; empty: whole rows. */
  readonly columns: readonly string[];
  readonly definition: string;
  /** What else it does, for comparing only: a trigger's function. */
  readonly body: string;
  /** Which statements it concerns; a foreign key's referenced table has `delete` and `update`. */
  readonly events: readonly Event[];
}

/** What is demanded of those who use the tables of a database, but not seen when a statement is parsed. */
export interface Rules {
  readonly columns: readonly TableColumn[];
  readonly rules: readonly Rule[];
}

/** Reads them in two queries. */
export async function loadRules(client: Client): Promise<Rules> {
  const columns = await client.query<TableColumn>(columnsQuery);
  const rules = await client.query<Rule>(rulesQuery);
  return { columns: columns.rows, rules: rules.rows };
}

/** The same with names for what they are about, for comparing two databases. */
export function byName({ columns, rules }: Rules): Rules {
  return {
    columns: columns.map((column) => ({
      ...column,
      id: JSON.stringify([column.schema, column.table, column.column]),
    })),
    rules: rules.map((rule) => ({
      ...rule,
      id: JSON.stringify([rule.kind, rule.schema, rule.table, rule.name, rule.definition]),
    })),
  };
}

// 16384 is the first OID that initdb does not hand out (src/include/access/transam.h).
const columnsQuery = `
  SELECT c.oid || '.' || a.attnum AS id, n.nspname AS schema, c.relname AS "table", a.attname AS "column",
    pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull OR t.typnotnull AS "notNull",
    CASE WHEN a.attgenerated = '' THEN coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), t.typdefault) END AS "default",
    a.attidentity <> '' OR a.attgenerated <> '' AS automatic
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.oid, a.attnum`;

const written = `ARRAY['insert', 'update']`;

// tgtype's bits: 4 INSERT, 8 DELETE, 16 UPDATE (src/include/catalog/pg_trigger.h).
const rulesQuery = `
  WITH found (relation, kind, id, name, numbers, definition, body, events) AS (
    SELECT conrelid, CASE contype WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion' ELSE 'foreign key' END,
      'constraint ' || oid, conname::text, conkey, pg_catalog.pg_get_constraintdef(oid), '', ${written}
    FROM pg_catalog.pg_constraint WHERE contype IN ('c', 'x', 'f') AND conrelid <> 0
    UNION ALL
    SELECT confrelid, 'foreign key', 'reference ' || oid, conname::text, confkey,
      pg_catalog.pg_get_constraintdef(oid) || ' of ' || conrelid::pg_catalog.regclass, '', ARRAY['update', 'delete']
    FROM pg_catalog.pg_constraint WHERE contype = 'f'
    UNION ALL
    SELECT a.attrelid, 'check', 'domain ' || k.oid || ' ' || a.attrelid || '.' || a.attnum, k.conname::text,
      ARRAY[a.attnum], pg_catalog.pg_get_constraintdef(k.oid), '', ${written}
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a ON a.atttypid = k.contypid
    WHERE k.contype = 'c' AND k.contypid <> 0 AND NOT a.attisdropped
    UNION ALL
    SELECT indrelid, 'unique', 'index ' || indexrelid, i.relname::text,
      ARRAY(SELECT key FROM pg_catalog.unnest(indkey::int2[]) WITH ORDINALITY k(key, n)
            WHERE n <= indnkeyatts AND key <> 0),
      'UNIQUE ' || pg_catalog.substring(pg_catalog.pg_get_indexdef(indexrelid), '\\(.*'), '', ${written}
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class i ON i.oid = indexrelid
    WHERE indisunique AND indisready
    UNION ALL
    SELECT t.tgrelid, 'trigger', 'trigger ' || t.oid, t.tgname::text, t.tgattr::int2[],
      pg_catalog.pg_get_triggerdef(t.oid), p.prosrc,
      pg_catalog.array_remove(ARRAY[CASE WHEN tgtype & 4 <> 0 THEN 'insert' END,
        CASE WHEN tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN tgtype & 16 <> 0 THEN 'update' END], NULL)
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
    UNION ALL
    SELECT p.polrelid, 'policy', 'policy ' || p.oid, p.polname::text, '{}',
      pg_catalog.concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
        'USING ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid),
        'WITH CHECK ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
      p.polroles::text,
      CASE p.polcmd WHEN 'r' THEN ARRAY['select'] WHEN 'a' THEN ARRAY['insert'] WHEN 'w' THEN ARRAY['update']
        WHEN 'd' THEN ARRAY['delete'] ELSE ARRAY['select', 'insert', 'update', 'delete'] END
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid AND c.relrowsecurity
    UNION ALL
    SELECT oid, 'row security', 'row security ' || oid, '', '{}',
      CASE WHEN relforcerowsecurity THEN 'forced on the owner too' ELSE 'enabled' END, '',
      ARRAY['select', 'insert', 'update', 'delete']
    FROM pg_catalog.pg_class WHERE relrowsecurity
    UNION ALL
    SELECT c.oid, 'privilege', 'privilege ' || c.oid || ' ' || g.grantee || ' ' || g.privilege_type,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee)::text END, '{}',
      g.privilege_type, '', ARRAY[pg_catalog.lower(g.privilege_type)]
    FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g
    WHERE g.grantee <> c.relowner AND g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    UNION ALL
    SELECT h.inhparent, 'partition', 'partition ' || h.inhrelid, p.relname::text, '{}',
      pg_catalog.pg_get_expr(p.relpartbound, p.oid), '', ARRAY['select', 'insert', 'update']
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhrelid
    WHERE p.relispartition AND NOT h.inhdetachpending AND p.relkind IN ('r', 'p', 'f')
  )
  SELECT f.kind, f.id, n.nspname AS schema, c.relname AS "table", f.name,
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum = ANY (f.numbers) ORDER BY a.attname) AS columns,
    f.definition, f.body, f.events
  FROM found f JOIN pg_catalog.pg_class c ON c.oid = f.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  ORDER BY n.nspname, c.relname, f.kind, f.name, f.id`;
