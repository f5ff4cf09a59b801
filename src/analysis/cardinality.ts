import type { Cardinality } from './cardinality/block.ts';
import { maxRows, rowAnalysis } from './cardinality/max-rows.ts';
import { minRows } from './cardinality/min-rows.ts';
import type { Catalog } from './catalog/catalog.ts';
import { rootScope } from './scope.ts';
import type { QueryNode } from './tree/nodes.ts';

/**
 * How many rows a statement returns, or affects where it returns none, as proven by keys, LIMIT, aggregation and
 * the number of rows written. Data that changes can't change the answer; a changed schema can.
 *
 * @param variadicParams indexes of the `$n` that represent more than one value at run time: those of lists and of
 *   arrays of objects
 */
export function cardinality(
  query: QueryNode,
  catalog: Catalog,
  variadicParams: ReadonlySet<number>,
): Cardinality {
  const scope = rootScope(catalog, query);
  const { max } = maxRows(rowAnalysis(query, catalog, variadicParams), scope, new Map());
  const min = minRows(scope);
  return { min: max === null ? min : Math.min(min, max), max };
}
