import type { GroupingSet, QueryNode } from './nodes.ts';

/** Whether a query's result rows represent groups. */
export function isGrouped(query: QueryNode): boolean {
  return (
    query.hasAggs || query.groupClause !== null || query.groupingSets !== null || query.havingQual !== null
  );
}

/** Whether a group may have no row: without GROUP BY, or with the empty grouping set. */
export function mayBeEmpty(query: QueryNode): boolean {
  if (query.groupingSets !== null) return query.groupingSets.every(includesEmptySet);
  return (query.groupClause ?? []).length === 0;
}

/** GroupingSetKind (parsenodes.h). */
export const SetKind = { empty: 0, simple: 1, rollup: 2, cube: 3, sets: 4 } as const;

function includesEmptySet(set: GroupingSet): boolean {
  switch (set.kind) {
    case SetKind.simple:
      return (set.content ?? []).length === 0;
    case SetKind.sets:
      return nestedSets(set).some(includesEmptySet);
    default:
      return true;
  }
}

/** The sets in GROUPING SETS (…). */
export function nestedSets(set: GroupingSet): readonly GroupingSet[] {
  return (set.content ?? []).filter(
    (item): item is GroupingSet => typeof item === 'object' && item !== null && 'tag' in item,
  );
}
