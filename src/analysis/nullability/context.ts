import type { Catalog } from '../catalog/catalog.ts';
import type { Facts } from '../facts.ts';
import type { Scope } from '../scope.ts';
import type { CommonTableExpr, Expr, QueryNode } from '../tree/nodes.ts';
import type { Atoms, Proven } from './atoms.ts';
import type { Regions } from './outer-join-side.ts';

/** Of a target's row in RETURNING: as it was, as it is now, or whichever of the two MERGE's action left. */
export type RowVersion = 'before' | 'after' | 'either';

/** One query while it is considered: what is known of its range table, for whoever considers its expressions. */
export interface Frame {
  /** Unlike any other frame's of the same analysis, so that atoms of different queries don't meet. */
  readonly id: number;
  readonly scope: Scope;
  readonly engine: Engine;
  /** Where this query is in the query around it. */
  readonly outer: Context | null;
  readonly regions: Regions;
  /** Facts of each range table entry's columns, once asked for. */
  readonly entries: (readonly Facts[] | undefined)[];
  /** Facts of each WITH query's columns, once asked for. */
  readonly withQueries: Map<CommonTableExpr, readonly Facts[]>;
  /** What is known where the query begins. */
  readonly start: Proven;
  /** What holds for every row that comes out of FROM and WHERE; grows while these are read. */
  proven: Proven;
  /** What holds for every row that a window function considers: a CASE around it speaks of its own row only. */
  windowed: Proven;
  readonly grouping: Grouping | null;
  /** WITH queries and range table entries that have no row for sure, so far as they were considered. */
  readonly empty: Set<CommonTableExpr | number>;
  /** Null while there is no RETURNING to consider. */
  written: ReturningFacts | null;
  readonly memo: FrameMemo;
}

/** What one question found about nodes of a frame's query. */
export type Memo<T> = Map<object, Remembered<T>>;

interface Remembered<T> {
  /** How often the node was evaluated. */
  evaluations: number;
  readonly found: { readonly context: Context; readonly detail: number; readonly value: T }[];
}

/** The key of an expression, which names equal ones. */
export interface InternedKey {
  readonly key: string;
  /** Those whose variables are in it, as `v1.`. */
  readonly frames: ReadonlySet<string>;
  /** How deeply its parts are nested. */
  readonly height: number;
}

/** What was found about the nodes of a frame's query. */
export interface FrameMemo {
  readonly facts: Memo<Facts>;
  readonly implications: Memo<Atoms>;
  readonly notNull: Memo<Atoms>;
  readonly reached: Memo<readonly Result[]>;
  readonly opened: Memo<Opened>;
  readonly keys: Map<object, Map<number, InternedKey | null>>;
  /** Sets of assumed NULLs, by their atoms. */
  readonly nulls: Map<string, ReadonlySet<string>>;
}

/** What a CASE may result in. */
export interface Result {
  readonly result: Expr;
  /** What the branch's own condition says where it is reached. */
  readonly reached: Atoms;
  /** What is known where it is reached: from that condition, and from those before, which were not true. */
  readonly at: Context;
}

/** GROUPING SETS: what they set to NULL in some rows. */
export interface Grouping {
  /** `ressortgroupref`s of grouping expressions that are not in every grouping set. */
  readonly references: ReadonlySet<number>;
  /** Their keys. */
  readonly keys: ReadonlySet<string>;
  /** An expression among them has no key: nothing can be told from it. */
  readonly opaque: boolean;
}

/** What RETURNING sees of a target's column (0 for the whole row, negative for a system column). */
export type ReturningFacts = (column: number, version: RowVersion) => Facts;

/** Where an expression is evaluated, and what is known there. */
export interface Context {
  readonly frame: Frame;
  readonly outer: Context | null;
  readonly proven: Proven;
  /** Before grouping, after it, or in RETURNING. */
  readonly stage: 'row' | 'group' | 'returning';
  /** What a CASETESTEXPR represents. */
  readonly caseTest: { readonly facts: Facts; readonly expr: Expr | null } | null;
  /** Whether it must be told what a condition rules out: among those of a CASE. */
  readonly useExclusions?: boolean;
  /**
   * Whether it was evaluated when the row was written, as a CHECK was: what is not immutable, a function of the user's or a
   * domain may have given something else then.
   */
  readonly past?: boolean;
  /** Atoms of what is assumed to be NULL, to see whether that can be. */
  readonly nulls?: ReadonlySet<string>;
  /** What the PARAMs of a sublink's comparison represent. */
  readonly sublink: readonly Facts[] | null;
}

/** A query that was opened: its columns, and what is known where its result rows are made. */
export interface Opened {
  readonly frame: Frame;
  /** Where the target list or RETURNING is evaluated. */
  readonly result: Context;
  readonly columns: () => readonly Facts[];
  /** The columns of those of its rows for which conditions about its result expressions are true. */
  readonly columnsGiven: (conditions: readonly Expr[]) => readonly Facts[];
  /** Whether it has no row for sure, by its own conditions alone. */
  readonly never: boolean;
  /** Whether it has no row for sure, looking into its subqueries too. */
  readonly isEmpty: () => boolean;
}

/** What may be relied upon besides what a query says. */
export interface Assumptions {
  /**
   * Constraints, functions and views as they are now. Not inside of a materialised view: its rows are of the time when
   * it was refreshed, and they are not considered again when something is altered.
   */
  readonly definitions: boolean;
  /**
   * That every referencing row has its partner. A function's body may look on while a statement is under way, and rows
   * that are locked or written to may be newer than their partners.
   */
  readonly foreignKeys: boolean;
  /** Settings that the functions around set: names in a body that is a string may mean something else under them. */
  readonly settings: readonly string[];
}

/** The mutually recursive parts, so that each can be in its own file. */
export interface Engine {
  readonly catalog: Catalog;
  /** Facts of `$1`, `$2`, ...: of a function's arguments, or what callers of the statement keep to; null if unknown. */
  readonly params: readonly Facts[] | null;
  readonly trust: Assumptions;
  readonly nextFrame: () => number;
  /** Answers that were read while they were still being worked out: what rests on them is not remembered. */
  readonly provisional: { reads: number };
  /** How many evaluations are in each other. */
  readonly nesting: { evaluation: number; key: number; tooDeep: number };
  /** How often each query was opened, wherever it is. */
  readonly opens: Map<QueryNode, number>;
  /** Queries without a query around them: views and bodies of functions. */
  readonly roots: Map<QueryNode, Opened>;
  /** The short form of each expression's key. */
  readonly keys: Map<string, InternedKey>;
  readonly facts: (expr: Expr, context: Context) => Facts;
  /** What holds if the condition comes out as one of `outcomes`. */
  readonly implications: (expr: Expr, outcomes: number, context: Context) => Atoms;
  readonly open: (query: QueryNode, outer: Context | null) => Opened;
  /** Opens a query anew, whose answers rest on what is being worked out. */
  readonly reopen: (query: QueryNode, outer: Context) => Opened;
  /** Columns of a relation; with its inheritance children or without; relying on less, if so. */
  readonly relation: (oid: number, inherited: boolean, overrides?: Partial<Assumptions>) => RelationFacts;
  /** The columns of one row that a function returns, for a call with these arguments. */
  readonly body: (functionOid: number, args: readonly Facts[]) => FunctionBody | null;
}

/** What a relation's rows are known to hold. */
export interface RelationFacts {
  /** By `attnum`. */
  readonly columns: ReadonlyMap<number, Facts>;
  /** Whether its rows have the system columns of a table. */
  readonly isTable: boolean;
}

/** The last statement of the body of a function in SQL. */
export interface FunctionBody {
  readonly columns: readonly Facts[];
  readonly atLeastOneRow: boolean;
}

/** The context `levels` queries further out, with all that is known here. */
export function contextAt(context: Context, levels: number): Context | null {
  if (levels === 0) return context;
  let at: Context | null = context;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer;
  return at === null ? null : { ...at, proven: context.proven };
}
