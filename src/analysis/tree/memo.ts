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
  return {
    get: (query) => (query as Remembering)[memos]?.[name] as T | undefined,
    set: (query, value) => {
      const known = (query as Remembering)[memos];
      if (known !== undefined) known[name] = value;
      // Slow in V8, so once for all of them.
      else Object.defineProperty(query, memos, { value: { [name]: value } });
    },
  };
}

const memos = Symbol('memos');

interface Remembering extends QueryNode {
  readonly [memos]?: Record<string, unknown>;
}
