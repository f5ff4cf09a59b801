import type { Catalog } from './catalog/catalog.ts';
import {
  type CommonTableExpr,
  type Expr,
  type QueryNode,
  type RangeTblEntry,
  Rte,
  type Var,
} from './tree/nodes.ts';

/** A query and the queries around it: where its Vars and WITH names are looked up. */
export interface Scope {
  readonly catalog: Catalog;
  readonly query: QueryNode;
  /** The query that this one stands in; null for a statement, a view's definition or a function's body. */
  readonly outer: Scope | null;
}

/** The scope of a whole statement, a view's definition or a function's body. */
export function rootScope(catalog: Catalog, query: QueryNode): Scope {
  return { catalog, query, outer: null };
}

/** The scope of a query that stands in another one: a subquery, a sublink's, a WITH query's. */
export function innerScope(outer: Scope, query: QueryNode): Scope {
  return { catalog: outer.catalog, query, outer };
}

/** The scope `levels` queries further out; null if there are not so many. */
export function outerScope(scope: Scope, levels: number): Scope | null {
  let at: Scope | null = scope;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer;
  return at;
}

export interface Found<T> {
  readonly node: T;
  /** The query that holds it. */
  readonly scope: Scope;
}

/** The range table entry that a Var names. */
export function entryOf(scope: Scope, variable: Var): Found<RangeTblEntry> | null {
  const holder = outerScope(scope, variable.varlevelsup);
  const node = holder?.query.rtable?.[variable.varno - 1];
  return holder === null || node === undefined ? null : { node, scope: holder };
}

/** The WITH query that a range table entry of `scope` refers to. */
export function withQueryOf(scope: Scope, entry: RangeTblEntry): Found<CommonTableExpr> | null {
  const holder = outerScope(scope, entry.ctelevelsup ?? 0);
  const node = holder?.query.cteList?.find(({ ctename }) => ctename === entry.ctename);
  return holder === null || node === undefined ? null : { node, scope: holder };
}

/** The expressions of a query's result columns: its target list, or RETURNING; without those only sorted by. */
export function resultExpressions(query: QueryNode): readonly Expr[] {
  const list = (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
  return list.filter((entry) => !entry.resjunk).map((entry) => entry.expr);
}

/**
 * The expressions that a Var's value comes from, one level down, each with the scope it is to be read in: the
 * column of a subquery or WITH query (of each arm of a set operation), of VALUES, a join's merged column, a
 * grouping expression. Outer joins and grouping sets may still make the Var null where they are not.
 * Null where no expression is behind it: a relation's column, a function's, a whole row, a recursive WITH query's.
 */
export function originsOf(scope: Scope, variable: Var): readonly Found<Expr>[] | null {
  const found = entryOf(scope, variable);
  const column = variable.varattno - 1;
  if (found === null || column < 0) return null;
  const { node: entry, scope: holder } = found;
  switch (entry.rtekind) {
    case Rte.subquery:
      return entry.subquery ? columnOf(innerScope(holder, entry.subquery), column) : null;
    case Rte.cte: {
      const cte = withQueryOf(holder, entry);
      if (cte === null || cte.node.cterecursive) return null;
      return columnOf(innerScope(cte.scope, cte.node.ctequery), column);
    }
    case Rte.join:
      return one(holder, entry.joinaliasvars?.[column]);
    case Rte.group:
      return one(holder, entry.groupexprs?.[column]);
    case Rte.values:
      return (entry.values_lists ?? []).flatMap((row) => one(holder, row[column]) ?? []);
    default:
      return null;
  }
}

function one(scope: Scope, node: Expr | null | undefined): readonly Found<Expr>[] | null {
  return node === null || node === undefined ? null : [{ node, scope }];
}

/** A query's result column, in each arm of its set operations. */
function columnOf(scope: Scope, column: number): readonly Found<Expr>[] | null {
  const { query } = scope;
  if (query.setOperations === null) return one(scope, resultExpressions(query)[column]);
  const arms: Found<Expr>[] = [];
  for (const entry of setOperationArms(query)) {
    const arm = entry.subquery ? columnOf(innerScope(scope, entry.subquery), column) : null;
    if (arm === null) return null;
    arms.push(...arm);
  }
  return arms;
}

/** The range table entries of a set operation's arms, from left to right. */
export function setOperationArms(query: QueryNode): readonly RangeTblEntry[] {
  const arms: RangeTblEntry[] = [];
  const visit = (node: QueryNode['setOperations']): void => {
    if (node === null) return;
    if (node.tag === 'SETOPERATIONSTMT') {
      visit(node.larg);
      visit(node.rarg);
      return;
    }
    const entry = query.rtable?.[node.rtindex - 1];
    if (entry !== undefined) arms.push(entry);
  };
  visit(query.setOperations);
  return arms;
}
