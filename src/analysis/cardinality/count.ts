import { step } from '../steps.ts';
import type { Block, EntryPlan, KeyColumn } from './block.ts';
import { countItem, isSettled, startCounting } from './determine.ts';
import {
  type Counting,
  isOneFor,
  type LayerState,
  resultsOf,
  runWoken,
  wakeAll,
  waysOf,
} from './knowledge.ts';
import type { FullJoinLayer, Item } from './layers.ts';
import { plansOf } from './plan.ts';

/**
 * Counts all of which one row is left, and finds what that determines, until nothing is added. Each entry settles columns
 * that may bind further ones by their keys.
 */
export function countSingleRows(counting: Counting): void {
  for (;;) {
    runWoken(counting);
    const [index] = counting.changed;
    if (index !== undefined) countDerived(counting, index);
    else if (!countFullJoins(counting)) return;
  }
}

function countDerived(counting: Counting, index: number): void {
  counting.changed.delete(index);
  const state = counting.layerOf.get(index);
  const [item, plan] = state?.plan.items.find(([own]) => own.index === index) ?? [];
  if (state === undefined || item === undefined || plan?.kind !== 'derived' || state.counted.has(item))
    return;
  const found = counting.block.analysis.maxRows(plan.scope, resultsOf(counting, state, index));
  counting.derived.set(index, found);
  wakeAll(counting, index);
  if (found.max !== null && found.max <= 1) countItem(counting, state, item, found.max, plan.stable);
}

/** False if there is no FULL JOIN that was not tried yet. */
function countFullJoins(counting: Counting): boolean {
  let tried = false;
  for (const state of counting.layers.values()) {
    for (const item of state.plan.layer.items) {
      if (item.kind !== 'full' || counting.fullJoins.has(item)) continue;
      tried = true;
      counting.fullJoins.add(item);
      const { max, stable } = fullJoinRows(item, counting.block);
      if (max !== null && max <= 1) countItem(counting, state, item, max, stable);
    }
  }
  return tried;
}

/** The most rows of a FULL JOIN, whose sides see nothing of what is around them. */
function fullJoinRows(join: FullJoinLayer, block: Block) {
  let found = block.fullJoins.get(join);
  if (found === undefined) {
    const [left, right] = [join.left, join.right].map((side) => {
      const counting = startCounting(block, plansOf(side, block), new Map(), () => null);
      countSingleRows(counting);
      return { max: countRows(counting, counting.root, null), stable: !counting.root.unstable };
    });
    found = {
      max: eitherOrBoth(left?.max ?? null, right?.max ?? null),
      stable: (left?.stable ?? false) && (right?.stable ?? false),
    };
    block.fullJoins.set(join, found);
  }
  return found;
}

function eitherOrBoth(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : Math.max(left * right, left + right);
}

/**
 * The most rows of a layer; null is unbounded. What has a finite number of rows is taken in order, and the rest counted for
 * each of those rows.
 *
 * @param target count only the different rows of this range table entry
 */
export function countRows(counting: Counting, state: LayerState, target: number | null): number | null {
  const { items } = state.plan.layer;
  const isTarget = (item: Item) => item.kind === 'entry' && item.index === target;
  // The target first: then the others don't count.
  const order =
    target === null ? items : [...items.filter(isTarget), ...items.filter((one) => !isTarget(one))];
  const [first] = order;
  const isDone = () => target !== null && first !== undefined && isTarget(first) && state.counted.has(first);
  for (let more = true; more && !isDone(); ) {
    more = false;
    for (const item of order) {
      if (isDone()) break;
      step();
      const max = state.counted.has(item) ? null : finiteRows(counting, state, item);
      if (max === null) continue;
      more = true;
      countItem(counting, state, item, max.rows, max.stable);
      countSingleRows(counting);
    }
  }
  return isDone() || state.counted.size === items.length ? state.product : null;
}

interface Finite {
  readonly rows: number;
  readonly stable: boolean;
}

function finiteRows(counting: Counting, state: LayerState, item: Item): Finite | null {
  const finite = (rows: number | null, stable = true) => (rows === null ? null : { rows, stable });
  if (item.kind === 'full') {
    const { max, stable } = fullJoinRows(item, counting.block);
    return finite(max, stable);
  }
  if (item.kind === 'entry') {
    const plan = state.plan.items.find(([own]) => own === item)?.[1];
    return plan === undefined ? null : finite(entryRows(counting, state, item.index, plan), isStable(plan));
  }
  const inside = counting.layers.get(item.layer);
  if (inside === undefined || !isSettled(state, item)) return null;
  const rows = countRows(counting, inside, null);
  return rows === null ? null : finite(Math.max(1, rows), !inside.unstable && !state.unstable);
}

function isStable(plan: EntryPlan): boolean {
  return plan.kind !== 'derived' || plan.stable;
}

function entryRows(counting: Counting, state: LayerState, index: number, plan: EntryPlan): number | null {
  if (plan.kind === 'derived') return counting.derived.get(index)?.max ?? null;
  if (plan.kind === 'sized') return counting.open.has(index) ? plan.size : null;
  const bounds = plan.keys.flatMap(({ columns, notNull, isNull }) => {
    step();
    if (isNull.length > 0) return [];
    const values = columns.map((column) => valuesOf(counting, state, column));
    const isNotNull = notNull.every(
      (term) =>
        waysOf(counting, state, term).some(({ nullable }) => !nullable) ||
        (state.choices.get(term) ?? []).some(({ way }) => !way.nullable),
    );
    return !isNotNull || values.includes(null) ? [] : [values.reduce<number>((all, n) => all * (n ?? 1), 1)];
  });
  return bounds.length === 0 ? null : Math.min(...bounds);
}

/** How many values a key's column has; null if that is not known. */
function valuesOf(counting: Counting, state: LayerState, column: KeyColumn): number | null {
  if (isOneFor(column, waysOf(counting, state, column.term), counting)) return 1;
  const counts = (state.choices.get(column.term) ?? []).flatMap(({ way, count }) =>
    isOneFor(column, [way], counting) ? [count] : [],
  );
  return counts.length === 0 ? null : Math.min(...counts);
}
