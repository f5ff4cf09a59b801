import { usedDefaults } from '../catalog/arguments.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope, type Scope } from '../scope.ts';
import type { Node, QueryNode } from './nodes.ts';
import { isNode } from './read.ts';

// What joins and EXCLUDED could be asked for, not what the query asks for.
const OFFERED = new Set(['joinaliasvars', 'exclRelTlist']);

/**
 * Visits a node and all below it, in the order of the node text, each with the scope that its Vars mean.
 * A query is visited in its own scope; nodes outside of any query (a constraint's) have none. A call's arguments that are
 * left out come last, as their defaults.
 *
 * @param visit returns false to leave out what is below the node
 */
export function walk(
  catalog: Catalog,
  value: unknown,
  scope: Scope | null,
  visit: (node: Node, scope: Scope | null) => boolean,
): void {
  if (Array.isArray(value)) {
    for (const element of value) walk(catalog, element, scope, visit);
    return;
  }
  if (!isNode(value)) return;
  const inside = value.tag === 'QUERY' ? scopeOf(catalog, value, scope) : scope;
  if (!visit(value, inside)) return;
  for (const field in value) {
    const below: unknown = Reflect.get(value, field);
    if (typeof below === 'object' && below !== null && !OFFERED.has(field))
      walk(catalog, below, inside, visit);
  }
  if (value.tag === 'FUNCEXPR') walk(catalog, usedDefaults(value, catalog), inside, visit);
}

function scopeOf(catalog: Catalog, query: QueryNode, outer: Scope | null): Scope {
  return outer === null ? rootScope(catalog, query) : innerScope(outer, query);
}

/** Range table indexes of what a join tree names, joins left out, in order. */
export function fromIndexes(tree: unknown): readonly number[] {
  if (!isNode(tree)) return [];
  switch (tree.tag) {
    case 'RANGETBLREF':
      return [tree.rtindex];
    case 'FROMEXPR':
      return (tree.fromlist ?? []).flatMap(fromIndexes);
    case 'JOINEXPR':
      return [...fromIndexes(tree.larg), ...fromIndexes(tree.rarg)];
    default:
      return [];
  }
}
