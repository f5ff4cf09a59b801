import { baseType } from '../catalog/base-type.ts';
import { type Facts, noValue, unknownFacts } from '../facts.ts';
import type { ArrayExpr, Coercion, SubscriptingRef } from '../tree/nodes.ts';
import { isWithin } from './array-length.ts';
import type { Context } from './context.ts';
import { arrayOfArrays } from './dimensions.ts';
import { joinFacts, withNullable } from './join-facts.ts';

/** What is proven of `ARRAY[...]`. */
export function arrayFacts({ elements, multidims }: ArrayExpr, context: Context): Facts {
  const inner = (elements ?? []).map((element) => context.frame.engine.facts(element, context));
  if (inner.length === 0) return { nullable: false, element: noValue, dimensions: [] };
  const all = inner.reduce(joinFacts);
  return multidims ? arrayOfArrays(all, false) : { nullable: false, element: all };
}

/** What is proven of an array whose elements are converted one by one. */
export function arrayCoercionFacts(expr: Coercion, context: Context): Facts {
  const { facts } = context.frame.engine;
  const value = facts(expr.arg, context);
  const { elemexpr } = expr;
  const { element: _, ...array } = value;
  if (!elemexpr) return array;
  const element = facts(elemexpr, {
    ...context,
    caseTest: { facts: value.element ?? unknownFacts, expr: null },
  });
  return { ...array, element };
}

/** What is proven of an element or a slice. */
export function subscriptFacts(expr: SubscriptingRef, context: Context): Facts {
  const { catalog, facts } = context.frame.engine;
  // jsonb has subscripts too.
  if ((catalog.types.get(baseType(catalog, expr.refcontainertype))?.element ?? 0) === 0) return unknownFacts;
  if (expr.reflowerindexpr !== null || expr.refassgnexpr !== null) return sliceFacts(expr, context);
  const array = facts(expr.refexpr, context);
  const element = array.element ?? unknownFacts;
  return withNullable(element, element.nullable || array.nullable || !isWithin(expr));
}

/** A slice of an array is an array, empty outside its bounds. */
function sliceFacts(expr: SubscriptingRef, context: Context): Facts {
  const { facts } = context.frame.engine;
  if (expr.reflowerindexpr === null || expr.refassgnexpr !== null) return unknownFacts;
  const bounds = [...expr.reflowerindexpr, ...(expr.refupperindexpr ?? [])];
  const array = facts(expr.refexpr, context);
  const given = bounds.every((bound) => bound === null || !facts(bound, context).nullable);
  return withNullable(array, array.nullable || !given);
}
