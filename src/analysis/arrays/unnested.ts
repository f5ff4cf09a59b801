import type { QueryNode } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';

/** `unnest(anyarray)`, in pg_proc.dat. */
const UNNEST = 2331;

/** Whether a query is a SELECT from `unnest` of one array for each slot, with nothing else to it. */
export function isUnnested({ rtable, targetList }: QueryNode, slots: readonly number[]): boolean {
  const [only, another] = rtable ?? [];
  if (only?.rtekind !== Rte.function || another !== undefined) return false;
  const functions = only.functions ?? [];
  const columns = (targetList ?? []).filter(({ resjunk }) => !resjunk);
  return (
    functions.length === slots.length &&
    columns.length === slots.length &&
    columns.every(({ expr }, i) => expr.tag === 'VAR' && expr.varno === 1 && expr.varattno === i + 1) &&
    functions.every(({ funcexpr }, i) => {
      if (funcexpr?.tag !== 'FUNCEXPR' || funcexpr.funcid !== UNNEST) return false;
      const [array] = funcexpr.args ?? [];
      return array?.tag === 'PARAM' && array.paramkind === 0 && array.paramid === slots[i];
    })
  );
}
