import type { QueryNode } from './nodes.ts';

const memo = Symbol('memo');

interface Remembering {
  readonly [memo]?: Map<object, unknown>;
}

/**
 * What is remembered of a query, by question. It is kept in the node, where nobody else sees it and no copy takes it over: an
 * entry of a WeakMap takes longer to make, and to throw away, than most questions take to answer.
 */
export function memoOf(query: QueryNode): Map<object, unknown> {
  const known = (query as Remembering)[memo];
  if (known !== undefined) return known;
  const made = new Map<object, unknown>();
  Object.defineProperty(query, memo, { value: made });
  return made;
}
