import { constantValue } from '../tree/constants.ts';
import type { Const, Expr, SubscriptingRef } from '../tree/nodes.ts';

/** OIDs of pg_proc.dat. */
const Fn = {
  arrayAgg: 2335,
  arrayLower: 2091,
  arrayUpper: 2092,
  arrayLength: 2176,
  regexpSplitToArray: 2767,
  regexpSplitToArrayFlags: 2768,
} as const;

/** The fewest elements of an array of one dimension that starts at 1, if it is not NULL. */
function leastLength(array: Expr): number {
  switch (array.tag) {
    case 'ARRAYEXPR':
      return array.multidims ? 0 : (array.elements ?? []).length;
    case 'CONST':
      return constantLength(array);
    case 'AGGREF':
      // Of no rows it is NULL.
      return array.aggfnoid === Fn.arrayAgg ? 1 : 0;
    case 'FUNCEXPR':
      return array.funcid === Fn.regexpSplitToArray || array.funcid === Fn.regexpSplitToArrayFlags ? 1 : 0;
    case 'COALESCEEXPR':
      return Math.min(...array.args.map(leastLength));
    case 'RELABELTYPE':
    case 'ARRAYCOERCEEXPR':
      return leastLength(array.arg);
    default:
      return 0;
  }
}

function constantLength(array: Const): number {
  const [length, another] = constantLengths(array);
  if (length === undefined || another !== undefined) return 0;
  return viewOf(array).getInt32(20, true) === 1 ? length : 0;
}

/**
 * The length of each dimension of a constant array; of NULL and an empty one none. Header, number of dimensions, offset of
 * the data, element type, lengths, lower bounds (src/include/utils/array.h).
 */
export function constantLengths(array: Const): readonly number[] {
  if (array.constisnull) return [];
  const view = viewOf(array);
  return Array.from({ length: view.getInt32(4, true) }, (_, i) => view.getInt32(16 + 4 * i, true));
}

function viewOf(array: Const): DataView {
  return new DataView(Uint8Array.from(array.constvalue ?? []).buffer);
}

/** Whether an element is in its array for sure, if the array is not NULL: `(array_agg(x ORDER BY y))[1]`. */
export function isWithin(expr: SubscriptingRef): boolean {
  const [index, another] = expr.refupperindexpr ?? [];
  if (expr.reflowerindexpr !== null || expr.refassgnexpr !== null || another !== undefined) return false;
  const at = index?.tag === 'CONST' ? constantValue(index) : undefined;
  return typeof at === 'number' && at >= 1 && at <= leastLength(expr.refexpr);
}

/** Whether `array_length`, `array_lower` or `array_upper` asks for a dimension that an array has, if it is not NULL. */
export function asksForDimension(functionOid: number, args: readonly Expr[]): boolean {
  if (functionOid !== Fn.arrayLength && functionOid !== Fn.arrayLower && functionOid !== Fn.arrayUpper)
    return false;
  const [array, dimension] = args;
  const number = dimension?.tag === 'CONST' ? constantValue(dimension) : undefined;
  return array !== undefined && number === 1 && leastLength(array) > 0;
}
