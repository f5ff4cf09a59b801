import type { Catalog } from '../catalog/catalog.ts';
import { definingQuery } from '../catalog/definition.ts';
import { innerScope, rootScope, type Scope, withQueryOf } from '../scope.ts';
import type { Expr, JoinExpr, JoinTreeNode, QueryNode, RangeTblEntry } from '../tree/nodes.ts';
import { Cmd, Join, Rte } from '../tree/nodes.ts';
import type { Determined } from './determined.ts';
import type { EntryItem, FullJoinLayer, Layer, NullableSide } from './layers.ts';
import { type Surveyed, surveyQueries } from './survey.ts';
import type { Term } from './terms.ts';

/** How many rows there are; max null is unbounded. */
export interface Cardinality {
  readonly min: number;
  readonly max: number | null;
}

/** Of a query's result columns, by number: in which ways those that are considered are determined. */
export type DeterminedResults = ReadonlyMap<number, readonly Determined[]>;

/** The most rows of a query, and what is known of those rows. */
export interface MaxRows {
  readonly max: number | null;
  /** In which ways a result column is determined. */
  readonly determined: (result: number) => readonly Determined[];
}

/** A statement whose rows are counted. */
export interface RowAnalysis {
  readonly catalog: Catalog;
  /** Indexes of the `$n` that represent more than one value at run time. */
  readonly variadicParams: ReadonlySet<number>;
  /** The most rows of another query, of those whose results are so determined. */
  readonly maxRows: (scope: Scope, results: DeterminedResults) => MaxRows;
  readonly blocks: Map<QueryNode, Block>;
  readonly surveyed: Map<QueryNode, Surveyed>;
}

/** What an expression's value depends on. */
export interface Support {
  /** Where these columns have one value, so has the expression: nothing volatile, and no `$n` that represents more values. */
  readonly fixed: boolean;
  /** The columns of this query's FROM that it considers. */
  readonly terms: readonly Term[];
}

/** Where all of `from` have one value, `target` has one of `count` values. */
export interface Dependency {
  readonly target: Term;
  readonly from: readonly Term[];
  readonly way: Determined;
  readonly count: number;
}

/** `target` is equal to `twin`. */
export interface Link extends Pick<Determined, 'families' | 'collation' | 'nullable'> {
  readonly target: Term;
  readonly twin: Term;
}

/** What a condition that holds says of columns. */
export interface Said {
  readonly rules: readonly Dependency[];
  readonly links: readonly Link[];
  /** Range table indexes of what it considers. */
  readonly mentions: readonly number[];
}

/**
 * A unique key, of those rows that meet its predicate: one row where all its columns are determined. What of the predicate is
 * not sure from the conditions is left over: columns that must be NULL, or not to be.
 */
export interface KeyPlan {
  readonly columns: readonly KeyColumn[];
  readonly notNull: readonly Term[];
  readonly isNull: readonly Term[];
}

export interface KeyColumn {
  readonly term: Term;
  /** Btree operator families: two rows that are equal by one of them are not both let in. */
  readonly families: readonly number[];
  readonly collation: number;
  /** Whether it may be NULL: NULLS NOT DISTINCT, or it never is. */
  readonly acceptsNull: boolean;
}

/** How the rows of a range table entry are counted. */
export type EntryPlan =
  | { readonly kind: 'relation'; readonly keys: readonly KeyPlan[]; readonly rules: readonly Dependency[] }
  | {
      /** A subquery, WITH query or view. */
      readonly kind: 'derived';
      readonly scope: Scope;
      /** What it considers of the rows beside it: LATERAL. */
      readonly around: Support;
      /** Whether it gives the same rows whenever it is run. */
      readonly stable: boolean;
    }
  | { readonly kind: 'sized'; readonly size: number | null; readonly around: Support };

/** What a layer's rows are counted from. */
export interface LayerPlan {
  readonly layer: Layer;
  readonly items: readonly (readonly [EntryItem, EntryPlan])[];
  /** What the layer's conditions say, and those around it that consider its entries. */
  readonly rules: readonly Dependency[];
  readonly links: readonly Link[];
  readonly sides: readonly (readonly [NullableSide, Support])[];
}

/** One query level, with all that its rows are counted from; what a view or WITH query is has one, however often it is used. */
export interface Block {
  readonly analysis: RowAnalysis;
  readonly scope: Scope;
  readonly query: QueryNode;
  /** Its FROM. */
  readonly tree: JoinTreeNode | null;
  /** Its layers, made when they are first asked for. */
  root: Layer | null;
  readonly supports: Map<object, Support>;
  readonly said: Map<Expr, Said>;
  /** By a layer without parent: the layers from there on. */
  readonly plans: Map<Layer, readonly LayerPlan[]>;
  readonly fullJoins: Map<FullJoinLayer, { readonly max: number | null; readonly stable: boolean }>;
  /** By what is determined of the results. */
  readonly evaluated: Map<string, MaxRows>;
}

/** The block of a scope's query, made when it is first asked for. */
export function blockOf(analysis: RowAnalysis, scope: Scope): Block {
  let block = analysis.blocks.get(scope.query);
  if (block === undefined) {
    block = {
      analysis,
      scope,
      query: scope.query,
      tree: fromTree(scope.query),
      root: null,
      supports: new Map(),
      said: new Map(),
      plans: new Map(),
      fullJoins: new Map(),
      evaluated: new Map(),
    };
    analysis.blocks.set(scope.query, block);
  }
  return block;
}

/** MERGE joins each source row with the target rows that it matches, or none. */
function fromTree(query: QueryNode): JoinTreeNode | null {
  const isMerge = query.commandType === Cmd.merge && query.mergeActionList && query.mergeJoinCondition;
  const [source] = query.jointree?.fromlist ?? [];
  if (!isMerge || source === undefined) return query.jointree;
  const join: JoinExpr = {
    tag: 'JOINEXPR',
    jointype: Join.left,
    larg: source,
    rarg: { tag: 'RANGETBLREF', rtindex: query.resultRelation },
    quals: query.mergeJoinCondition ?? null,
    rtindex: 0,
  };
  return join;
}

/** The query behind a subquery, WITH entry or view; null for others and for recursive ones. */
export function queryOrViewBehind(entry: RangeTblEntry, scope: Scope): Scope | null {
  if (entry.rtekind === Rte.subquery && entry.subquery) return innerScope(scope, entry.subquery);
  if (entry.rtekind === Rte.relation) {
    const relation = scope.catalog.relations.get(entry.relid ?? 0);
    const view = relation?.kind === 'v' ? definingQuery(relation) : null;
    return view === null ? null : rootScope(scope.catalog, view);
  }
  if (entry.rtekind !== Rte.cte) return null;
  const cte = withQueryOf(scope, entry);
  return cte === null || cte.node.cterecursive ? null : innerScope(cte.scope, cte.node.ctequery);
}

/** What was found out about a query; surveys the view that it is where that was not done yet. */
export function surveyOf({ surveyed, catalog }: RowAnalysis, scope: Scope, onNode: () => void): Surveyed {
  if (!surveyed.has(scope.query)) surveyQueries(catalog, scope, surveyed, onNode);
  return surveyed.get(scope.query) ?? { unstable: true, relations: new Set(), aroundIt: [] };
}

/** Whether running a subquery or view again within the statement may give other rows, also by way of views. */
export function isUnstable(analysis: RowAnalysis, scope: Scope, onNode: () => void): boolean {
  const seen = new Set<number>();
  const waiting: Scope[] = [scope];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { unstable, relations } = surveyOf(analysis, at, onNode);
    if (unstable) return true;
    for (const oid of relations) {
      onNode();
      const relation = seen.has(oid) ? undefined : analysis.catalog.relations.get(oid);
      seen.add(oid);
      const view = relation?.kind === 'v' ? definingQuery(relation) : null;
      if (view !== null) waiting.push(rootScope(analysis.catalog, view));
    }
  }
  return false;
}
