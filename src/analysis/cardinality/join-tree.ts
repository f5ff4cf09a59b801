import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr, JoinExpr, JoinTreeNode } from '../tree/nodes.ts';
import { Join } from '../tree/nodes.ts';
import { fromIndexes } from '../tree/walk.ts';
import { settle } from './equalities.ts';
import { bareColumn, type Frame, isConstant } from './frame.ts';
import { entryBound } from './range-table.ts';
import { copyOf, type Known, nothingKnown } from './settled.ts';

/** What an inner join combines: a range table entry or an outer join. */
type Item = { readonly index: number } | { readonly join: JoinExpr };

interface Joined {
  readonly items: readonly Item[];
  /** What holds for all rows. */
  readonly conditions: readonly Expr[];
}

/** The most rows that a FROM yields, with what is known of them; max null is unbounded. */
export interface TreeBound {
  readonly max: number | null;
  /** What is settled of all rows. */
  readonly known: Known;
  /** Range table indexes of what nothing bounds. */
  readonly unbounded: readonly number[];
}

/**
 * Bounds the rows of a join tree.
 *
 * Entries of which only one row is left are taken first; each settles columns that may bind further ones by
 * their keys. Then come those with a finite number of rows, where the rest is counted for each.
 *
 * @param above conditions that the rows meet besides the tree's own
 * @param known what is settled already
 * @param target count only the different rows of this range table entry
 */
export function treeBound(
  tree: JoinTreeNode | null,
  above: readonly Expr[],
  frame: Frame,
  known: Known,
  target: number | null,
): TreeBound {
  const { items, conditions } = flattened(tree, above, frame);
  const all = copyOf(known);
  const waiting = new Set(items);
  const take = (limit: number): number | null => {
    settle(conditions, frame, all);
    // The target first: then the others don't count.
    const order = [...waiting].sort((a, b) => Number(isTarget(b, target)) - Number(isTarget(a, target)));
    for (const item of order) {
      const { max } = itemBound(item, conditions, frame, all);
      if (max === null || max > limit) continue;
      waiting.delete(item);
      for (const index of indexesOf(item)) all.single.add(index);
      return max;
    }
    return null;
  };
  let max = 1;
  let done = false;
  const run = (limit: number) => {
    while (!done && waiting.size > 0) {
      const taken = take(limit);
      if (taken === null) return;
      max *= taken;
      done = target !== null && all.single.has(target);
    }
  };
  run(1);
  settle(conditions, frame, all);
  while ([...waiting].some((item) => 'join' in item && settleInside(item.join, conditions, frame, all)))
    run(1);
  settle(conditions, frame, all);
  const settled = copyOf(all);
  run(Number.POSITIVE_INFINITY);
  const bounded = done || waiting.size === 0;
  return {
    max: bounded ? max : null,
    known: settled,
    unbounded: bounded
      ? []
      : [...waiting].flatMap((item) => itemBound(item, conditions, frame, all).unbounded),
  };
}

/** The fewest rows that a join tree yields, given the fewest of each entry. */
export function treeMinimum(tree: JoinTreeNode | null, entryMinimum: (index: number) => number): number {
  if (tree === null) return 1;
  switch (tree.tag) {
    case 'RANGETBLREF':
      return entryMinimum(tree.rtindex);
    case 'FROMEXPR': {
      if (isFilter(tree.quals)) return 0;
      return (tree.fromlist ?? []).reduce((min, item) => min * treeMinimum(item, entryMinimum), 1);
    }
    case 'JOINEXPR': {
      const left = treeMinimum(tree.larg, entryMinimum);
      const right = treeMinimum(tree.rarg, entryMinimum);
      if (tree.jointype === Join.left) return left;
      if (tree.jointype === Join.right) return right;
      if (tree.jointype === Join.full) return Math.max(left, right);
      return isFilter(tree.quals) ? 0 : left * right;
    }
  }
}

/** Whether a condition may leave out rows: `ON true` does not. */
export function isFilter(quals: Expr | null): boolean {
  return quals !== null && !(quals.tag === 'CONST' && !quals.constisnull && quals.constvalue?.[0] === 1);
}

function flattened(tree: JoinTreeNode | null, above: readonly Expr[], frame: Frame): Joined {
  const items: Item[] = [];
  const conditions = [...above];
  const visit = (node: JoinTreeNode): void => {
    if (node.tag === 'RANGETBLREF') {
      items.push({ index: node.rtindex });
    } else if (node.tag === 'FROMEXPR') {
      conditions.push(...conjuncts(node.quals));
      for (const item of node.fromlist ?? []) visit(item);
    } else if (isInner(node, conditions, frame)) {
      conditions.push(...conjuncts(node.quals));
      visit(node.larg);
      visit(node.rarg);
    } else {
      items.push({ join: node });
    }
  };
  if (tree !== null) visit(tree);
  return { items, conditions };
}

/** Inner joins, and outer ones of which a condition above drops the rows without a partner. */
function isInner(join: JoinExpr, above: readonly Expr[], frame: Frame): boolean {
  const rejected = (side: JoinTreeNode) => {
    const indexes = new Set(fromIndexes(side));
    return above.some(
      (condition) =>
        condition.tag === 'OPEXPR' &&
        frame.catalog.equality.has(condition.opno) &&
        (condition.args ?? []).some((arg) => {
          const column = bareColumn(arg, frame.scope.query);
          return column !== null && indexes.has(column.varno);
        }),
    );
  };
  switch (join.jointype) {
    case Join.inner:
      return true;
    case Join.left:
      return rejected(join.rarg);
    case Join.right:
      return rejected(join.larg);
    default:
      return rejected(join.larg) && rejected(join.rarg);
  }
}

type ItemBound = Pick<TreeBound, 'max' | 'unbounded'>;

function itemBound(item: Item, conditions: readonly Expr[], frame: Frame, known: Known): ItemBound {
  if ('join' in item) return outerJoinBound(item.join, conditions, frame, known);
  const max = entryBound(item.index, conditions, frame, known);
  return { max, unbounded: max === null ? [item.index] : [] };
}

function outerJoinBound(join: JoinExpr, conditions: readonly Expr[], frame: Frame, known: Known): ItemBound {
  if (join.jointype === Join.full) {
    const left = treeBound(join.larg, [], frame, nothingKnown(), null);
    const right = treeBound(join.rarg, [], frame, nothingKnown(), null);
    const unbounded = [...left.unbounded, ...right.unbounded];
    if (left.max === null || right.max === null) return { max: null, unbounded };
    return { max: Math.max(left.max * right.max, left.max + right.max), unbounded };
  }
  const [kept, added] = join.jointype === Join.left ? [join.larg, join.rarg] : [join.rarg, join.larg];
  const base = treeBound(kept, conditions, frame, known, null);
  if (base.max === null) return base;
  const each = copyOf(known);
  for (const index of fromIndexes(kept)) each.single.add(index);
  const partners = treeBound(added, [...conditions, ...conjuncts(join.quals)], frame, each, null);
  return {
    max: partners.max === null ? null : base.max * Math.max(1, partners.max),
    unbounded: partners.unbounded,
  };
}

/**
 * Adds what is the same in all rows of an outer join that has several: entries of its kept side, and the side that it
 * adds if what that is joined by is the same in all rows, and leaves one partner or none.
 */
function settleInside(join: JoinExpr, conditions: readonly Expr[], frame: Frame, known: Known): boolean {
  if (join.jointype === Join.full) return false;
  const before = known.single.size;
  const [kept, added] = join.jointype === Join.left ? [join.larg, join.rarg] : [join.rarg, join.larg];
  const { single } = treeBound(kept, conditions, frame, known, null).known;
  for (const index of fromIndexes(kept)) if (single.has(index)) known.single.add(index);
  const joined = copyOf(known);
  for (const index of fromIndexes(added)) joined.single.add(index);
  if (isConstant(join.quals, frame, joined)) {
    const { max } = treeBound(added, [...conditions, ...conjuncts(join.quals)], frame, known, null);
    if (max !== null && max <= 1) for (const index of fromIndexes(added)) known.single.add(index);
  }
  return known.single.size > before;
}

function indexesOf(item: Item): readonly number[] {
  return 'index' in item ? [item.index] : fromIndexes(item.join);
}

function isTarget(item: Item, target: number | null): boolean {
  return 'index' in item && item.index === target;
}
