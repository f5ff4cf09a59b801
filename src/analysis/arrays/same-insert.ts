import { firstDifference } from '../optional/same-tree.ts';
import { type Expr, type QueryNode, Rte, type TargetEntry } from '../tree/nodes.ts';
import { isUnnested } from './unnested.ts';

/**
 * Whether an INSERT from `unnest` writes what one of two rows of VALUES writes, for each of its rows; both trees complete.
 *
 * @param slots the `$n` of the first row, in order
 * @param types those of `$1`, `$2`, …, without those of the second row
 */
export function isSameInsert(
  values: QueryNode,
  sent: QueryNode,
  slots: readonly number[],
  types: readonly number[],
): boolean {
  const at = (values.rtable ?? []).findIndex(({ rtekind }) => rtekind === Rte.values);
  const [row] = values.rtable?.[at]?.values_lists ?? [];
  const entry = sent.rtable?.[at];
  if (row === undefined || entry?.subquery == null || !isUnnested(entry.subquery, slots, types)) return false;
  const numbers = new Map(types.map((_, i) => [i + 1, i + 1]));
  const others = sent.targetList ?? [];
  // What is written to a column: of the rows' own parameters the same expression of the columns of `unnest`.
  const parameterOf = (node: Expr | TargetEntry): Expr | null =>
    node.tag === 'VAR' && node.varno === at + 1 && node.varlevelsup === 0 ? parameter(node, slots) : null;
  const targetList: TargetEntry[] = [];
  for (const [i, target] of (values.targetList ?? []).entries()) {
    const [expr, other] = [target.expr, others[i]];
    const isOfRow = expr.tag === 'VAR' && expr.varno === at + 1 && expr.varlevelsup === 0;
    const written = isOfRow ? row[expr.varattno - 1] : undefined;
    if (written === undefined || other === undefined) return false;
    if (firstDifference(other.expr, written, parameterOf, numbers) !== null) return false;
    targetList.push({ ...target, expr: other.expr });
  }
  const rtable = values.rtable?.with(at, entry) ?? null;
  return firstDifference({ ...values, rtable, targetList }, sent, () => null, numbers) === null;
}

function parameter(node: Extract<Expr, { tag: 'VAR' }>, slots: readonly number[]): Expr {
  const rest = {
    paramtypmod: node.vartypmod ?? -1,
    paramcollid: Reflect.get(node, 'varcollid') as unknown,
    location: -1,
  };
  const paramid = slots[node.varattno - 1] ?? 0;
  return { tag: 'PARAM', paramkind: 0, paramid, paramtype: node.vartype, ...rest } as Expr;
}
