import type { QueryNode } from '../tree/nodes.ts';
import { readQueries } from '../tree/read.ts';
import type { Relation } from './catalog.ts';

const read = new WeakMap<Relation, QueryNode | null>();

/** The query that defines a view or materialised view; null for other relations. */
export function definingQuery(relation: Relation): QueryNode | null {
  let query = read.get(relation);
  if (query === undefined) {
    query = relation.definition === null ? null : (readQueries(relation.definition)[0] ?? null);
    read.set(relation, query);
  }
  return query;
}
