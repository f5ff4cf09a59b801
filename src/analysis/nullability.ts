import type { Catalog } from './catalog/catalog.ts';
import { anything, type Facts } from './facts.ts';
import type { QueryNode } from './tree/nodes.ts';

/** What is proven of each result column, in the order of the target list. */
export function columnFacts(query: QueryNode, _catalog: Catalog): readonly Facts[] {
  const list = (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
  return list.filter((entry) => !entry.resjunk).map(() => anything);
}
