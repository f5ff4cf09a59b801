import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr, JoinExpr, JoinTreeNode } from '../tree/nodes.ts';
import { Join } from '../tree/nodes.ts';
import { fromIndexes } from '../tree/walk.ts';

/**
 * What inner joins combine, with the conditions that all its rows meet. The kept side of an outer join belongs to the
 * layer that the join is in; the side that it fills with NULL is a layer of its own.
 */
export interface Layer {
  /** The layer around a nullable side; null for FROM as a whole and for the sides of a FULL JOIN. */
  readonly parent: Layer | null;
  readonly items: Item[];
  readonly conditions: Expr[];
}

export type Item = EntryItem | NullableSide | FullJoinLayer;

/** A range table entry. */
export interface EntryItem {
  readonly kind: 'entry';
  readonly index: number;
}

/** The side of an outer join that is NULL where nothing matches. */
export interface NullableSide {
  readonly kind: 'nullable';
  readonly layer: Layer;
  readonly quals: Expr | null;
  /** The kept side: these items of the layer around it. */
  readonly keptFrom: number;
  readonly keptTo: number;
  readonly entries: readonly number[];
}

export interface FullJoinLayer {
  readonly kind: 'full';
  readonly left: Layer;
  readonly right: Layer;
  readonly entries: readonly number[];
}

/** Range table indexes of an item, those below it too. */
export function entriesOf(item: Item): readonly number[] {
  return item.kind === 'entry' ? [item.index] : item.entries;
}

/**
 * Takes a join tree apart, each node once. Outer joins are inner ones, and FULL joins outer ones, where a condition above
 * drops the rows that have no partner.
 *
 * @param refusesNull range table indexes of which a condition is not true where their columns are NULL
 */
export function layersOf(
  tree: JoinTreeNode | null,
  refusesNull: (condition: Expr) => readonly number[],
): Layer {
  // By range table index: how many of the conditions above refuse its NULLs.
  let refused = new Map<number, number>();
  const count = (conditions: readonly Expr[], by: number) => {
    for (const condition of conditions)
      for (const index of refusesNull(condition)) refused.set(index, (refused.get(index) ?? 0) + by);
  };
  const add = (layer: Layer, quals: Expr | null) => {
    const added = conjuncts(quals);
    count(added, 1);
    for (const condition of added) layer.conditions.push(condition);
  };
  const isRefused = (side: JoinTreeNode) => fromIndexes(side).some((index) => (refused.get(index) ?? 0) > 0);
  const visit = (node: JoinTreeNode, layer: Layer): void => {
    switch (node.tag) {
      case 'RANGETBLREF':
        layer.items.push({ kind: 'entry', index: node.rtindex });
        return;
      case 'FROMEXPR':
        add(layer, node.quals);
        for (const item of node.fromlist ?? []) visit(item, layer);
        return;
      case 'JOINEXPR':
        visitJoin(node, layer);
    }
  };
  const visitJoin = (node: JoinExpr, layer: Layer): void => {
    const type = effectiveType(node, isRefused);
    if (type === Join.inner) {
      add(layer, node.quals);
      visit(node.larg, layer);
      visit(node.rarg, layer);
      return;
    }
    if (type === Join.full) {
      const around = refused;
      const side = (of: JoinTreeNode) => {
        refused = new Map();
        const own: Layer = { parent: null, items: [], conditions: [] };
        visit(of, own);
        return own;
      };
      const [left, right] = [side(node.larg), side(node.rarg)];
      refused = around;
      layer.items.push({ kind: 'full', left, right, entries: fromIndexes(node) });
      return;
    }
    const [kept, nullable] = type === Join.left ? [node.larg, node.rarg] : [node.rarg, node.larg];
    const keptFrom = layer.items.length;
    visit(kept, layer);
    const keptTo = layer.items.length;
    const own: Layer = { parent: layer, items: [], conditions: [] };
    add(own, node.quals);
    visit(nullable, own);
    count(own.conditions, -1);
    const entries = fromIndexes(nullable);
    layer.items.push({ kind: 'nullable', layer: own, quals: node.quals, keptFrom, keptTo, entries });
  };
  const root: Layer = { parent: null, items: [], conditions: [] };
  if (tree !== null) visit(tree, root);
  return root;
}

function effectiveType(
  { jointype, larg, rarg }: JoinExpr,
  isRefused: (side: JoinTreeNode) => boolean,
): number {
  switch (jointype) {
    case Join.left:
      return isRefused(rarg) ? Join.inner : Join.left;
    case Join.right:
      return isRefused(larg) ? Join.inner : Join.right;
    case Join.full: {
      const [left, right] = [isRefused(larg), isRefused(rarg)];
      if (left && right) return Join.inner;
      return left ? Join.left : right ? Join.right : Join.full;
    }
    default:
      return Join.inner;
  }
}

/** A layer and all nullable sides within it, from the outside in. */
export function withNullableSides(root: Layer): readonly Layer[] {
  const found = [root];
  for (let i = 0; i < found.length; i++)
    for (const item of found[i]?.items ?? []) if (item.kind === 'nullable') found.push(item.layer);
  return found;
}
