import { step } from '../steps.ts';
import type { Block, DeterminedResults, KeyColumn, KeyPlan, LayerPlan, Link, MaxRows } from './block.ts';
import { addDetermined, byEquality, type Determined, distinguishes, exactly, implies } from './determined.ts';
import { entriesOf, type FullJoin, type Item, type Layer, type NullableSide } from './layers.ts';
import { attnumOf, columnTerm, type Term, varnoOf } from './terms.ts';

/** One of several values. */
export interface Choice {
  readonly way: Determined;
  readonly count: number;
}

/** What is known of the rows of a layer. */
export interface LayerState {
  readonly plan: LayerPlan;
  readonly parent: LayerState | null;
  readonly ways: Map<Term, Determined[]>;
  readonly choices: Map<Term, Choice[]>;
  /** Range table indexes of which the same row is left in all rows: all its columns are determined. */
  readonly fixed: Set<number>;
  /** Items whose rows are counted. */
  readonly counted: Set<Item>;
  /** The most rows of what is counted. */
  product: number;
  /** Whether something that is counted may give other rows when it is run again. */
  unstable: boolean;
  /** Sides whose condition, and which of their rows meet it, is the same for all rows. */
  readonly constantSides: Set<NullableSide>;
  /** Of each side: how many items of the kept side are not counted yet. */
  readonly keptPending: Map<NullableSide, number>;
}

/** The rows of a FROM, or of one side of a FULL JOIN, while they are counted. */
export interface Counting {
  readonly block: Block;
  readonly root: LayerState;
  readonly layers: ReadonlyMap<Layer, LayerState>;
  /** By range table index. */
  readonly layerOf: ReadonlyMap<number, LayerState>;
  readonly watchers: Map<Term, Watcher[]>;
  readonly watched: Map<number, Set<Term>>;
  readonly woken: Watcher[];
  /** Range table indexes of subqueries of which more is known than when they were last counted. */
  readonly changed: Set<number>;
  /** Those of which what they look at beside them is determined. */
  readonly open: Set<number>;
  /** What was counted of them last. */
  readonly derived: Map<number, MaxRows>;
  /** Those that were tried. */
  readonly fullJoins: Set<FullJoin>;
}

/** What happens once something is known of a term. */
interface Watcher {
  /** Called when more is known of it. */
  readonly run: () => void;
}

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
        whenAll(counting, keyTests(key, state, counting), () => countItem(counting, state, item, 1));
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

/** In which ways a term is determined in all rows of a layer. */
export function waysOf(counting: Counting, state: LayerState, term: Term): readonly Determined[] {
  const found: Determined[] = [];
  const index = varnoOf(term);
  for (let at: LayerState | null = state; at !== null; at = at.parent) {
    step();
    if (at.fixed.has(index)) return [exactly];
    const ways = at.ways.get(term);
    if (ways !== undefined) found.push(...ways);
    if (at.plan === counting.layerOf.get(index)?.plan)
      found.push(...(counting.derived.get(index)?.determined(attnumOf(term)) ?? []));
  }
  return found;
}

export function isExact(counting: Counting, state: LayerState, term: Term): boolean {
  return waysOf(counting, state, term).some(({ exact }) => exact);
}

function conclude(counting: Counting, state: LayerState, term: Term, way: Determined): void {
  step();
  if (waysOf(counting, state, term).some((known) => implies(known, way))) return;
  let ways = state.ways.get(term);
  if (ways === undefined) {
    ways = [];
    state.ways.set(term, ways);
  }
  if (addDetermined(ways, way)) wake(counting, term);
}

function choose(state: LayerState, term: Term, choice: Choice): void {
  const choices = state.choices.get(term);
  if (choices === undefined) state.choices.set(term, [choice]);
  else choices.push(choice);
}

function wake(counting: Counting, term: Term): void {
  const { watchers, woken, changed, open } = counting;
  const waiting = watchers.get(term);
  watchers.delete(term);
  if (waiting !== undefined) woken.push(...waiting);
  if (attnumOf(term) > 0 && open.has(varnoOf(term))) changed.add(varnoOf(term));
}

function watch({ watchers, watched }: Counting, term: Term, watcher: Watcher): void {
  const others = watchers.get(term);
  if (others !== undefined) others.push(watcher);
  else watchers.set(term, [watcher]);
  const terms = watched.get(varnoOf(term));
  if (terms !== undefined) terms.add(term);
  else watched.set(varnoOf(term), new Set([term]));
}

/** Runs what waits for more to be known, and what that sets off. */
export function runWoken({ woken }: Counting): void {
  for (let next = woken.pop(); next !== undefined; next = woken.pop()) {
    step();
    next.run();
  }
}

interface Test {
  readonly term: Term;
  readonly holds: () => boolean;
}

/** Runs `then` once all tests hold; a test that holds does so for good, so each is passed once. */
function whenAll(counting: Counting, tests: readonly Test[], then: () => void): void {
  let at = 0;
  const watcher: Watcher = {
    run: () => {
      for (; ; at++) {
        step();
        const test = tests[at];
        if (test === undefined) return then();
        if (!test.holds()) return watch(counting, test.term, watcher);
      }
    },
  };
  watcher.run();
}

function whenAllExact(counting: Counting, state: LayerState, terms: readonly Term[], then: () => void): void {
  const tests = terms.map((term) => ({ term, holds: () => isExact(counting, state, term) }));
  whenAll(counting, tests, then);
}

/** Keeps one side of an equality as determined as the other one. */
function follow(counting: Counting, state: LayerState, link: Link): void {
  const watcher: Watcher = {
    run: () => {
      for (const way of waysOf(counting, state, link.twin)) {
        const equal = byEquality(way, link);
        if (equal !== null) conclude(counting, state, link.target, equal);
      }
      if (!isExact(counting, state, link.twin)) watch(counting, link.twin, watcher);
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

/** Whether values so determined are one value for a key. */
export function isOneFor(column: KeyColumn, ways: readonly Determined[], { block }: Counting): boolean {
  const { catalog } = block.analysis;
  return ways.some(
    (way) =>
      (column.acceptsNull || !way.nullable) && distinguishes(way, column.family, column.collation, catalog),
  );
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

/** Whether one and the same rows of the nullable side are looked at, or for each of those that are counted others. */
export function isSettled(state: LayerState, side: NullableSide): boolean {
  return state.keptPending.get(side) === 0 || state.constantSides.has(side);
}

function fix(counting: Counting, state: LayerState, index: number): void {
  if (state.fixed.has(index)) return;
  state.fixed.add(index);
  wakeAll(counting, index);
}

/** Wakes what waits for any column of a range table entry. */
export function wakeAll(counting: Counting, index: number): void {
  for (const term of counting.watched.get(index) ?? []) {
    const waiting = counting.watchers.get(term);
    counting.watchers.delete(term);
    if (waiting !== undefined) counting.woken.push(...waiting);
  }
  counting.watched.delete(index);
}

/** In which ways the results of a subquery in FROM are determined, for counting those of its rows that are considered. */
export function resultsOf(counting: Counting, state: LayerState, index: number): DeterminedResults {
  const found = new Map<number, readonly Determined[]>();
  for (let at: LayerState | null = state; at !== null; at = at.parent) {
    for (const term of at.ways.keys()) {
      step();
      const result = attnumOf(term);
      if (varnoOf(term) === index && result > 0 && !found.has(result))
        found.set(result, waysOf(counting, state, columnTerm(index, result)));
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}
