import { step } from '../steps.ts';
import type { Block, DeterminedResults, KeyPlan, LayerPlan, Link } from './block.ts';
import { byEquality } from './determined.ts';
import {
  addWatcher,
  type Counting,
  choose,
  conclude,
  fix,
  isExact,
  isOneFor,
  type LayerState,
  type Test,
  type Watcher,
  waysOf,
  whenAll,
  whenAllExact,
} from './knowledge.ts';
import { entriesOf, type Item, type Layer, type NullableSide } from './layers.ts';
import { watchSplitKeys } from './split-keys.ts';
import { type Term, varnoOf } from './terms.ts';

/** Lays out what is known from the start: `results` of the query's own results, and what needs no other knowledge. */
export function startCounting(
  block: Block,
  plans: readonly LayerPlan[],
  results: DeterminedResults,
  resultTerm: (result: number) => Term | null,
): Counting {
  const layers = new Map<Layer, LayerState>();
  const layerOf = new Map<number, LayerState>();
  for (const plan of plans) {
    const { layer } = plan;
    const state: LayerState = {
      plan,
      parent: layer.parent === null ? null : (layers.get(layer.parent) ?? null),
      ways: new Map(),
      choices: new Map(),
      fixed: new Set(),
      counted: new Set(),
      product: 1,
      unstable: false,
      constantSides: new Set(),
      keptPending: new Map(plan.sides.map(([side]) => [side, side.keptTo - side.keptFrom])),
    };
    layers.set(layer, state);
    for (const item of layer.items) if (item.kind === 'entry') layerOf.set(item.index, state);
  }
  const [first] = plans;
  const root = first === undefined ? undefined : layers.get(first.layer);
  if (root === undefined) throw new Error('A FROM without a layer');
  const counting: Counting = {
    block,
    root,
    layers,
    layerOf,
    watchers: new Map(),
    watched: new Map(),
    woken: [],
    changed: new Set(),
    open: new Set(),
    derived: new Map(),
    fullJoins: new Set(),
  };
  for (const [result, ways] of results) {
    const term = resultTerm(result);
    if (term !== null) for (const way of ways) conclude(counting, root, term, way);
  }
  for (const state of layers.values()) watchLayer(counting, state);
  return counting;
}

function watchLayer(counting: Counting, state: LayerState): void {
  const { rules, links, items, sides } = state.plan;
  for (const link of links) follow(counting, state, link);
  const all = [...rules, ...items.flatMap(([, plan]) => (plan.kind === 'relation' ? plan.rules : []))];
  for (const { target, from, way, count } of all) {
    whenAllExact(counting, state, from, () => {
      if (count === 1) conclude(counting, state, target, way);
      else choose(state, target, { way, count });
    });
  }
  for (const [item, plan] of items) {
    if (plan.kind === 'relation') {
      for (const key of plan.keys)
        if (key.isNull.length === 0)
          whenAll(counting, keyTests(key, state, counting), () => countItem(counting, state, item, 1));
      watchSplitKeys(counting, state, plan.keys, () => countItem(counting, state, item, 1));
    } else if (plan.around.fixed) {
      whenAllExact(counting, state, plan.around.terms, () => {
        counting.open.add(item.index);
        if (plan.kind === 'derived') counting.changed.add(item.index);
        else if (plan.size !== null && plan.size <= 1) countItem(counting, state, item, plan.size);
      });
    }
  }
  for (const [side, quals] of sides) {
    if (!quals.fixed) continue;
    const within = new Set(side.entries);
    const from = quals.terms.filter((term) => !within.has(varnoOf(term)));
    whenAllExact(counting, state, from, () => {
      state.constantSides.add(side);
      countSide(counting, state, side);
    });
  }
}

/** Keeps one side of an equality as determined as the other one. */
function follow(counting: Counting, state: LayerState, link: Link): void {
  const watcher: Watcher = {
    run: () => {
      for (const way of waysOf(counting, state, link.twin)) {
        const equal = byEquality(way, link);
        if (equal !== null) conclude(counting, state, link.target, equal);
      }
      if (!isExact(counting, state, link.twin)) addWatcher(counting, link.twin, watcher);
    },
  };
  watcher.run();
}

function keyTests(key: KeyPlan, state: LayerState, counting: Counting): readonly Test[] {
  return [
    ...key.columns.map((column) => ({
      term: column.term,
      holds: () => isOneFor(column, waysOf(counting, state, column.term), counting),
    })),
    ...key.notNull.map((term) => ({
      term,
      holds: () => waysOf(counting, state, term).some(({ nullable }) => !nullable),
    })),
  ];
}

/**
 * Takes an item as counted: there are at most `max` of its rows for each of those that are counted already.
 *
 * @param stable whether running it again gives the same rows
 */
export function countItem(
  counting: Counting,
  state: LayerState,
  item: Item,
  max: number,
  stable = true,
): void {
  if (state.counted.has(item)) return;
  step();
  state.counted.add(item);
  state.product *= max;
  state.unstable ||= !stable;
  if (stable) for (const index of entriesOf(item)) fix(counting, state, index);
  const at = state.plan.layer.items.indexOf(item);
  for (const [side, pending] of state.keptPending) {
    step();
    if (at < side.keptFrom || at >= side.keptTo) continue;
    state.keptPending.set(side, pending - 1);
    if (pending === 1) {
      lookFromKept(counting, state, side);
      countSide(counting, state, side);
    }
  }
  const around = state.parent;
  if (around === null || state.counted.size < state.plan.layer.items.length) return;
  const own = around.plan.sides.find(([side]) => side.layer === state.plan.layer);
  if (own !== undefined) countSide(counting, around, own[0]);
}

/** The rows of a nullable side are counted for each of the kept side, also where that one may be others when run again. */
function lookFromKept(counting: Counting, state: LayerState, side: NullableSide): void {
  const inside = counting.layers.get(side.layer);
  if (!state.unstable || inside === undefined) return;
  for (const kept of state.plan.layer.items.slice(side.keptFrom, side.keptTo))
    for (const index of entriesOf(kept)) fix(counting, inside, index);
}

/** Counts the nullable side of an outer join where at most one of its rows is left, or none. */
function countSide(counting: Counting, state: LayerState, side: NullableSide): void {
  const inside = counting.layers.get(side.layer);
  if (inside === undefined || !isSettled(state, side)) return;
  if (inside.counted.size < side.layer.items.length || inside.product > 1) return;
  countItem(counting, state, side, 1, !inside.unstable && !state.unstable);
}

/** Whether one and the same rows of the nullable side are considered, or for each of those that are counted others. */
export function isSettled(state: LayerState, side: NullableSide): boolean {
  return state.keptPending.get(side) === 0 || state.constantSides.has(side);
}
