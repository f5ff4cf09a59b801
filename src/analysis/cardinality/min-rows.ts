import { isIntercepted, isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { foldSetOperation, type Scope } from '../scope.ts';
import { step } from '../steps.ts';
import { constantValue } from '../tree/constants.ts';
import type { Expr, FromExpr, JoinTreeNode, QueryNode } from '../tree/nodes.ts';
import { Cmd, Join, Rte, SetOp } from '../tree/nodes.ts';
import { queryBehind } from './block.ts';
import { limited } from './limit.ts';

const counted = new WeakMap<QueryNode, number>();

/** The fewest rows that a query returns or writes, whatever the data. */
export function minRows(scope: Scope): number {
  const { query } = scope;
  let found = counted.get(query);
  if (found === undefined) {
    step();
    found = query.commandType === Cmd.select ? minSelected(scope) : minWritten(scope);
    counted.set(query, found);
  }
  return found;
}

function minSelected(scope: Scope): number {
  const { query } = scope;
  if (query.hasTargetSRFs) return 0;
  const min =
    query.setOperations === null
      ? minOfSelect(scope)
      : foldSetOperation(
          query.setOperations,
          ({ rtindex }) => minEntry(rtindex, scope),
          ({ op, all }, left, right) => {
            if (op !== SetOp.union) return 0;
            return all ? left + right : Math.min(1, left + right);
          },
        );
  return limited(query, { min, max: null }).min;
}

function minOfSelect(scope: Scope): number {
  const { query } = scope;
  const { groupClause, groupingSets, havingQual, distinctClause, rowMarks } = query;
  if (havingQual !== null) return 0;
  // Without GROUP BY there is a group of no rows too, and so there is with GROUP BY ().
  if (groupClause === null && (query.hasAggs || groupingSets !== null)) return 1;
  // Rows that are locked may be gone by then, or skipped.
  if (rowMarks !== null) return 0;
  const rows = minFrom(query.jointree, scope);
  return groupClause !== null || groupingSets !== null || distinctClause !== null ? Math.min(1, rows) : rows;
}

/** The fewest rows that FROM and WHERE let through. */
function minFrom(tree: FromExpr | null, scope: Scope): number {
  return tree === null ? 1 : minTree(tree, scope);
}

/** The fewest rows of a part of a query's FROM. */
function minTree(tree: JoinTreeNode, scope: Scope): number {
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

/** Whether a condition is no condition: `ON true`. */
function isAlways(condition: Expr | null): boolean {
  return condition === null || (condition.tag === 'CONST' && constantValue(condition) === true);
}

function minEntry(index: number, scope: Scope): number {
  const entry = scope.query.rtable?.[index - 1];
  if (entry === undefined) return 0;
  const behind = queryBehind(entry, scope);
  if (behind !== null) return minRows(behind);
  switch (entry.rtekind) {
    case Rte.result:
      return 1;
    // A list at run time is never empty.
    case Rte.values:
      return (entry.values_lists ?? []).length;
    case Rte.function: {
      const calls = entry.functions ?? [];
      return calls.every(({ funcexpr }) => returnsOne(funcexpr)) ? 1 : 0;
    }
    default:
      return 0;
  }
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
  return skips ? 0 : minFrom(query.jointree, scope);
}
