import { foldSetOperation, innerScope, type Scope, withQueryOf } from '../scope.ts';
import { constantValue } from '../tree/constants.ts';
import {
  Cmd,
  type Expr,
  Join,
  type JoinTreeNode,
  type QueryNode,
  type RangeTblRef,
  Rte,
  SetOp,
  type SetOperationStmt,
} from '../tree/nodes.ts';
import { isGrouped, mayBeEmpty } from './grouping.ts';

/** Whether the query of a scope returns at least one row whatever the data. */
export function atLeastOneRow(scope: Scope): boolean {
  const { query } = scope;
  if (query.commandType !== 1 || query.hasTargetSRFs) return false;
  if (skipsRows(query.limitCount, query.limitOffset)) return false;
  if (query.setOperations !== null) return fromSetOperation(query.setOperations, scope);
  if (query.havingQual !== null) return false;
  // Without GROUP BY there is always the one group.
  if (isGrouped(query) && mayBeEmpty(query)) return true;
  return someInput(scope);
}

/** Whether a query without set operations returns a row for each that FROM and WHERE let through, or for all at least one. */
export function keepsItsRows(query: QueryNode): boolean {
  return (
    query.commandType === Cmd.select &&
    query.setOperations === null &&
    !query.hasTargetSRFs &&
    query.havingQual === null &&
    !isGrouped(query) &&
    !skipsRows(query.limitCount, query.limitOffset)
  );
}

/** Whether FROM and WHERE of a scope's query let at least one row through whatever the data. */
export function someInput(scope: Scope): boolean {
  const { jointree } = scope.query;
  return jointree === null || treeHasRow(jointree, scope);
}

/** Whether LIMIT is 0. */
export function keepsNoRow(limit: Expr | null): boolean {
  return limit !== null && constantNumber(limit) === 0;
}

/** LIMIT NULL is no limit; a limit that is not a constant may be 0. */
function skipsRows(limit: Expr | null, offset: Expr | null): boolean {
  if (offset !== null && !isNull(offset) && constantNumber(offset) !== 0) return true;
  return limit !== null && !isNull(limit) && (constantNumber(limit) ?? 0) < 1;
}

function isNull(expr: Expr): boolean {
  return expr.tag === 'CONST' && expr.constisnull;
}

/** LIMIT's int4 is cast to int8, by function 481 (pg_proc.dat). */
function constantNumber(expr: Expr): number | null {
  if (expr.tag === 'FUNCEXPR' && expr.funcid === 481) {
    const [arg] = expr.args ?? [];
    return arg === undefined ? null : constantNumber(arg);
  }
  const value = expr.tag === 'CONST' ? constantValue(expr) : undefined;
  return typeof value === 'number' ? value : null;
}

function fromSetOperation(root: SetOperationStmt | RangeTblRef, scope: Scope): boolean {
  return foldSetOperation<boolean>(
    root,
    ({ rtindex }) => fromEntry(rtindex, scope),
    ({ op }, left, right) => op === SetOp.union && (left || right),
  );
}

/** Whether a condition is no condition: `ON true`. */
export function isAlways(condition: Expr | null): boolean {
  return condition === null || (condition.tag === 'CONST' && constantValue(condition) === true);
}

/** Whether a part of a scope's FROM has at least one row whatever the data. */
export function treeHasRow(node: JoinTreeNode, scope: Scope): boolean {
  switch (node.tag) {
    case 'RANGETBLREF':
      return fromEntry(node.rtindex, scope);
    case 'FROMEXPR':
      return isAlways(node.quals) && (node.fromlist ?? []).every((item) => treeHasRow(item, scope));
    case 'JOINEXPR': {
      const left = () => treeHasRow(node.larg, scope);
      const right = () => treeHasRow(node.rarg, scope);
      switch (node.jointype) {
        case Join.inner:
          return isAlways(node.quals) && left() && right();
        case Join.left:
          return left();
        case Join.right:
          return right();
        case Join.full:
          return left() || right();
        default:
          return false;
      }
    }
  }
}

function fromEntry(index: number, scope: Scope): boolean {
  const entry = scope.query.rtable?.[index - 1];
  switch (entry?.rtekind) {
    case Rte.subquery:
      return entry.subquery ? atLeastOneRow(innerScope(scope, entry.subquery)) : false;
    case Rte.values:
      return (entry.values_lists ?? []).length > 0;
    case Rte.result:
      return true;
    case Rte.cte: {
      const found = withQueryOf(scope, entry);
      if (found === null || found.node.cterecursive) return false;
      return atLeastOneRow(innerScope(found.scope, found.node.ctequery));
    }
    default:
      return false;
  }
}
