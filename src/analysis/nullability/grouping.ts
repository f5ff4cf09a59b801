import { nestedSets, SetKind } from '../tree/groups.ts';
import { type Expr, type GroupingSet, Rte } from '../tree/nodes.ts';
import type { Context, Grouping } from './context.ts';
import { expressionKey } from './key.ts';

/** `ressortgroupref`s that are in every grouping set of these. */
function inEverySet(set: GroupingSet): ReadonlySet<number> {
  if (set.kind === SetKind.simple) {
    return new Set((set.content ?? []).filter((item): item is number => typeof item === 'number'));
  }
  if (set.kind !== SetKind.sets) return new Set();
  const [first, ...others] = nestedSets(set).map(inEverySet);
  return new Set([...(first ?? [])].filter((reference) => others.every((other) => other.has(reference))));
}

/** What GROUPING SETS may set to NULL; null if nothing, or if the tree says so itself (PostgreSQL 18's group entry). */
export function groupingOf(context: Context): Grouping | null {
  const { query } = context.frame.scope;
  if (query.groupingSets === null || query.rtable?.some((entry) => entry.rtekind === Rte.group)) return null;
  // The sets of GROUP BY's items are combined with each other.
  const always = new Set(query.groupingSets.flatMap((set) => [...inEverySet(set)]));
  const references = new Set<number>();
  const keys = new Set<string>();
  let opaque = false;
  for (const { tleSortGroupRef: reference } of query.groupClause ?? []) {
    if (always.has(reference)) continue;
    references.add(reference);
    const expr = query.targetList?.find((entry) => entry.ressortgroupref === reference)?.expr;
    const key = expr === undefined ? null : expressionKey(expr, context, true);
    if (key === null) opaque = true;
    else keys.add(key);
  }
  return { references, keys, opaque };
}

/** Whether grouping sets may set an expression to NULL, here where groups are considered. */
export function nulledByGrouping(expr: Expr, context: Context): boolean {
  const { grouping } = context.frame;
  if (grouping === null || context.stage !== 'group' || grouping.references.size === 0) return false;
  if (grouping.opaque) return true;
  const key = expressionKey(expr, { ...context, stage: 'row' }, true);
  return key !== null && grouping.keys.has(key);
}
