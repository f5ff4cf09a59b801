import { usedDefaults } from '../catalog/arguments.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope, type Scope } from '../scope.ts';
import { step } from '../steps.ts';
import type { Node, QueryNode } from './nodes.ts';
import { isNode } from './read.ts';

// What joins and EXCLUDED could be asked for, not what the query asks for.
const OFFERED = new Set(['joinaliasvars', 'exclRelTlist']);

// Nodes of numbers and names only, which most of a tree are.
const LEAVES: ReadonlySet<string> = new Set<Node['tag']>([
  'VAR',
  'CONST',
  'PARAM',
  'RANGETBLREF',
  'SORTGROUPCLAUSE',
]);

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
  // A loop, with what is still to be visited in reverse: `a || b || …` of some thousand terms is as deep as it is long.
  const waiting: unknown[] = [value];
  const scopes: (Scope | null)[] = [scope];
  while (waiting.length > 0) {
    const next = waiting.pop();
    const around = scopes.pop() ?? null;
    const first = waiting.length;
    let inside = around;
    if (Array.isArray(next)) {
      for (const element of next) if (typeof element === 'object' && element !== null) waiting.push(element);
    } else if (isNode(next)) {
      step();
      if (next.tag === 'QUERY') inside = scopeOf(catalog, next, around);
      if (!visit(next, inside) || LEAVES.has(next.tag)) continue;
      for (const field in next) {
        if (OFFERED.has(field)) continue;
        const below: unknown = Reflect.get(next, field);
        if (typeof below !== 'object' || below === null) continue;
        // Numbers or names.
        if (Array.isArray(below) && typeof below[0] !== 'object') continue;
        waiting.push(below);
      }
      if (next.tag === 'FUNCEXPR') waiting.push(...usedDefaults(next, catalog));
    }
    for (let i = first; i < waiting.length; i++) scopes.push(inside);
    reverseFrom(waiting, first);
  }
}

function reverseFrom(list: unknown[], first: number): void {
  for (let i = first, j = list.length - 1; i < j; i++, j--) [list[i], list[j]] = [list[j], list[i]];
}

function scopeOf(catalog: Catalog, query: QueryNode, outer: Scope | null): Scope {
  return outer === null ? rootScope(catalog, query) : innerScope(outer, query);
}

/** Range table indexes of what a join tree names, joins left out, in order. */
export function fromIndexes(tree: unknown): readonly number[] {
  const found: number[] = [];
  const visit = (node: unknown): void => {
    if (!isNode(node)) return;
    if (node.tag === 'RANGETBLREF') found.push(node.rtindex);
    else if (node.tag === 'FROMEXPR') for (const item of node.fromlist ?? []) visit(item);
    else if (node.tag === 'JOINEXPR') {
      visit(node.larg);
      visit(node.rarg);
    }
  };
  visit(tree);
  return found;
}
