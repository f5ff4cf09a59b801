import type { Expr } from '../tree/nodes.ts';
import type { MaxRows } from './block.ts';
import { exactly } from './determined.ts';
import { sideTerm } from './index-terms.ts';
import { type Counting, isExact, waysOf } from './knowledge.ts';
import { supportOf } from './support.ts';

/** What is known by now of the results that these expressions are, told when it is asked for. */
export function determinedResults(
  counting: Counting,
  expressionOf: (result: number) => Expr | null,
): MaxRows['determined'] {
  const { block } = counting;
  const { known, root } = keptAsItIs(counting);
  return (result) => {
    const expr = expressionOf(result);
    if (expr === null) return [];
    const { fixed, terms } = supportOf(expr, block);
    const term = sideTerm(expr, block);
    const ways = term === null ? [] : waysOf(known, root, term);
    if (!fixed || !terms.every((one) => isExact(known, root, one))) return ways;
    return [{ ...exactly, nullable: expr.tag !== 'CONST' || expr.constisnull }, ...ways];
  };
}

/** Counting goes on where several rows are left, and what is counted from then on is determined for each of them only. */
function keptAsItIs(counting: Counting) {
  const { root } = counting;
  if (root.counted.size === root.plan.layer.items.length) return { known: counting, root };
  const ways = new Map([...root.ways].map(([term, known]) => [term, [...known]]));
  return {
    known: { ...counting, derived: new Map(counting.derived) },
    root: { ...root, fixed: new Set(root.fixed), ways },
  };
}
