import { isIntercepted, isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { foldSetOperation, innerScope, perScope, type Scope, withQueryOf } from '../scope.ts';
import { step } from '../steps.ts';
import { isAlways } from '../tree/constants.ts';
import { isGrouped, mayBeEmpty } from '../tree/groups.ts';
import type { Expr, JoinTreeNode, RangeTblEntry, RangeTblRef, SetOperationStmt } from '../tree/nodes.ts';
import { Cmd, Join, Rte, SetOp } from '../tree/nodes.ts';
import { queryOrViewBehind } from './block.ts';
import { limitedRows } from './limit.ts';

/** The fewest rows that a query returns or writes, whatever the data. */
export function minRows(scope: Scope): number {
  return counted(scope).rows;
}

const counted = perScope((scope) => {
  step();
  return { rows: scope.query.commandType === Cmd.select ? minSelected(scope) : minWritten(scope) };
});

function minSelected(scope: Scope): number {
  const { query } = scope;
  if (query.hasTargetSRFs) return 0;
  const min =
    query.setOperations === null ? minOfSelect(scope) : minOfSetOperation(query.setOperations, scope);
  return limitedRows(query, { min, max: null }).min;
}

function minOfSetOperation(root: SetOperationStmt | RangeTblRef, scope: Scope): number {
  return foldSetOperation(
    root,
    ({ rtindex }) => minEntry(rtindex, scope),
    ({ op, all }, left, right) => {
      if (op !== SetOp.union) return 0;
      return all ? left + right : Math.min(1, left + right);
    },
  );
}

function minOfSelect(scope: Scope): number {
  const { query } = scope;
  if (query.havingQual !== null) return 0;
  if (isGrouped(query) && mayBeEmpty(query)) return 1;
  // Rows that are locked, and may be gone by then, are those of tables: of these none is sure anyway.
  const rows = minInput(scope);
  return isGrouped(query) || query.distinctClause !== null ? Math.min(1, rows) : rows;
}

/** The fewest rows that FROM and WHERE of a scope's query let through, whatever the data. */
export function minInput(scope: Scope): number {
  const { jointree } = scope.query;
  return jointree === null ? 1 : minTree(jointree, scope);
}

/** The fewest rows of a part of the FROM of a scope's query, whatever the data. */
export function minTree(tree: JoinTreeNode, scope: Scope): number {
  step();
  switch (tree.tag) {
    case 'RANGETBLREF':
      return minEntry(tree.rtindex, scope);
    case 'FROMEXPR': {
      if (!isAlways(tree.quals)) return 0;
      let min = 1;
      for (const item of tree.fromlist ?? []) min *= minTree(item, scope);
      return min;
    }
    case 'JOINEXPR': {
      if (tree.jointype === Join.left) return minTree(tree.larg, scope);
      if (tree.jointype === Join.right) return minTree(tree.rarg, scope);
      if (tree.jointype !== Join.full && !isAlways(tree.quals)) return 0;
      const [left, right] = [minTree(tree.larg, scope), minTree(tree.rarg, scope)];
      return tree.jointype === Join.full ? Math.max(left, right) : left * right;
    }
  }
}

function minEntry(index: number, scope: Scope): number {
  const entry = scope.query.rtable?.[index - 1];
  if (entry === undefined) return 0;
  const behind = queryOrViewBehind(entry, scope);
  if (behind !== null) return minRows(behind);
  switch (entry.rtekind) {
    case Rte.result:
      return 1;
    // A list at run time is never empty.
    case Rte.values:
      return (entry.values_lists ?? []).length;
    case Rte.function: {
      const calls = entry.functions ?? [];
      // ROWS FROM: as many as the longest has.
      return calls.some(({ funcexpr }) => returnsOne(funcexpr)) ? 1 : 0;
    }
    case Rte.cte:
      return minRecursive(entry, scope);
    default:
      return 0;
  }
}

/** A recursive WITH query has the rows that it starts from; what it finds of itself while it runs may be fewer. */
function minRecursive(entry: RangeTblEntry, scope: Scope): number {
  const found = entry.self_reference ? null : withQueryOf(scope, entry);
  const operation = found?.node.ctequery.setOperations;
  if (!found || operation?.tag !== 'SETOPERATIONSTMT') return 0;
  const min = minOfSetOperation(operation.larg, innerScope(found.scope, found.node.ctequery));
  return operation.all ? min : Math.min(1, min);
}

function returnsOne(call: Expr): boolean {
  return !(call.tag === 'FUNCEXPR' && call.funcretset) && !(call.tag === 'OPEXPR' && call.opretset);
}

/** Only an INSERT does something whatever the data. */
function minWritten(scope: Scope): number {
  const { query } = scope;
  if (query.commandType !== Cmd.insert || query.hasTargetSRFs) return 0;
  const { onConflict } = query;
  if (onConflict !== null && (onConflict.action === 1 || onConflict.onConflictWhere !== null)) return 0;
  const events: readonly WriteEvent[] = onConflict?.onConflictSet ? ['insert', 'update'] : ['insert'];
  const entry = query.rtable?.[query.resultRelation - 1];
  const relation = scope.catalog.relations.get(entry?.relid ?? 0);
  if (relation === undefined) return 0;
  const skips = events.some((event) =>
    writeTargets(relation, scope.catalog, event).some(
      (target) => isRewritten(target.relation, event) || isIntercepted(target.relation, scope.catalog, event),
    ),
  );
  return skips ? 0 : minInput(scope);
}
