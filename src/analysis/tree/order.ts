import { memoOf } from './memo.ts';
import type { Node, QueryNode } from './nodes.ts';

/** The nodes of a text in its order, a node before those below it. What is read later (`LAZY`) is not among them. */
export interface Order {
  readonly nodes: Node[];
  /** For each node: the index behind the last one below it. */
  readonly ends: number[];
}

/** Where a query stands in the text that it was read from. */
export interface Ordered {
  readonly order: Order;
  readonly index: number;
}

const question = {};

export function keepOrder(query: QueryNode, order: Order, index: number): void {
  memoOf(query).set(question, { order, index } satisfies Ordered);
}

/** Undefined for a query that was not read but made from others. */
export function orderOf(query: QueryNode): Ordered | undefined {
  return memoOf(query).get(question) as Ordered | undefined;
}
