import type { Catalog } from '../catalog/catalog.ts';
import { withoutRelabels } from '../literals/allowed-values.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import type { Const, Expr } from '../tree/nodes.ts';
import { type Special, specialNumbers } from './type-shape.ts';

/** What CHECK conditions let pass: NaN is greater than all numbers, so only an upper bound keeps it out. */
export function passing(
  checks: readonly Expr[],
  isSubject: (expr: Expr) => boolean,
  catalog: Catalog,
): readonly Special[] {
  const bounds = checks.flatMap(conjuncts).map((check) => boundOf(check, isSubject, catalog));
  return specialNumbers.filter((special) => !bounds.includes(special === '-Infinity' ? 'lower' : 'upper'));
}

function boundOf(
  check: Expr,
  isSubject: (expr: Expr) => boolean,
  catalog: Catalog,
): 'lower' | 'upper' | null {
  if (check.tag !== 'OPEXPR') return null;
  const entry = catalog.operators.get(check.opno);
  const [left, right] = check.args ?? [];
  if (entry?.schema !== 'pg_catalog' || left === undefined || right === undefined) return null;
  const [subject, bound] = isSubject(withoutRelabels(left)) ? [left, right] : [right, left];
  if (!isSubject(withoutRelabels(subject)) || !isFiniteConstant(bound, catalog)) return null;
  const isUpper = /^<=?$/.test(entry.name);
  if (!isUpper && !/^>=?$/.test(entry.name)) return null;
  return isUpper === (subject === left) ? 'upper' : 'lower';
}

/** An integer or numeric constant, cast or not. */
function isFiniteConstant(expr: Expr | undefined, catalog: Catalog): boolean {
  if (expr === undefined) return false;
  if (expr.tag === 'CONST') {
    if (expr.constisnull) return false;
    return INTEGERS.has(expr.consttype) || constantSpecial(expr).length === 0;
  }
  // Casts of integers to numeric and the like.
  if (expr.tag !== 'FUNCEXPR' || expr.args?.length !== 1 || expr.funcformat === 0) return false;
  return (
    catalog.functions.get(expr.funcid)?.schema === 'pg_catalog' && isFiniteConstant(expr.args[0], catalog)
  );
}

const INTEGERS = new Set([20, 21, 23]);

const NUMERIC = 1700;

/** The sign bits of a numeric (NUMERIC_SPECIAL, src/backend/utils/adt/numeric.c). */
export function constantSpecial(node: Const): readonly Special[] {
  if (node.constisnull) return [];
  const bytes = Uint8Array.from(node.constvalue ?? []);
  if (node.consttype !== NUMERIC || bytes.length < 6) return specialNumbers;
  return (new DataView(bytes.buffer).getUint16(4, true) & 0xc000) === 0xc000 ? specialNumbers : [];
}
