import type { Expr, ScalarArrayOpExpr } from '../../tree/nodes.ts';
import { type Atoms, noAtoms, unionFacts } from '../atoms.ts';
import type { Context } from '../context.ts';
import { FALSE, TRUE } from '../outcomes.ts';
import { isStrictOperator } from '../strict.ts';
import { notNullAtoms } from './not-null.ts';

/**
 * What `scalar operator ANY or ALL (array)` says (PostgreSQL documentation, 9.25).
 *
 * @param outcomes without NULL
 */
export function arrayComparisonAtoms(expr: ScalarArrayOpExpr, outcomes: number, context: Context): Atoms {
  const [scalar, array] = expr.args ?? [];
  if (scalar === undefined || array === undefined) return noAtoms;
  if (!isStrictOperator(expr, context)) return noAtoms;
  const notNullArray = notNullAtoms(array, context);
  // ANY is true and ALL is false only where an element was compared and neither side of it was NULL.
  const decisive = expr.useOr ? TRUE : FALSE;
  if (outcomes === decisive) return unionFacts(notNullArray, notNullAtoms(scalar, context));
  // An empty array gives the other outcome without a comparison.
  if (!hasElements(array)) return notNullArray;
  const compared = unionFacts(notNullArray, notNullAtoms(scalar, context));
  if ((outcomes & decisive) !== 0 || array.tag !== 'ARRAYEXPR') return compared;
  return (array.elements ?? []).map((element) => notNullAtoms(element, context)).reduce(unionFacts, compared);
}

function hasElements(array: Expr): boolean {
  if (array.tag === 'ARRAYEXPR') return !array.multidims && (array.elements ?? []).length > 0;
  return false;
}
