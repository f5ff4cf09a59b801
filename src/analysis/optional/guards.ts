import type { BooleanTerms, TextRun } from '../../sql/boolean-terms.ts';
import type { Edit } from '../../sql/pieces.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Expr, Node, QueryNode } from '../tree/nodes.ts';
import { locationOf, visitNodes } from './places.ts';

/** `(:x IS NULL OR condition)`, in any order, for one parameter or several. */
export interface Guard {
  /** Those of its OR. */
  readonly operands: readonly Expr[];
  /** Those of them that are not `IS NULL`. */
  readonly kept: readonly Expr[];
  /** The `$n` that are asked for NULL. */
  readonly slots: ReadonlySet<number>;
  /** Its place in the statement, which its copies in the tree have too. */
  readonly location: number;
}

/** The guards of a statement by their places. */
export function guardsOf(query: QueryNode): ReadonlyMap<number, Guard> {
  const found = new Map<number, Guard>();
  visitNodes(query, (node) => {
    const guard = guardAt(node);
    if (guard !== null && !found.has(guard.location)) found.set(guard.location, guard);
    return true;
  });
  return found;
}

/** The guard that a node is; null for all others. */
export function guardAt(node: Node): Guard | null {
  if (node.tag !== 'BOOLEXPR' || node.boolop !== 'or') return null;
  const slots = new Set<number>();
  const kept = node.args.filter((arg) => {
    const slot = testedSlot(arg);
    if (slot !== null) slots.add(slot);
    return slot === null;
  });
  const location = locationOf(node);
  return slots.size === 0 || kept.length === 0 || location < 0
    ? null
    : { operands: node.args, kept, slots, location };
}

/** The `$n` of `$n IS NULL`, which is true just where the caller's value is NULL; null for everything else. */
export function testedSlot(expr: Expr): number | null {
  if (expr.tag !== 'NULLTEST' || expr.nulltesttype !== 0 || expr.argisrow) return null;
  let { arg } = expr;
  while (arg.tag === 'RELABELTYPE' || arg.tag === 'COLLATEEXPR') arg = arg.arg;
  return arg.tag === 'PARAM' && arg.paramkind === 0 ? arg.paramid : null;
}

/** Where a guard is in the text, and what of it is sent if its parameters are given; null: the text has another form. */
export function guardEdit(
  guard: Guard,
  terms: BooleanTerms,
  offset: (location: number) => number,
  needs: readonly number[],
): Edit | null {
  const operands = terms.operandsOf(offset(guard.location));
  if (operands === null || operands.length !== guard.operands.length) return null;
  const [first, last] = [operands[0], operands.at(-1)];
  if (first === undefined || last === undefined) return null;
  const kept: TextRun[] = [];
  for (const [i, operand] of operands.entries()) {
    const arg = guard.operands[i];
    if (arg === undefined || testedSlot(arg) !== null) continue;
    const before = operands[i - 1];
    // With the OR before it, behind the first one.
    kept.push(kept.length === 0 || before === undefined ? operand : { start: before.end, end: operand.end });
  }
  return { start: first.start, end: last.end, needs, kept };
}

/** A volatile function that an expression calls, by name, or of which nothing is known; null: none. */
export function volatileCall(value: unknown, catalog: Catalog): string | null {
  let found: string | null = null;
  visitNodes(value, (node) => {
    if (node.tag === 'NEXTVALUEEXPR') found ??= 'nextval';
    for (const oid of calledFunctions(node, catalog)) {
      const called = catalog.functions.get(oid);
      if (called?.volatility === 'i' || called?.volatility === 's') continue;
      found ??= called?.name ?? 'a function';
    }
    return found === null;
  });
  return found;
}
