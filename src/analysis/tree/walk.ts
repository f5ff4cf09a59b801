import { usedDefaults } from '../catalog/arguments.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope, type Scope } from '../scope.ts';
import { step } from '../steps.ts';
import { LAZY } from './field-runs.ts';
import type { Node, QueryNode } from './nodes.ts';
import { nodeOrder, type Ordered } from './order.ts';
import { isNode } from './read.ts';

// Nodes of numbers and names only, which most of a tree are.
const LEAVES: ReadonlySet<string> = new Set<Node['tag']>([
  'VAR',
  'CONST',
  'PARAM',
  'RANGETBLREF',
  'SORTGROUPCLAUSE',
]);

/** Returns false to omit what is below the node. */
type Visit = (node: Node, scope: Scope | null) => boolean;

/**
 * Visits a node and all below it, in the order of the node text, each with the scope that its Vars mean.
 * A query is visited in its own scope; nodes outside of any query (a constraint's) have none. A call's arguments that are
 * omitted come last, as their defaults. What joins and EXCLUDED could be asked for is omitted: it is not what the query
 * asks for.
 */
export function walk(catalog: Catalog, value: unknown, scope: Scope | null, visit: Visit): void {
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
      const ordered = next.tag === 'QUERY' ? nodeOrder(next) : undefined;
      if (ordered !== undefined) {
        walkInOrder(catalog, ordered, around, visit);
        continue;
      }
      step();
      if (next.tag === 'QUERY') inside = scopeOf(catalog, next, around);
      if (!visit(next, inside) || LEAVES.has(next.tag)) continue;
      for (const field in next) {
        if (LAZY.has(field)) continue;
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

/** The same for a query as it was read: the reader has found all that is below it. */
function walkInOrder(catalog: Catalog, { order, index }: Ordered, around: Scope | null, visit: Visit): void {
  const { nodes, ends } = order;
  const last = ends[index] ?? 0;
  let scope = around;
  // What is done behind a node and all below it: back to the scope around a query, and on to a call's defaults.
  const later: {
    readonly at: number;
    readonly scope: Scope | null;
    readonly defaults: readonly unknown[];
  }[] = [];
  for (let i = index; i < last || later.length > 0; ) {
    const next = later.at(-1);
    if (next?.at === i) {
      later.pop();
      scope = next.scope;
      if (next.defaults.length > 0) walk(catalog, next.defaults, scope, visit);
      continue;
    }
    const node = nodes[i];
    if (node === undefined) return;
    const end = ends[i] ?? last;
    step();
    if (node.tag === 'QUERY') {
      later.push({ at: end, scope, defaults: [] });
      scope = scopeOf(catalog, node, scope);
    }
    const goesOn = visit(node, scope);
    if (goesOn && node.tag === 'FUNCEXPR') {
      const defaults = usedDefaults(node, catalog);
      if (defaults.length > 0) later.push({ at: end, scope, defaults });
    }
    i = goesOn ? i + 1 : end;
  }
}

function reverseFrom(list: unknown[], first: number): void {
  for (let i = first, j = list.length - 1; i < j; i++, j--) [list[i], list[j]] = [list[j], list[i]];
}

function scopeOf(catalog: Catalog, query: QueryNode, outer: Scope | null): Scope {
  return outer === null ? rootScope(catalog, query) : innerScope(outer, query);
}

/** Range table indexes of what a join tree names, joins omitted, in order. */
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
