import { step } from '../steps.ts';
import type { RangeTblRef, SetOperationStmt } from '../tree/nodes.ts';

/**
 * Combines what is known of a set operation's arms, from the bottom up. A loop: `a UNION ALL b UNION ALL …` is as deep as it
 * has arms.
 *
 * @param arm what is known of the query behind a range table index
 */
export function foldSetOperation<T>(
  root: SetOperationStmt | RangeTblRef,
  arm: (index: number) => T,
  combine: (operation: SetOperationStmt, left: T, right: T) => T,
): T {
  // From the top down, right before left; read backwards every operation comes after its two sides.
  const order: (SetOperationStmt | RangeTblRef)[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    step();
    order.push(node);
    if (node.tag === 'SETOPERATIONSTMT') waiting.push(node.larg, node.rarg);
  }
  const found: T[] = [];
  for (const node of order.reverse()) {
    if (node.tag === 'RANGETBLREF') {
      found.push(arm(node.rtindex));
      continue;
    }
    const right = found.pop();
    const left = found.pop();
    if (left === undefined || right === undefined) throw new Error('A set operation without two sides');
    found.push(combine(node, left, right));
  }
  const [all] = found;
  if (all === undefined) throw new Error('A set operation without arms');
  return all;
}
