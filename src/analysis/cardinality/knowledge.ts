import { step } from '../steps.ts';
import type { Block, DeterminedResults, KeyColumn, LayerPlan, MaxRows } from './block.ts';
import { addDetermined, type Determined, distinguishes, exactly, implies } from './determined.ts';
import type { FullJoinLayer, Item, Layer, NullableSide } from './layers.ts';
import { attnumOf, columnTerm, type Term, varnoOf } from './terms.ts';

/** One of several values. */
interface Choice {
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
  /** Those of which what they consider beside them is determined. */
  readonly open: Set<number>;
  /** What was counted of them last. */
  readonly derived: Map<number, MaxRows>;
  /** Those that were tried. */
  readonly fullJoins: Set<FullJoinLayer>;
}

/** What happens once something is known of a term. */
export interface Watcher {
  /** Called when more is known of it. */
  readonly run: () => void;
}

/** In which ways a term is determined in all rows of a layer. */
export function waysOf(counting: Counting, state: LayerState, term: Term): readonly Determined[] {
  const found: Determined[] = [];
  const index = varnoOf(term);
  for (let at: LayerState | null = state; at !== null; at = at.parent) {
    step();
    if (at.fixed.has(index)) return [exactly, ...(at.ways.get(term) ?? [])];
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

export function conclude(counting: Counting, state: LayerState, term: Term, way: Determined): void {
  step();
  if (waysOf(counting, state, term).some((known) => implies(known, way))) return;
  let ways = state.ways.get(term);
  if (ways === undefined) {
    ways = [];
    state.ways.set(term, ways);
  }
  if (addDetermined(ways, way)) wake(counting, term);
}

export function choose(state: LayerState, term: Term, choice: Choice): void {
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

export function addWatcher({ watchers, watched }: Counting, term: Term, watcher: Watcher): void {
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

export interface Test {
  readonly term: Term;
  readonly holds: () => boolean;
}

/** Runs `then` once all tests hold; a test that holds does so for good, so each is passed once. */
export function whenAll(counting: Counting, tests: readonly Test[], then: () => void): void {
  let at = 0;
  const watcher: Watcher = {
    run: () => {
      for (; ; at++) {
        step();
        const test = tests[at];
        if (test === undefined) return then();
        if (!test.holds()) return addWatcher(counting, test.term, watcher);
      }
    },
  };
  watcher.run();
}

export function whenAllExact(
  counting: Counting,
  state: LayerState,
  terms: readonly Term[],
  then: () => void,
): void {
  const tests = terms.map((term) => ({ term, holds: () => isExact(counting, state, term) }));
  whenAll(counting, tests, then);
}

/** Whether values so determined are one value for a key. */
export function isOneFor(column: KeyColumn, ways: readonly Determined[], { block }: Counting): boolean {
  const { catalog } = block.analysis;
  return ways.some(
    (way) =>
      (column.acceptsNull || !way.nullable) &&
      column.families.some((family) => distinguishes(way, family, column.collation, catalog)),
  );
}

export function fix(counting: Counting, state: LayerState, index: number): void {
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
