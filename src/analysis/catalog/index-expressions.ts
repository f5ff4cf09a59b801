import type { Expr } from '../tree/nodes.ts';
import { isNode, readNodes } from '../tree/read.ts';
import type { UniqueKey } from './catalog.ts';

const read = new WeakMap<UniqueKey, readonly Expr[]>();

/** The expressions of a unique index, in the order of the zeros in `columns`; columns are Vars of range table entry 1. */
export function indexExpressions(key: UniqueKey): readonly Expr[] {
  if (key.expressions === null) return [];
  let expressions = read.get(key);
  if (expressions === undefined) {
    const nodes = readNodes(key.expressions);
    expressions = Array.isArray(nodes) ? nodes.filter((node): node is Expr => isNode(node)) : [];
    read.set(key, expressions);
  }
  return expressions;
}
