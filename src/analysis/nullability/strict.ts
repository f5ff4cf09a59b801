import type { Context } from './context.ts';
import { calledOperatorFunction, isKnown } from './key.ts';

/** Whether a function gives NULL for every NULL argument (`pg_proc.proisstrict`). */
export function isStrictFunction(functionOid: number, context: Context): boolean {
  if (!isKnown(functionOid, context)) return false;
  return context.frame.engine.catalog.functions.get(functionOid)?.strict ?? false;
}

/** Whether an operator does. */
export function isStrictOperator(
  { opfuncid, opno }: { readonly opfuncid: number; readonly opno: number },
  context: Context,
): boolean {
  return isStrictFunction(calledOperatorFunction(opfuncid, opno, context), context);
}
