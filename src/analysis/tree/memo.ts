import type { QueryNode } from './nodes.ts';

/**
 * Something that is remembered of a query. It is kept in the node, where no other code sees it and no copy takes it over: an
 * entry of a WeakMap takes longer to make, and to throw away, than most questions take to answer.
 */
export interface QueryMemo<T> {
  readonly get: (query: QueryNode) => T | undefined;
  readonly set: (query: QueryNode, value: T) => void;
}

export function queryMemo<T>(name: string): QueryMemo<T> {
  const key = Symbol(name);
  return {
    get: (query) => (query as { readonly [key]?: T })[key],
    set: (query, value) => {
      Object.defineProperty(query, key, { value });
    },
  };
}
