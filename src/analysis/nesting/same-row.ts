import type { Block } from '../cardinality/block.ts';
import { countSingleRows } from '../cardinality/count.ts';
import { depthIn } from '../cardinality/depth.ts';
import { countItem, startCounting } from '../cardinality/determine.ts';
import type { Determined } from '../cardinality/determined.ts';
import { type Counting, isExact } from '../cardinality/knowledge.ts';
import { entriesOf } from '../cardinality/layers.ts';
import { plansOf, rootOf } from '../cardinality/plan.ts';
import { supportOf } from '../cardinality/support.ts';
import { type Term, varnoOf } from '../cardinality/terms.ts';
import { step } from '../steps.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Expr } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';

/** A column of FROM that has one value in all rows that are considered. */
export interface Fixed {
  readonly term: Term;
  readonly way: Determined;
}

/**
 * What is the same in all rows of FROM that agree in these columns.
 * @param entries range table indexes of which these rows have the same row, too
 */
export function rowsAgreeingIn(
  block: Block,
  fixed: readonly Fixed[],
  entries: Iterable<number> = [],
): Counting {
  const seeds = new Map(fixed.map(({ way }, i) => [i, [way]]));
  const counting = startCounting(block, plansOf(rootOf(block), block), seeds, (i) => fixed[i]?.term ?? null);
  for (const index of entries) {
    const state = counting.layerOf.get(index);
    const item = state?.plan.layer.items.find((one) => one.kind === 'entry' && one.index === index);
    if (state !== undefined && item !== undefined) countItem(counting, state, item, 1);
  }
  countSingleRows(counting);
  return counting;
}

export function isSameRow({ root }: Counting, index: number): boolean {
  return root.fixed.has(index);
}

/** Range table indexes of what may still have several rows. */
export function severalRows({ root, layers }: Counting): readonly number[] {
  if (root.counted.size === root.plan.layer.items.length) return [];
  return [...layers.values()].flatMap(({ plan, counted }) =>
    plan.layer.items.flatMap((item) =>
      counted.has(item) || item.kind === 'nullable' ? [] : [...entriesOf(item)],
    ),
  );
}

/** Range table indexes of what the expressions are made of. */
export function entriesIn(expressions: readonly Expr[], block: Block): readonly number[] {
  return [...new Set(expressions.flatMap((expr) => supportOf(expr, block).terms.map(varnoOf)))];
}

/**
 * Whether an expression has one value in all of these rows. A subquery that reads nothing else of the row counts as one:
 * it is the same for each of them.
 */
export function isSameValue(expr: Expr, counting: Counting): boolean {
  const { block, root } = counting;
  const { catalog } = block.analysis;
  let varies = false;
  walk(catalog, expr, block.scope, (node, inside) => {
    step();
    const depth = depthIn(inside, block.scope);
    if (node.tag === 'AGGREF') varies ||= depth === node.agglevelsup;
    else if (node.tag === 'WINDOWFUNC') varies ||= depth === 0;
    else if (node.tag === 'FUNCEXPR') varies ||= depth === 0 && node.funcretset;
    else if (node.tag === 'OPEXPR') varies ||= depth === 0 && node.opretset;
    else if (node.tag === 'NEXTVALUEEXPR') varies = true;
    varies ||= calledFunctions(node, catalog).some(
      (oid) => (catalog.functions.get(oid)?.volatility ?? 'v') === 'v',
    );
    return true;
  });
  if (varies) return false;
  return supportOf(expr, block).terms.every(
    (term) => isSameRow(counting, varnoOf(term)) || isExact(counting, root, term),
  );
}
