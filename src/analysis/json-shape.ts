import type { Catalog } from './catalog/catalog.ts';
import type { QueryNode } from './tree/nodes.ts';
import type { Json } from './type.ts';

/** The structure of each json or jsonb result column; null where it is unknown or the column is not JSON. */
export function jsonShapes(query: QueryNode, _catalog: Catalog): readonly (Json | null)[] {
  const list = (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
  return list.filter((entry) => !entry.resjunk).map(() => null);
}
