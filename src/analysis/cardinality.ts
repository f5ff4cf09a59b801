import type { Catalog } from './catalog/catalog.ts';
import type { QueryNode } from './tree/nodes.ts';

/** How many rows a query returns; max null is unbounded. */
export interface Cardinality {
  readonly min: number;
  readonly max: number | null;
}

export function cardinality(_query: QueryNode, _catalog: Catalog): Cardinality {
  return { min: 0, max: null };
}
