import type { Catalog } from './catalog/catalog.ts';
import { step } from './steps.ts';
import { queryMemo } from './tree/memo.ts';
import {
  type CommonTableExpr,
  type Expr,
  type QueryNode,
  type RangeTblEntry,
  type RangeTblRef,
  Rte,
  type SetOperationStmt,
  type TargetEntry,
  type Var,
} from './tree/nodes.ts';

/** A query and the queries around it: where its Vars and WITH names are looked up. */
export interface Scope {
  readonly catalog: Catalog;
  readonly query: QueryNode;
  /** The query that this one is in; null for a statement, a view's definition or a function's body. */
  readonly outer: Scope | null;
  /** The scopes of the queries in it, and what was found of it, by question; see perScope. Null while there is nothing. */
  memo: Map<object, unknown> | null;
}

/** What is found once for each scope. */
export function perScope<T extends object>(find: (scope: Scope) => T): (scope: Scope) => T {
  return (scope) => {
    const known = scope.memo?.get(find) as T | undefined;
    if (known !== undefined) return known;
    const found = find(scope);
    remember(scope, find, found);
    return found;
  };
}

// Each query has one scope at each place, so that what is found there can be remembered by it.
const roots = queryMemo<Map<Catalog, Scope>>('roots');

/** The scope of a whole statement, a view's definition or a function's body. */
export function rootScope(catalog: Catalog, query: QueryNode): Scope {
  let scopes = roots.get(query);
  if (scopes === undefined) {
    scopes = new Map();
    roots.set(query, scopes);
  }
  let scope = scopes.get(catalog);
  if (scope === undefined) {
    scope = newScope(catalog, query, null);
    scopes.set(catalog, scope);
  }
  return scope;
}

/** The scope of a query that is in another one: a subquery, a sublink's, a WITH query's. */
export function innerScope(outer: Scope, query: QueryNode): Scope {
  const known = outer.memo?.get(query) as Scope | undefined;
  if (known !== undefined) return known;
  const scope = newScope(outer.catalog, query, outer);
  remember(outer, query, scope);
  return scope;
}

function newScope(catalog: Catalog, query: QueryNode, outer: Scope | null): Scope {
  return { catalog, query, outer, memo: null };
}

function remember(scope: Scope, key: object, value: object): void {
  scope.memo ??= new Map();
  scope.memo.set(key, value);
}

/** The scope `levels` queries further out; null if there are not so many. */
export function outerScope(scope: Scope, levels: number): Scope | null {
  let at: Scope | null = scope;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer;
  return at;
}

export interface InScope<T> {
  readonly node: T;
  /** The query that holds it. */
  readonly scope: Scope;
}

/** The range table entry that a Var names. */
export function entryOf(scope: Scope, variable: Var): InScope<RangeTblEntry> | null {
  const holder = outerScope(scope, variable.varlevelsup);
  const node = holder?.query.rtable?.[variable.varno - 1];
  return holder === null || node === undefined ? null : { node, scope: holder };
}

/** The WITH query that a range table entry of `scope` refers to. */
export function withQueryOf(scope: Scope, entry: RangeTblEntry): InScope<CommonTableExpr> | null {
  const holder = outerScope(scope, entry.ctelevelsup ?? 0);
  const node = holder?.query.cteList?.find(({ ctename }) => ctename === entry.ctename);
  return holder === null || node === undefined ? null : { node, scope: holder };
}

/** A query's result columns: its target list, or RETURNING; without those only sorted by. */
export function resultEntries(query: QueryNode): readonly TargetEntry[] {
  return resultList(query).filter((entry) => !entry.resjunk);
}

function resultList(query: QueryNode): readonly TargetEntry[] {
  return (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
}

/** The expression of one of a query's result columns. */
export function resultExpression(query: QueryNode, column: number): Expr | undefined {
  let before = column;
  for (const { resjunk, expr } of resultList(query)) if (!resjunk && before-- === 0) return expr;
  return undefined;
}

/** The expressions of a query's result columns. */
export function resultExpressions(query: QueryNode): readonly Expr[] {
  return resultEntries(query).map((entry) => entry.expr);
}

/**
 * The expressions that a Var's value comes from, one level down, each with the scope it must be read in: the
 * column of a subquery or WITH query (of each arm of a set operation), of VALUES, a join's merged column, a
 * grouping expression. Outer joins and grouping sets may still make the Var null where they are not.
 * Null where no expression is behind it: a relation's column, a function's, a whole row, a recursive WITH query's.
 */
export function originsOf(scope: Scope, variable: Var): readonly InScope<Expr>[] | null {
  const found = entryOf(scope, variable);
  const column = variable.varattno - 1;
  if (found === null || column < 0) return null;
  const { node: entry, scope: holder } = found;
  switch (entry.rtekind) {
    case Rte.subquery:
    case Rte.cte: {
      const rows = queryBehind(holder, entry);
      return rows === null ? null : columnOrigins(rows, column);
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

function one(scope: Scope, node: Expr | null | undefined): readonly InScope<Expr>[] | null {
  return node === null || node === undefined ? null : [{ node, scope }];
}

/** The query that a subquery or WITH query of the range table represents; null for recursive ones and other entries. */
export function queryBehind(scope: Scope, entry: RangeTblEntry): Scope | null {
  if (entry.rtekind === Rte.subquery) return entry.subquery ? innerScope(scope, entry.subquery) : null;
  const cte = entry.rtekind === Rte.cte ? withQueryOf(scope, entry) : null;
  return cte === null || cte.node.cterecursive ? null : innerScope(cte.scope, cte.node.ctequery);
}

/** The expressions of a query's result column: one for each arm of its set operations. */
export function columnOrigins(scope: Scope, column: number): readonly InScope<Expr>[] | null {
  const { query } = scope;
  if (query.setOperations === null) return one(scope, resultExpression(query, column));
  const arms: InScope<Expr>[] = [];
  for (const entry of setOperationArms(query)) {
    const arm = entry.subquery ? columnOrigins(innerScope(scope, entry.subquery), column) : null;
    if (arm === null) return null;
    for (const origin of arm) arms.push(origin);
  }
  return arms;
}

/** The range table entries of a set operation's arms, from left to right. */
export function setOperationArms(query: QueryNode): readonly RangeTblEntry[] {
  return query.setOperations === null
    ? []
    : armsOf(query.setOperations).flatMap(({ rtindex }) => query.rtable?.[rtindex - 1] ?? []);
}

/** The arms of set operations, from left to right: without recursion, as there may be thousands. */
export function armsOf(operations: SetOperationStmt | RangeTblRef): readonly RangeTblRef[] {
  const arms: RangeTblRef[] = [];
  const waiting = [operations];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.tag === 'SETOPERATIONSTMT') waiting.push(node.rarg, node.larg);
    else arms.push(node);
  }
  return arms;
}

/**
 * Answers a question about a tree of set operations from its arms, from left to right, up; of any depth, as a UNION of
 * a thousand arms is a thousand levels deep.
 */
export function foldSetOperation<T>(
  root: SetOperationStmt | RangeTblRef,
  ofArm: (arm: RangeTblRef) => T,
  combine: (operation: SetOperationStmt, left: T, right: T) => T,
): T {
  const waiting = [root];
  const order: (SetOperationStmt | RangeTblRef)[] = [];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    step();
    order.push(node);
    if (node.tag === 'SETOPERATIONSTMT') waiting.push(node.larg, node.rarg);
  }
  const results = new Map<SetOperationStmt | RangeTblRef, T>();
  const answer = (node: SetOperationStmt | RangeTblRef): T => {
    if (results.has(node)) return results.get(node) as T;
    return node.tag === 'SETOPERATIONSTMT'
      ? combine(node, answer(node.larg), answer(node.rarg))
      : ofArm(node);
  };
  for (const node of order.reverse()) results.set(node, answer(node));
  return answer(root);
}
