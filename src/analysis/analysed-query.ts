import type { ArrayTypes } from '../sql/arrays.ts';
import type { Command, Statement } from '../sql/statement.ts';
import type { OptionalParts } from './optional/parts.ts';
import type { QueryRoute } from './ownership/query-route.ts';
import type { QueryScope } from './ownership/query-scope.ts';
import type { ColumnReference, CursorValue, Literal, Value } from './type.ts';

export type { ColumnReference, QueryRoute, QueryScope };

/** A column of the result, in the order of the SELECT list. */
export interface Column {
  /** As Postgres names it, without a closing `!` or `?` of an alias. */
  readonly name: string;
  readonly value: Value;
  /** The table column that it is, unchanged; null for expressions. */
  readonly source: ColumnReference | null;
  /** `COMMENT ON COLUMN` of the source; null if none. */
  readonly comment: string | null;
  /** As the server describes it: its name, a mark included, and its type's OID if that is the same on all servers, else 0. */
  readonly described: { readonly name: string; readonly type: number };
}

/** The kinds of rows that the arms of a UNION make, told apart by a column that is a constant in each of them. */
export interface Variants {
  /** That column's index: it is never NULL, and each member has another value there. */
  readonly discriminant: number;
  /** Two at least, in the order of the arms. */
  readonly members: readonly Variant[];
}

export interface Variant {
  /** What the discriminant is in these rows. */
  readonly value: Literal;
  /** Those of the query, with what is known of them in these rows. */
  readonly columns: readonly Column[];
}

/** How the columns of a row are put into objects and lists, by dotted aliases: `"owner.name"`, `"tags[].id"`. */
export interface Nesting {
  readonly fields: readonly NestedField[];
  /** Indexes of the columns that tell objects with lists apart; absent: each row is an object. */
  readonly key?: readonly number[];
  /** The rows of one object are next to each other. */
  readonly inOrder?: true;
}

export type NestedField = NestedColumn | NestedObject | NestedList;

interface NestedColumn {
  readonly kind: 'column';
  readonly name: string;
  readonly column: number;
  /** Where what it is in is there. */
  readonly nullable: boolean;
}

interface NestedObject {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: readonly NestedField[];
  /** The column that is NULL where the object is absent, and only there; null: it is always there. */
  readonly present: number | null;
}

interface NestedList {
  readonly kind: 'list';
  readonly name: string;
  /** Of an element; or the column that the elements are. */
  readonly of: readonly NestedField[] | { readonly column: number; readonly nullable: boolean };
  /** As of an object: whether a row has an element. */
  readonly present: number | null;
  /** Tells elements with lists apart; absent: each row is an element. */
  readonly key?: readonly number[];
}

/** What Postgres and the tree say about one `$n`. */
export interface SlotValue {
  readonly name: string;
  readonly index: number;
  readonly value: Value;
  /** May be omitted of the parameters object: written with `?`, or nullable in PgTyped's convention. */
  readonly optional: boolean;
  /** The column that it is written to or compared with, for messages and overrides; null if none or several. */
  readonly column: ColumnReference | null;
  /** Absent: no page begins after it. */
  readonly cursor?: CursorValue;
}

/** `canBeMissing`: by `@optional`, so that the conditions that mention it are not sent; null is another value then. */
export type QueryParam = { readonly canBeMissing?: true } & (
  | ({ readonly kind: 'scalar' | 'list' } & SlotValue)
  | { readonly kind: 'object' | 'objects'; readonly name: string; readonly fields: readonly SlotValue[] }
);

/** A relation that a query reads or writes, with the columns it touches, sorted by name. */
export interface RelationUse {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** One INSERT, UPDATE or DELETE of a statement, on a table or on a view that it goes through. */
export interface Operation {
  readonly event: 'insert' | 'update' | 'delete';
  readonly schema: string;
  readonly table: string;
  /** The columns that are given a value, sorted by name; those that are said to be DEFAULT are omitted. */
  readonly columns: readonly string[];
}

/** A function of the schema, or of an extension. */
export interface FunctionUse {
  readonly schema: string;
  readonly name: string;
  /** Types of its input arguments with their schemas: `pg_catalog.int4`. */
  readonly argumentTypes: readonly string[];
}

/** A constraint that a statement can fail on: what the error that Postgres raises says of it. */
export interface Violation {
  readonly kind: 'unique' | 'foreignKey' | 'notNull' | 'check' | 'exclusion';
  /**
   * Its name, or a unique index's; null where the error has none: NOT NULL, which it tells by the column, and the bounds
   * of partitions.
   */
  readonly constraint: string | null;
  /** The table whose rows it binds (of a foreign key the one that refers); null for a domain's. */
  readonly table: { readonly schema: string; readonly name: string } | null;
  /** In the order of the constraint; expressions of an index are omitted; empty for a domain's. */
  readonly columns: readonly string[];
}

export interface QueryViolations {
  /** Sorted by kind, table and constraint, each once. */
  readonly constraints: readonly Violation[];
  /** Whether others can be violated too, as triggers and volatile functions may write anything anywhere. */
  readonly open: boolean;
}

/** A list, or rows. */
export interface QueryList {
  /** The parameter's name. */
  readonly param: string;
  /** Why it is sent as one parameter for each value; null: it is sent as arrays. */
  readonly expandedBecause: string | null;
}

/** One statement and everything the schema says about it. */
export interface AnalysedQuery {
  readonly statement: Statement;
  readonly command: Command;
  /** What kind of statement it is; 'UTILITY' for everything that has no query tree. */
  readonly kind: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'UTILITY';
  /** How many rows it returns (or, for `:execrows` and `:exec` without rows, affects): max null is unbounded. */
  readonly rows: { readonly min: number; readonly max: number | null };
  readonly params: readonly QueryParam[];
  readonly columns: readonly Column[];
  /** What is made of the columns; absent: a row has them as they are. `rows` counts the objects. */
  readonly nesting?: Nesting;
  /** Each row is one of these, besides being what `columns` say; absent: all rows are of one kind. */
  readonly variants?: Variants;
  readonly reads: readonly RelationUse[];
  readonly writes: readonly RelationUse[];
  /** What it does to the relations that it writes, in the order of the statement; absent: nothing is known. */
  readonly operations?: readonly Operation[];
  /** The functions that it calls itself or through views, each once; absent: nothing is known. */
  readonly calls?: readonly FunctionUse[];
  /**
   * True if it can be sent again without harm: it writes and locks nothing and calls nothing volatile. False if it writes
   * or locks; null if that is unknown, as what a volatile function or a utility statement does.
   */
  readonly readOnly: boolean | null;
  /** The constraints that it can fail on. */
  readonly violations: QueryViolations;
  /** What is not sent where parameters are omitted; absent: it is always the whole statement. */
  readonly optional?: OptionalParts;
  /** What is sent as arrays; absent: nothing. */
  readonly arrays?: ArrayTypes;
  /** Its lists and rows, and how they are sent; absent: there are none, or nothing is known. */
  readonly lists?: readonly QueryList[];
  /** By the `$n`: the columns of tables that it is assigned to as it is, so that they must take it; absent: none. */
  readonly assigned?: ReadonlyMap<number, readonly ColumnReference[]>;
  /** The text that looks up many keys, by `@load`; absent: there is none. */
  readonly loader?: string;
  /** The scopes whose tables it uses; absent: none. */
  readonly scopes?: readonly QueryScope[];
  /** Which shards it uses; absent: no table is known to be distributed, or nothing is known. */
  readonly route?: QueryRoute;
}
