import type { Cardinality } from './cardinality/frame.ts';
import { queryBound, rootFrame } from './cardinality/query-bound.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { QueryNode } from './tree/nodes.ts';

/**
 * How many rows a statement returns, or affects where it returns none, as proven by keys, LIMIT, aggregation and
 * the number of rows written. Data that changes can't change the answer; a changed schema can.
 *
 * @param growing indexes of the `$n` that stand for more than one value at run time: those of lists and of
 *   arrays of objects
 */
export function cardinality(query: QueryNode, catalog: Catalog, growing: ReadonlySet<number>): Cardinality {
  return queryBound(rootFrame(query, catalog, growing), new Map());
}
