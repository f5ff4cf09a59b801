import type { Node, QueryNode, RangeTblEntry, Var } from './nodes.ts';
import { Rte } from './nodes.ts';
import { isNode } from './read.ts';

/** A query and those that it is nested in. */
export interface Scope {
  readonly query: QueryNode;
  readonly outer: Scope | null;
}

// What joins and EXCLUDED could be asked for, not what the query asks for.
const OFFERED = new Set(['joinaliasvars', 'exclRelTlist']);

/**
 * Visits a node and all below it, in the order of the node text, each with the scope that its Vars mean.
 * A query is visited in its own scope.
 *
 * @param visit returns false to leave out what is below the node
 */
export function walk(
  value: unknown,
  scope: Scope | null,
  visit: (node: Node, scope: Scope | null) => boolean,
): void {
  if (Array.isArray(value)) {
    for (const element of value) walk(element, scope, visit);
    return;
  }
  if (!isNode(value)) return;
  const inside = value.tag === 'QUERY' ? { query: value, outer: scope } : scope;
  if (!visit(value, inside)) return;
  for (const [field, below] of Object.entries(value)) {
    if (typeof below === 'object' && !OFFERED.has(field)) walk(below, inside, visit);
  }
}

/** The scope that is `levels` out; null beyond the outermost. */
export function scopeOut(scope: Scope | null, levels: number): Scope | null {
  let found = scope;
  for (let i = 0; i < levels; i++) found = found?.outer ?? null;
  return found;
}

/** The range table entry with a 1-based index. */
export function entryOf(query: QueryNode, index: number): RangeTblEntry | null {
  return query.rtable?.[index - 1] ?? null;
}

/** What a Var belongs to, and the scope that this stands in; null for parts of a function's or constraint's text. */
export function ownerOf(
  variable: Var,
  scope: Scope | null,
): { readonly entry: RangeTblEntry; readonly scope: Scope } | null {
  const owner = scopeOut(scope, variable.varlevelsup);
  const entry = owner === null ? null : entryOf(owner.query, variable.varno);
  return owner === null || entry === null ? null : { entry, scope: owner };
}

/**
 * The query that an entry stands for, in the scope that its own Vars mean: a subquery's or CTE's.
 * Null for other entries and for a recursive CTE's reference to itself.
 */
export function subqueryOf(entry: RangeTblEntry, scope: Scope): Scope | null {
  if (entry.rtekind === Rte.subquery && entry.subquery) return { query: entry.subquery, outer: scope };
  if (entry.rtekind !== Rte.cte || entry.self_reference) return null;
  const owner = scopeOut(scope, entry.ctelevelsup ?? 0);
  const cte = owner?.query.cteList?.find(({ ctename }) => ctename === entry.ctename);
  return cte === undefined ? null : { query: cte.ctequery, outer: owner };
}

/** Range table indexes of what FROM names, joins left out, in order. */
export function fromIndexes(query: QueryNode): readonly number[] {
  const found: number[] = [];
  walk(query.jointree, null, (node) => {
    if (node.tag === 'RANGETBLREF') found.push(node.rtindex);
    return node.tag === 'FROMEXPR' || node.tag === 'JOINEXPR';
  });
  return found;
}
