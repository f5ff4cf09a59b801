import type { Catalog } from './catalog/catalog.ts';
import type { RelationUse } from './query.ts';
import type { QueryNode } from './tree/nodes.ts';

export interface Effects {
  /** Relations that are read, through views down to their tables, sorted by schema and name. */
  readonly reads: readonly RelationUse[];
  readonly writes: readonly RelationUse[];
  readonly readOnly: boolean;
}

export function effects(_query: QueryNode, _catalog: Catalog): Effects {
  return { reads: [], writes: [], readOnly: false };
}
