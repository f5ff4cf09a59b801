import { grouped, number, numbers, type Row, textOrEmpty } from './rows.ts';

/**
 * What a write is held against, valid or not: constraints that are NOT VALID and indexes that were never finished bind
 * new rows all the same. Keyed by a relation's OID unless said otherwise.
 */
export interface Bindings {
  readonly uniqueIndexes: ReadonlyMap<number, readonly BindingIndex[]>;
  readonly checks: ReadonlyMap<number, readonly BindingCheck[]>;
  /** By the domain's OID: the names of its own CHECK constraints. */
  readonly domainChecks: ReadonlyMap<number, readonly string[]>;
  readonly foreignKeys: ReadonlyMap<number, readonly BindingForeignKey[]>;
  /** The same ones by the relation that they refer to. */
  readonly references: ReadonlyMap<number, readonly BindingForeignKey[]>;
  /** `attnum`s. */
  readonly notNull: ReadonlyMap<number, readonly number[]>;
  /** What CHECK constraints, indexes, defaults and generated columns call and name beside the built-in. */
  readonly evaluated: ReadonlyMap<number, readonly Evaluated[]>;
  /** The same for a domain's CHECK constraints, by its OID. */
  readonly evaluatedByDomain: ReadonlyMap<number, readonly Evaluated[]>;
  /** OIDs of immutable functions that are compiled code: they cannot write, and raise none of these errors. */
  readonly compiled: ReadonlySet<number>;
}

/** A unique index or that of an exclusion constraint. */
export interface BindingIndex {
  readonly oid: number;
  /** `pg_constraint.oid`; 0 for an index without constraint. */
  readonly constraint: number;
  /** The partitioned index that it is a part of; 0 if none. */
  readonly parent: number;
  readonly name: string;
  /** `attnum`s of the key; 0 represents an expression. */
  readonly columns: readonly number[];
  /** `attnum`s that the key, its expressions and its predicate consider. */
  readonly depends: readonly number[];
  readonly exclusion: boolean;
  /** WITHOUT OVERLAPS (PostgreSQL 18). */
  readonly temporal: boolean;
  readonly partial: boolean;
  readonly valid: boolean;
}

export interface BindingCheck {
  readonly name: string;
  /** `attnum`s that it considers; 0 for the whole row. */
  readonly columns: readonly number[];
}

export interface BindingForeignKey {
  readonly name: string;
  readonly relation: number;
  readonly columns: readonly number[];
  readonly references: number;
  readonly referencedColumns: readonly number[];
  /** `confupdtype`, `confdeltype`: a NO ACTION, r RESTRICT, c CASCADE, n SET NULL, d SET DEFAULT. */
  readonly onUpdate: string;
  readonly onDelete: string;
  /** The columns that ON DELETE SET NULL or SET DEFAULT sets. */
  readonly setColumns: readonly number[];
  /** MATCH FULL. */
  readonly full: boolean;
}

export interface Evaluated {
  /** Of a default; 0 for what is evaluated whatever is written. */
  readonly column: number;
  /** OID; 0 if it is a type. */
  readonly function: number;
  readonly type: number;
}

/** The statements that load them. */
export function bindingQueries(version: number, ours: (column: string) => string) {
  const enforced = version >= 180000 ? 'conenforced' : 'true';
  const setColumns =
    version >= 150000
      ? "coalesce(array_to_string(confdelsetcols, ' '), array_to_string(conkey, ' '))"
      : "array_to_string(conkey, ' ')";
  return {
    bindingIndexes: `SELECT x.indrelid::int8, x.indexrelid::int8, coalesce(k.oid, 0)::int8, coalesce(h.inhparent, 0)::int8,
        c.relname, array_to_string((x.indkey::int2[])[0:x.indnkeyatts - 1], ' '),
        CASE WHEN x.indexprs IS NOT NULL OR x.indpred IS NOT NULL THEN
          (SELECT string_agg(d.refobjsubid::text, ' ') FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
             AND d.objid = x.indexrelid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid
             AND d.refobjsubid > 0)
        END,
        x.indisexclusion, x.indisexclusion AND x.indisunique, x.indpred IS NOT NULL, x.indisvalid
      FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
      LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')
      LEFT JOIN pg_inherits h ON h.inhrelid = x.indexrelid
      WHERE ${ours('x.indrelid')} AND (x.indisunique OR x.indisexclusion) AND x.indislive
      ORDER BY x.indrelid, c.relname`,
    bindingConstraints: `SELECT contype, conrelid::int8, contypid::int8, conname, array_to_string(conkey, ' '),
        confrelid::int8, array_to_string(confkey, ' '), confupdtype, confdeltype, ${setColumns}, confmatchtype
      FROM pg_constraint WHERE contype IN ('c', 'f') AND ${enforced} AND (${ours('conrelid')} OR contypid <> 0)
      ORDER BY conrelid, contypid, conname`,
    bindingNotNull: `SELECT attrelid::int8, attnum FROM pg_attribute
      WHERE attnotnull AND attnum > 0 AND NOT attisdropped AND ${ours('attrelid')} ORDER BY attrelid, attnum`,
    // The dependencies on what is built in are not recorded (documentation, pg_depend).
    bindingEvaluated: `SELECT e.relation::int8, e.type::int8, e.attnum, coalesce(o.oprcode::oid, p.oid, 0)::int8,
        coalesce(t.oid, 0)::int8
      FROM (
        SELECT 'pg_constraint'::regclass AS class, oid, 0 AS part, conrelid AS relation, contypid AS type, 0 AS attnum
        FROM pg_constraint WHERE contype = 'c'
        UNION ALL SELECT 'pg_class'::regclass, indexrelid, 0, indrelid, 0, 0 FROM pg_index
        UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 0, d.adrelid, 0,
          CASE a.attgenerated WHEN '' THEN d.adnum ELSE 0 END
        FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        -- Up to PostgreSQL 14 it is the generated column that depends on them.
        UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attrelid, 0, 0 FROM pg_attribute WHERE attgenerated <> ''
      ) e
      -- Few things depend on what is not built in; said so, these are looked up first.
      JOIN (SELECT classid, objid, objsubid, refclassid, refobjid FROM pg_depend WHERE refobjid >= 16384
        AND refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
      ) r ON r.classid = e.class AND r.objid = e.oid AND r.objsubid = e.part
      LEFT JOIN pg_proc p ON r.refclassid = 'pg_proc'::regclass AND p.oid = r.refobjid
      LEFT JOIN pg_operator o ON r.refclassid = 'pg_operator'::regclass AND o.oid = r.refobjid
      LEFT JOIN pg_type t ON r.refclassid = 'pg_type'::regclass AND t.oid = r.refobjid
      WHERE coalesce(p.oid, o.oid, t.oid) IS NOT NULL
      ORDER BY 1, 2, 3, 4, 5`,
    bindingCompiled: `SELECT oid::int8 FROM pg_proc
      WHERE oid >= 16384 AND prokind = 'f' AND provolatile = 'i' AND prolang IN (12, 13) ORDER BY oid`,
  };
}

export function bindings(rows: (name: keyof ReturnType<typeof bindingQueries>) => readonly Row[]): Bindings {
  const constraints = rows('bindingConstraints');
  const foreignKeys = constraints.filter(([kind]) => kind === 'f').map(foreignKey);
  const checks = constraints.filter(([kind]) => kind === 'c');
  const ofType = ([, type]: Row) => type !== '0';
  return {
    uniqueIndexes: grouped(rows('bindingIndexes'), ([relation]) => number(relation), index),
    checks: grouped(
      checks.filter(([, relation]) => relation !== '0'),
      ([, relation]) => number(relation),
      ([, , , name, columns]) => ({ name: textOrEmpty(name), columns: numbers(columns) }),
    ),
    domainChecks: grouped(
      checks.filter(([, , type]) => type !== '0'),
      ([, , type]) => number(type),
      ([, , , name]) => textOrEmpty(name),
    ),
    foreignKeys: grouped(
      foreignKeys,
      ({ relation }) => relation,
      (key) => key,
    ),
    references: grouped(
      foreignKeys,
      ({ references }) => references,
      (key) => key,
    ),
    notNull: grouped(
      rows('bindingNotNull'),
      ([relation]) => number(relation),
      ([, attnum]) => number(attnum),
    ),
    evaluated: grouped(
      rows('bindingEvaluated').filter((row) => !ofType(row)),
      ([relation]) => number(relation),
      evaluated,
    ),
    evaluatedByDomain: grouped(
      rows('bindingEvaluated').filter(ofType),
      ([, type]) => number(type),
      evaluated,
    ),
    compiled: new Set(rows('bindingCompiled').map(([oid]) => number(oid))),
  };
}

function index([
  ,
  oid,
  constraint,
  parent,
  name,
  columns,
  depends,
  exclusion,
  temporal,
  partial,
  valid,
]: Row): BindingIndex {
  const key = numbers(columns);
  return {
    oid: number(oid),
    constraint: number(constraint),
    parent: number(parent),
    name: textOrEmpty(name),
    columns: key,
    depends: [...new Set([...key.filter((column) => column > 0), ...numbers(depends)])],
    exclusion: exclusion === 't',
    temporal: temporal === 't',
    partial: partial === 't',
    valid: valid === 't',
  };
}

function foreignKey(row: Row): BindingForeignKey {
  const [, relation, , name, columns, references, referenced, onUpdate, onDelete, setColumns, match] = row;
  return {
    name: textOrEmpty(name),
    relation: number(relation),
    columns: numbers(columns),
    references: number(references),
    referencedColumns: numbers(referenced),
    onUpdate: textOrEmpty(onUpdate),
    onDelete: textOrEmpty(onDelete),
    setColumns: numbers(setColumns),
    full: match === 'f',
  };
}

function evaluated([, , column, called, type]: Row): Evaluated {
  return { column: number(column), function: number(called), type: number(type) };
}
