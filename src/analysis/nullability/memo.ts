import { step } from '../steps.ts';
import type { Expr } from '../tree/nodes.ts';
import { withoutLocal } from './atoms.ts';
import type { Context, FrameMemo, Memo } from './context.ts';

export function emptyMemo(): FrameMemo {
  return {
    facts: new Map(),
    implications: new Map(),
    notNull: new Map(),
    reached: new Map(),
    opened: new Map(),
    keys: new Map(),
    nulls: new Map(),
  };
}

/**
 * In how many contexts a node is evaluated. A condition within conditions is evaluated with and without what each of those
 * around it says, which would be exponential in their nesting. Past this limit a node is evaluated knowing only what
 * holds for all rows, which is less but never wrong.
 */
const MOST_CONTEXTS = 64;

/** How many evaluations may be in each other: JavaScript's stack ends at some ten times as many. */
const DEEPEST = 200;

/**
 * Answers a question about a node once for each context, and in a bounded number of contexts.
 *
 * @param detail tells apart questions that share a memo, such as sets of outcomes
 * @param unknown the answer that is never wrong
 * @param compute the answer; asks about nodes below only
 */
export function remembered<T>(
  memo: Memo<T>,
  node: object,
  context: Context,
  detail: number,
  unknown: () => T,
  compute: (context: Context) => T,
): T {
  let entry = memo.get(node);
  if (entry === undefined) {
    entry = { evaluations: 0, found: [] };
    memo.set(node, entry);
  }
  for (const known of entry.found)
    if (known.detail === detail && isSameContext(known.context, context)) return known.value;
  const { provisional, nesting } = context.frame.engine;
  if (nesting.evaluation >= DEEPEST || !step()) return unknown();
  if (entry.evaluations >= MOST_CONTEXTS) {
    const plain = withoutLearned(context);
    if (!isSameContext(plain, context)) return remembered(memo, node, plain, detail, unknown, compute);
    // As many again for what differs besides what is known: outcomes, and what a CASE compares.
    if (entry.evaluations >= 4 * MOST_CONTEXTS) return unknown();
  }
  entry.evaluations++;
  const before = provisional.reads;
  nesting.evaluation++;
  const value = compute(context);
  nesting.evaluation--;
  // What rests on an answer that is still being worked out may be less than what is known in the end.
  if (provisional.reads === before) entry.found.push({ context, detail, value });
  return value;
}

/** Whether an expression of one frame is evaluated at the same place with the same knowledge. */
function isSameContext(a: Context, b: Context): boolean {
  return (
    a.proven === b.proven &&
    a.stage === b.stage &&
    a.nulls === b.nulls &&
    a.sublink === b.sublink &&
    (a.useExclusions ?? false) === (b.useExclusions ?? false) &&
    (a.past ?? false) === (b.past ?? false) &&
    a.caseTest?.expr === b.caseTest?.expr &&
    a.caseTest?.facts === b.caseTest?.facts
  );
}

/** The same place without what conditions around the expression say. */
function withoutLearned({ nulls: _, ...context }: Context): Context {
  return { ...context, proven: withoutLocal(context.proven) };
}

/**
 * Evaluates the far end of a chain of operators first (`a || b || … `, of any length), where evaluations already are
 * deeply in each other: each link then finds its arguments answered.
 */
export function fromFarEnd(
  expr: Expr,
  context: Context,
  evaluate: (expr: Expr, context: Context) => void,
): void {
  const { nesting } = context.frame.engine;
  if (nesting.evaluation !== DEEPEST / 2) return;
  const links: Expr[] = [expr];
  for (const link of links) links.push(...argumentsOf(link));
  // One level down, so that no link begins at the far end again.
  nesting.evaluation++;
  for (const link of links.reverse()) if (link !== expr) evaluate(link, context);
  nesting.evaluation--;
}

/** The arguments of an expression that are evaluated where it is itself. */
function argumentsOf(expr: Expr): readonly Expr[] {
  switch (expr.tag) {
    case 'OPEXPR':
    case 'FUNCEXPR':
      return expr.args ?? [];
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return expr.args;
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'COLLATEEXPR':
    case 'NAMEDARGEXPR':
      return [expr.arg];
    default:
      return [];
  }
}
