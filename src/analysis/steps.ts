/** A statement's analysis while it is under way: how much it has cost, and what it may cost. */
interface Steps {
  count: number;
  readonly budget: number;
}

/** What a statement may cost before every further question about it is answered "unknown". */
const STEP_BUDGET = 2_000_000;

/** Analysis is synchronous, and statements are analysed one after the other: one is under way at most. */
let current: Steps = { count: 0, budget: Number.POSITIVE_INFINITY };

/** What an analysis found, and what it cost. */
export interface Counted<T> {
  readonly result: T;
  readonly steps: number;
  /** The budget was used up: part of what could be known is "unknown". */
  readonly exhausted: boolean;
}

/**
 * Runs the analysis of one statement and counts its steps: visits of a node by a rule. Tests measure cost by this count,
 * which depends on nothing but the statement and its schema.
 *
 * @param budget steps after which `step` returns false
 */
export function countSteps<T>(run: () => T, budget = STEP_BUDGET): Counted<T> {
  const around = current;
  const own: Steps = { count: 0, budget };
  current = own;
  try {
    const result = run();
    return { result, steps: own.count, exhausted: own.count > budget };
  } finally {
    current = around;
    current.count += own.count;
  }
}

/**
 * Counts a step, or several.
 *
 * @returns false where the statement's budget is used up: the caller then says "unknown" and visits nothing more
 */
export function step(count = 1): boolean {
  current.count += count;
  return current.count <= current.budget;
}
