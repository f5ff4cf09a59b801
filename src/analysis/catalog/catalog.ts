import type { Bindings } from './bindings.ts';

/**
 * What the analysis knows of a database: its system catalogs (PostgreSQL documentation, chapter 53), loaded in
 * bulk once. Keyed by OID; OIDs never leave the analysis.
 */
export interface Catalog {
  /** `server_version_num`, for example 180004. */
  readonly version: number;
  /** `server_version`, for example `18.4`. */
  readonly release: string;
  /** `server_encoding`, for example `UTF8`. */
  readonly encoding: string;
  readonly types: ReadonlyMap<number, TypeEntry>;
  readonly relations: ReadonlyMap<number, Relation>;
  readonly functions: Lookup<FunctionEntry>;
  /** The extensions' names by the OIDs of their functions. */
  readonly extensionFunctions: ReadonlyMap<number, string>;
  readonly operators: Lookup<OperatorEntry>;
  /** Operators that are some btree operator class's equality, with the operator families that they are it in. */
  readonly equality: ReadonlyMap<number, readonly number[]>;
  /** What only violations are told from; null where they are not needed. */
  readonly bindings: Bindings | null;
  /** Types with a cast to json or jsonb that is a function: to_json and the like use it. */
  readonly jsonCasts: ReadonlySet<number>;
  /** Collations for which different strings can be equal. */
  readonly nondeterministic: ReadonlySet<number>;
}

/** By OID; what is in it is only known of what was asked for. */
export interface Lookup<T> {
  get(oid: number): T | undefined;
}

export interface BindingCatalog extends Catalog {
  readonly bindings: Bindings;
}

export function hasBindings(catalog: Catalog): catalog is BindingCatalog {
  return catalog.bindings !== null;
}

export interface TypeEntry {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Whether the name finds it without its schema on the session's search path. */
  readonly visible: boolean;
  /** `typtype`: b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  readonly kind: string;
  /** Domains: `typnotnull` of this one; its base may be another domain. */
  readonly notNull: boolean;
  /** Domains: the type below; 0 for others. */
  readonly base: number;
  /** Domains: `typtypmod`, the base's modifier; -1 if none. */
  readonly baseModifier: number;
  /** True arrays (those that some type's `typarray` names): the element's OID; 0 for others. */
  readonly element: number;
  /** The type of arrays of this; 0 if none. */
  readonly array: number;
  /** Composites: the relation with the fields; 0 for others. */
  readonly relation: number;
  /** `typdelim`: what is between the elements of an array of this. */
  readonly delimiter: string;
  /** Enums: in sort order. */
  readonly labels: readonly string[];
  /** Enums: the labels' OIDs, in the same order, which their values are stored as. */
  readonly labelOids: readonly number[];
  /** Ranges: the subtype. Multiranges: the range. 0 for others. */
  readonly subtype: number;
  /** Domains: CHECK constraints, their conditions as node text. */
  readonly checks: readonly { readonly name: string; readonly condition: string }[];
}

export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `relkind`: r table, p partitioned table, v view, m materialised view, f foreign table, c composite type. */
  readonly kind: string;
  /** By `attnum`; dropped ones omitted. */
  readonly columns: ReadonlyMap<number, Attribute>;
  /** Tables that inherit from it, partitions too; direct ones. */
  readonly children: readonly number[];
  readonly keys: readonly UniqueKey[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Validated, enforced CHECK constraints. */
  readonly checks: readonly Check[];
  /** User triggers that fire, ORed `tgtype` bits, one entry each (src/include/catalog/pg_trigger.h). */
  readonly triggers: readonly number[];
  /** In the same order: the text of a BEFORE row trigger's function in plpgsql; null for all others. */
  readonly triggerBodies: readonly (string | null)[];
  /** Rules other than a view's own: `ev_type` ('2' UPDATE, '3' INSERT, '4' DELETE). */
  readonly rules: readonly string[];
  /** Views and materialised views: the defining query as node text (`pg_rewrite.ev_action`). */
  readonly definition: string | null;
  readonly rowSecurity: boolean;
  /** FORCE ROW LEVEL SECURITY: the table's owner is bound, too. */
  readonly forcedRowSecurity: boolean;
  readonly policies: readonly Policy[];
  /** A view with `security_invoker`: who uses it reads the tables, not the view's owner. */
  readonly invoker: boolean;
  /** Whether the owner is bound by no policy: a superuser, or a role with BYPASSRLS. */
  readonly ownerBypasses: boolean;
}

/** A policy of row-level security. */
export interface Policy {
  /** `polcmd`: r SELECT, a INSERT, w UPDATE, d DELETE, * all. */
  readonly command: string;
  /** False: a restrictive one, which each row must meet. */
  readonly permissive: boolean;
  /** Whether it is for every role. */
  readonly forAll: boolean;
  /** USING and WITH CHECK as node text; columns are VARs of range table entry 1. */
  readonly using: string | null;
  readonly check: string | null;
}

export interface Attribute {
  readonly number: number;
  readonly name: string;
  readonly type: number;
  /** `atttypmod`: for numeric(p, s) not -1. */
  readonly typeModifier: number;
  /** A validated NOT NULL constraint. */
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** `attgenerated`: '' none, 's' stored, 'v' virtual. */
  readonly generated: string;
  /** `attidentity`: '' none, 'a' always, 'd' by default. */
  readonly identity: string;
  /** The default or generation expression as node text. */
  readonly expression: string | null;
  readonly comment: string | null;
}

export interface UniqueKey {
  readonly name: string;
  /** `attnum`s; 0 represents an expression. */
  readonly columns: readonly number[];
  readonly primary: boolean;
  /** Of a partial index: what its rows meet, as node text; null for others. */
  readonly predicate: string | null;
  /** False for deferrable constraints: duplicates can be seen inside a transaction. */
  readonly immediate: boolean;
  readonly nullsNotDistinct: boolean;
  /** For each column: the operator family whose equality makes it unique, and its collation. */
  readonly families: readonly number[];
  readonly collations: readonly number[];
  /** The expressions that represent the zeros of `columns`, as the node text of a list; null if there is none. */
  readonly expressions: string | null;
  /** WITHOUT OVERLAPS (PostgreSQL 18): the operators that two rows must not all meet, by column; null for others. */
  readonly exclusion: readonly number[] | null;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly number[];
  readonly references: number;
  readonly referencedColumns: readonly number[];
  /** Validated and enforced, not deferrable, and its triggers are not disabled. */
  readonly holds: boolean;
  /** What a changed or deleted partner does: a no action, r restrict, c cascade, n set null, d set default. */
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface Check {
  readonly name: string;
  /** The condition as node text; columns are VARs of range table entry 1. */
  readonly condition: string;
  /** NO INHERIT: it does not bind the rows of children. */
  readonly noInherit: boolean;
}

export interface FunctionEntry {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `prokind`: f function, p procedure, a aggregate, w window function. */
  readonly kind: string;
  readonly strict: boolean;
  readonly returnsSet: boolean;
  /** `provolatile`: i immutable, s stable, v volatile. */
  readonly volatility: string;
  readonly resultType: number;
  /** Input arguments. */
  readonly argumentTypes: readonly number[];
  /** Those of the last arguments that have one, as node text; null if none. */
  readonly defaults: string | null;
  /** Element type of VARIADIC; 0 if none. */
  readonly variadic: number;
  /** OUT, INOUT and TABLE columns: names and types; null if none. */
  readonly columns: readonly { readonly name: string; readonly type: number }[] | null;
  /** The analysed body of a function in SQL, as node text; null if it is not known. */
  readonly body: string | null;
  /** Whether that body is a string, whose names have their meaning from the settings of the call. */
  readonly stringBody: boolean;
  /** Its SET clauses, as `name=value` (`pg_proc.proconfig`). */
  readonly settings: readonly string[];
  /** SECURITY DEFINER: it runs as its owner. */
  readonly definer: boolean;
}

export interface OperatorEntry {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly function: number;
  /** The operator that gives the opposite; 0 if none. */
  readonly negator: number;
  readonly left: number;
  readonly right: number;
}

/** The first OID that initdb does not hand out (src/include/access/transam.h). */
export const FIRST_NORMAL_OID = 16384;

/** Up to here OIDs are written into the server's source, and the same on every server (FirstGenbkiObjectId in transam.h). */
export const LAST_BUILT_IN_OID = 9999;
