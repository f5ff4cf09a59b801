import type { Expr, QueryNode } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';

/** `unnest(anyarray)`, in pg_proc.dat. */
const UNNEST = 2331;

const TEXT = 25;

/**
 * Whether a query is a SELECT from `unnest` of one array for each slot, with nothing else to it. A column can be a cast of a
 * text: by the type's input function, as a parameter is read.
 *
 * @param types those of `$1`, `$2`, … where each of them is one value
 */
export function isUnnested(
  { rtable, targetList }: QueryNode,
  slots: readonly number[],
  types: readonly number[],
): boolean {
  const [only, another] = rtable ?? [];
  if (only?.rtekind !== Rte.function || another !== undefined) return false;
  const functions = only.functions ?? [];
  const columns = (targetList ?? []).filter(({ resjunk }) => !resjunk);
  return (
    functions.length === slots.length &&
    columns.length === slots.length &&
    columns.every(({ expr }, i) => isValueOf(i + 1, expr, types[(slots[i] ?? 0) - 1] ?? 0)) &&
    functions.every(({ funcexpr }, i) => {
      if (funcexpr?.tag !== 'FUNCEXPR' || funcexpr.funcid !== UNNEST) return false;
      const [array] = funcexpr.args ?? [];
      return array?.tag === 'PARAM' && array.paramkind === 0 && array.paramid === slots[i];
    })
  );
}

/** Whether an expression is a column of the first table as a value of a type, or what the type's input makes of its text. */
function isValueOf(attribute: number, expr: Expr, type: number): boolean {
  if (expr.tag === 'COERCETODOMAIN') return expr.resulttype === type && isInput(attribute, expr.arg, null);
  return isInput(attribute, expr, type) || isColumn(attribute, expr, type);
}

/** A domain with a length has a cast to that above its base's input. */
function isInput(attribute: number, expr: Expr, type: number | null): boolean {
  if (expr.tag !== 'COERCEVIAIO' || (type !== null && expr.resulttype !== type)) return false;
  return isColumn(attribute, expr.arg, TEXT);
}

function isColumn(attribute: number, expr: Expr, type: number): boolean {
  return expr.tag === 'VAR' && expr.varno === 1 && expr.varattno === attribute && expr.vartype === type;
}
