import type { SampleType } from './values.ts';

/** A pg Client, a transaction over one, or the like. */
export interface RowsClient {
  query<Row extends object>(sql: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

/** A table that rows can be put into. */
export interface SampleTable {
  readonly oid: number;
  /** As SQL writes it, with its schema. */
  readonly name: string;
  readonly columns: readonly SampleColumn[];
  readonly foreignKeys: readonly SampleForeignKey[];
  /** The columns of its CHECK constraints, by the constraint's name. */
  readonly checks: ReadonlyMap<string, readonly string[]>;
  /** The conditions of these constraints, in the names of its columns. */
  readonly conditions: ReadonlyMap<string, string>;
  /** Unique keys and exclusion constraints. */
  readonly uniqueKeys: readonly SampleUniqueKey[];
  /** What a row must meet so that a partition takes it; null: it has no partitions. */
  readonly partitions: string | null;
}

export interface SampleColumn {
  /** As SQL writes it. */
  readonly name: string;
  readonly type: SampleType;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** The default, or what it is generated as; null: neither. */
  readonly expression: string | null;
  /** GENERATED ALWAYS AS: it cannot be written. */
  readonly generated: boolean;
  /** GENERATED ... AS IDENTITY. */
  readonly identity: boolean;
  /** Whether a unique key has it. */
  readonly isKey: boolean;
  /** Literals that a CHECK of this column alone allows; null: it lists none. */
  readonly allowed: readonly string[] | null;
}

export interface SampleUniqueKey {
  readonly name: string;
  /** All that it mentions, as SQL writes them. */
  readonly columns: readonly string[];
  /** The columns and expressions that are compared, in the names of the table's columns. */
  readonly parts: readonly string[];
  /** By which two rows may not all be true, in the order of `parts`. */
  readonly operators: readonly string[];
  /** Of a partial index; null for others. */
  readonly predicate: string | null;
}

export interface SampleForeignKey {
  readonly name: string;
  /** As SQL writes them, in the order of `references`. */
  readonly columns: readonly string[];
  readonly table: number;
  readonly tableName: string;
  readonly references: readonly string[];
  /** Its name as SQL writes it, with its schema. */
  readonly constraint: string;
  readonly deferrable: boolean;
  /** INITIALLY DEFERRED. */
  readonly deferred: boolean;
}

/** A table as a list names it. */
export interface TableName {
  readonly oid: number;
  readonly name: string;
  /** Without its schema and quotes. */
  readonly bare: string;
  /** The tables that its foreign keys refer to. */
  readonly refersTo: readonly number[];
  /** Of these, those without whose rows it cannot have any. */
  readonly needs: readonly number[];
}

/** All tables of the migrations' own: no partitions, no extensions' tables, no history of migration tools. */
export async function listTables(client: RowsClient): Promise<readonly TableName[]> {
  const { rows } = await client.query<TableName>(`
    SELECT c.oid::int8::float8 AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, c.relname AS bare,
           ARRAY(SELECT DISTINCT confrelid::int8::float8 FROM pg_catalog.pg_constraint
                  WHERE conrelid = c.oid AND contype = 'f') AS "refersTo",
           ARRAY(SELECT DISTINCT confrelid::int8::float8 FROM pg_catalog.pg_constraint
                  WHERE conrelid = c.oid AND contype = 'f'
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                                     WHERE attrelid = c.oid AND attnum = ANY (conkey) AND NOT attnotnull)) AS needs
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
       AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
       AND NOT (n.nspname = 'public' AND c.relname = 'pgmigrations')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
                        WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid AND deptype = 'e')
     ORDER BY 2`);
  return rows;
}

interface ColumnRow {
  readonly table: number;
  readonly tableName: string;
  readonly name: string;
  readonly type: number;
  readonly written: string;
  readonly modifier: number;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly expression: string | null;
  readonly generated: boolean;
  readonly identity: boolean;
  readonly isKey: boolean;
  readonly checks: readonly string[];
}

interface TypeRow {
  readonly oid: number;
  readonly written: string;
  readonly name: string;
  readonly typtype: string;
  readonly modifier: number;
  readonly base: number;
  readonly element: number;
  readonly array: boolean;
  readonly labels: readonly string[];
  readonly attributes: number;
  readonly checks: readonly string[];
}

interface CheckRow {
  readonly of: number;
  readonly name: string;
  readonly columns: readonly string[];
  readonly condition: string;
}

interface UniqueRow extends SampleUniqueKey {
  readonly of: number;
}

interface PartitionsRow {
  readonly of: number;
  readonly condition: string | null;
}

interface KeyRow extends SampleForeignKey {
  readonly of: number;
}

/** Everything that rows for these tables are made from. */
export async function describeTables(
  client: RowsClient,
  oids: readonly number[],
): Promise<readonly SampleTable[]> {
  if (oids.length === 0) return [];
  const { rows: columns } = await client.query<ColumnRow>(columnsQuery, [oids]);
  const { rows: types } = await client.query<TypeRow>(typesQuery, [columns.map(({ type }) => type)]);
  const { rows: keys } = await client.query<KeyRow>(keysQuery, [oids]);
  const { rows: checks } = await client.query<CheckRow>(checksQuery, [oids]);
  const { rows: uniqueKeys } = await client.query<UniqueRow>(uniqueQuery, [oids]);
  const { rows: partitions } = await client.query<PartitionsRow>(partitionsQuery, [oids]);
  const byOid = new Map(types.map((type) => [type.oid, type]));
  return oids.flatMap((oid) => {
    const own = columns.filter(({ table }) => table === oid);
    const name = own[0]?.tableName;
    if (name === undefined) return [];
    return {
      oid,
      name,
      columns: own.map((column) => ({
        ...column,
        type: { ...typeOf(column.type, byOid), written: column.written, modifier: column.modifier },
        allowed: allowedBy(column.checks),
      })),
      foreignKeys: keys.filter((key) => key.of === oid),
      checks: new Map(checks.filter((check) => check.of === oid).map((check) => [check.name, check.columns])),
      conditions: new Map(
        checks.filter((check) => check.of === oid).map(({ name, condition }) => [name, condition]),
      ),
      uniqueKeys: uniqueKeys.filter((key) => key.of === oid),
      partitions: partitions.find((one) => one.of === oid)?.condition ?? null,
    };
  });
}

const columnsQuery = `
  SELECT a.attrelid::int8::float8 AS table, pg_catalog.format('%I.%I', n.nspname, c.relname) AS "tableName",
         pg_catalog.quote_ident(a.attname) AS name, a.atttypid::int8::float8 AS type,
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS written, a.atttypmod AS modifier,
         a.attnotnull OR (SELECT typnotnull FROM pg_catalog.pg_type WHERE oid = a.atttypid) AS "notNull",
         (SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef
           WHERE adrelid = a.attrelid AND adnum = a.attnum) AS expression, a.atthasdef AS "hasDefault", a.attgenerated <> '' AS generated,
         a.attidentity <> '' AS identity,
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
                    AND a.attnum = ANY (i.indkey::int2[])) AS "isKey",
         ARRAY(SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k
                WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]) AS checks
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attrelid, a.attnum`;

const typesQuery = `
  WITH RECURSIVE used (oid) AS (
    SELECT DISTINCT pg_catalog.unnest($1::oid[])
    UNION
    SELECT inner_type FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid,
           LATERAL (VALUES (t.typbasetype), (t.typelem)) AS inner_types (inner_type)
     WHERE inner_type <> 0)
  SELECT t.oid::int8::float8 AS oid, pg_catalog.format_type(t.oid, NULL) AS written, t.typname AS name, t.typtype,
         t.typtypmod AS modifier, t.typbasetype::int8::float8 AS base, t.typelem::int8::float8 AS element,
         t.typcategory = 'A' AND t.typelem <> 0 AS "array",
         ARRAY(SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels,
         (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_attribute
           WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped) AS attributes,
         ARRAY(SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k
                WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
    FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid`;

const keysQuery = `
  SELECT k.conrelid::int8::float8 AS of, k.conname AS name, k.confrelid::int8::float8 AS table,
         k.condeferrable AS deferrable, k.condeferred AS deferred,
         (SELECT pg_catalog.format('%I.%I', nspname, k.conname) FROM pg_catalog.pg_namespace WHERE oid = k.connamespace) AS constraint,
         pg_catalog.format('%I.%I', n.nspname, c.relname) AS "tableName",
         ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (num, at)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY at) AS columns,
         ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (num, at)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY at) AS references
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE k.contype = 'f' AND k.conrelid = ANY ($1::oid[]) AND k.conparentid = 0
   ORDER BY k.oid`;

const checksQuery = `
  SELECT k.conrelid::int8::float8 AS of, k.conname AS name,
         ARRAY(SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute
                WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey)) AS columns,
         pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS condition
    FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.conrelid = ANY ($1::oid[])`;

// An index depends on the columns in its expressions and its predicate.
const uniqueQuery = `
  SELECT i.indrelid::int8::float8 AS of, c.relname AS name,
         ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = i.indrelid AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                   OR COALESCE(i.indexprs, i.indpred) IS NOT NULL AND EXISTS (SELECT FROM pg_catalog.pg_depend d
                               WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
                                 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.indrelid
                                 AND d.refobjsubid = a.attnum AND a.attnum > 0))) AS columns,
         ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, n, true)
                 FROM pg_catalog.generate_series(1, i.indnkeyatts::int) AS n ORDER BY n) AS parts,
         ARRAY(SELECT COALESCE((SELECT pg_catalog.format('OPERATOR(%I.%s)', s.nspname, o.oprname)
                                  FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
                                 WHERE o.oid = k.conexclop[n]),
                               CASE WHEN pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' = 'true'
                                    THEN 'IS NOT DISTINCT FROM' ELSE '=' END)
                 FROM pg_catalog.generate_series(1, i.indnkeyatts::int) AS n ORDER BY n) AS operators,
         pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
   WHERE (i.indisunique OR i.indisexclusion) AND i.indrelid = ANY ($1::oid[])
   ORDER BY i.indexrelid`;

// Of very many partitions the first few hundred are enough.
const partitionsQuery = `
  SELECT c.oid::int8::float8 AS of,
         (SELECT pg_catalog.string_agg('(' || COALESCE(bound, 'true') || ')', ' OR ' ORDER BY n)
            FROM (SELECT pg_catalog.pg_get_partition_constraintdef(relid) AS bound, pg_catalog.row_number() OVER (ORDER BY relid) AS n
                    FROM pg_catalog.pg_partition_tree(c.oid) WHERE isleaf AND level > 0) AS leaves
           WHERE n <= 300) AS condition
    FROM pg_catalog.pg_class c WHERE c.relkind = 'p' AND c.oid = ANY ($1::oid[])`;

const kinds: Readonly<Record<string, SampleType['kind']>> = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  m: 'multirange',
  r: 'range',
};

function typeOf(oid: number, types: ReadonlyMap<number, TypeRow>): SampleType {
  const row = types.get(oid);
  const inner = row?.array ? row.element : (row?.base ?? 0);
  return {
    written: row?.written ?? 'text',
    name: row?.name ?? '',
    kind: kinds[row?.typtype ?? ''] ?? 'pseudo',
    modifier: row?.modifier ?? -1,
    labels: row?.labels ?? [],
    inner: inner === 0 ? null : typeOf(inner, types),
    array: row?.array ?? false,
    attributes: row?.attributes ?? 0,
    allowed: allowedBy(row?.checks ?? []),
    conditions: (row?.checks ?? []).map((check) => check.replace(/^CHECK (\(.*\))(?: NOT VALID)?$/s, '$1')),
  };
}

/** The literals of `CHECK ((x = ANY (ARRAY['a'::text, 'b'::text])))` and `x = 'a' OR x = 'b'`. */
function allowedBy(checks: readonly string[]): readonly string[] | null {
  for (const check of checks) {
    if (!/= ANY \(|= '/.test(check) || /[<>]| AND /.test(check)) continue;
    const texts = Array.from(check.matchAll(/'((?:[^']|'')*)'::/g), (match) =>
      (match[1] ?? '').replaceAll("''", "'"),
    );
    const numbers = /ARRAY\[([\d., ]+)\]/.exec(check)?.[1]?.split(', ') ?? [];
    const found = texts.length > 0 ? texts : numbers;
    if (found.length > 0) return found;
  }
  return null;
}
