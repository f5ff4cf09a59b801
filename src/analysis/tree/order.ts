import { queryMemo } from './memo.ts';
import type { Node, QueryNode } from './nodes.ts';

/** The nodes of a text in its order, a node before those below it. What is read later (`LAZY`) is not among them. */
export interface Order {
  readonly nodes: Node[];
  /** For each node: the index behind the last one below it. */
  readonly ends: number[];
}

/** Where a query is in the text that it was read from. */
export interface Ordered {
  readonly order: Order;
  readonly index: number;
}

const ordered = queryMemo<Ordered>('ordered');

export function keepOrder(query: QueryNode, order: Order, index: number): void {
  ordered.set(query, { order, index });
}

/** Undefined for a query that was not read but made from others. */
export function nodeOrder(query: QueryNode): Ordered | undefined {
  return ordered.get(query);
}

/** The OIDs of the relations that a query names, as it was read, and those in it. */
export function relationsIn(query: QueryNode): readonly number[] {
  const { order, index = 0 } = nodeOrder(query) ?? {};
  const found: number[] = [];
  for (const node of order?.nodes.slice(index, order.ends[index]) ?? [])
    if (node.tag === 'RANGETBLENTRY' && node.relid) found.push(node.relid);
  return found;
}
