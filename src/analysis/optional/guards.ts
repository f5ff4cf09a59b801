import type { BooleanTerms, TextRun } from '../../sql/boolean-terms.ts';
import { type Cut, type Piece, WITHOUT } from '../../sql/pieces.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { BoolExpr, Expr, Node, QueryNode } from '../tree/nodes.ts';
import { decide, type TestedParameters } from './decisions.ts';
import type { ParameterTest } from './parameter-tests.ts';
import { locationOf, visitNodes } from './places.ts';

/** `(:x IS NULL OR condition)`, in any order, with one test of parameters or several. */
export interface Guard {
  /** The operands of its OR. */
  readonly operands: readonly Expr[];
  /** What of them are tests of parameters alone, in the same order; null: it is another condition. */
  readonly tests: readonly (ParameterTest | null)[];
  /** Its place in the statement, which its copies in the tree have too. */
  readonly location: number;
}

/** The guards of a statement by their places. */
export function guardsOf(
  query: QueryNode,
  testOf: (expr: Expr) => ParameterTest | null,
): ReadonlyMap<number, Guard> {
  const found = new Map<number, Guard>();
  visitNodes(query, (node) => {
    const location = locationOf(node);
    if (!isOr(node) || location < 0 || found.has(location)) return true;
    const tests = node.args.map(testOf);
    if (tests.some((test) => test !== null) && tests.includes(null)) {
      found.set(location, { operands: node.args, tests, location });
    }
    return true;
  });
  return found;
}

export function isOr(node: Node): node is BoolExpr {
  return node.tag === 'BOOLEXPR' && node.boolop === 'or';
}

/** The `$n` that an OR asks for NULL, and its other conditions; null for all other nodes. */
export function nullGuardAt(
  node: Node,
): { readonly slots: ReadonlySet<number>; readonly kept: readonly Expr[] } | null {
  if (!isOr(node)) return null;
  const slots = new Set<number>();
  const kept = node.args.filter((arg) => {
    const slot = testedSlot(arg);
    if (slot !== null) slots.add(slot);
    return slot === null;
  });
  return slots.size === 0 || kept.length === 0 ? null : { slots, kept };
}

/** The `$n` of `$n IS NULL`, which is true just where the caller's value is NULL; null for everything else. */
function testedSlot(expr: Expr): number | null {
  if (expr.tag !== 'NULLTEST' || expr.nulltesttype !== 0 || expr.argisrow) return null;
  let { arg } = expr;
  while (arg.tag === 'RELABELTYPE' || arg.tag === 'COLLATEEXPR') arg = arg.arg;
  return arg.tag === 'PARAM' && arg.paramkind === 0 ? arg.paramid : null;
}

/** Where a guard is in the text, operand by operand; null: the text has another form. */
export function guardText(
  { location, operands: { length } }: Guard,
  terms: BooleanTerms,
  offset: (location: number) => number,
): readonly TextRun[] | null {
  const operands = terms.operandsOf(offset(location));
  return operands?.length === length ? operands : null;
}

/** What is sent of a guard where no test of it is true: the other conditions, with each OR before the later ones. */
export function keptPieces({ tests }: Guard, operands: readonly TextRun[], cut: Cut): readonly Piece[] {
  const pieces: Piece[] = [];
  let before = operands[0]?.start ?? 0;
  for (const [i, operand] of operands.entries()) {
    if (tests[i] !== null) continue;
    const { start } = pieces.length === 0 ? operand : { start: operands[i - 1]?.end ?? operand.start };
    const glue = cut.glue(before, start);
    pieces.push(...(glue === '' ? [] : [glue]), ...cut.run(start, operand.end));
    before = operand.end;
  }
  return pieces;
}

/** What is sent of a guard for what its parameters are: TRUE, or its conditions with those tests that are not false. */
export function guardPieces(
  guard: Guard,
  operands: readonly TextRun[],
  tested: TestedParameters,
  cut: Cut,
): readonly Piece[] {
  const { tests } = guard;
  const all = tests.flatMap((test) => test ?? []);
  const isNullAsked = all.every(({ constants }) =>
    [...constants.values()].every(({ length }) => length === 0),
  );
  return decide(
    [...new Set(all.flatMap(({ constants }) => [...constants.keys()]))],
    tested,
    (valueAt) => (all.some(({ outcome }) => outcome(valueAt) === true) ? 'true' : 'rest'),
    'rest',
    (leaf) => {
      if (leaf === 'true') return [WITHOUT];
      return isNullAsked ? keptPieces(guard, operands, cut) : operands.flatMap(operandPieces);
    },
  );

  /** Tests before the first condition go with the OR behind them, later ones with that before them. */
  function operandPieces(operand: TextRun, i: number): readonly Piece[] {
    const first = tests.indexOf(null);
    const test = tests[i] ?? null;
    const written = cut.run(
      i <= first ? operand.start : (operands[i - 1]?.end ?? operand.start),
      i < first ? (operands[i + 1]?.start ?? operand.end) : operand.end,
    );
    if (test === null) return written;
    return decide(
      [...test.constants.keys()],
      tested,
      (valueAt) => (test.outcome(valueAt) === false ? 'nothing' : 'written'),
      'written',
      (leaf) => (leaf === 'written' ? written : [' ']),
    );
  }
}

/** A volatile function that an expression calls, by name, or of which nothing is known; null: none. */
export function volatileCall(value: unknown, catalog: Catalog): string | null {
  let found: string | null = null;
  visitNodes(value, (node) => {
    if (node.tag === 'NEXTVALUEEXPR') found ??= 'nextval';
    for (const oid of calledFunctions(node, catalog)) {
      const called = catalog.functions.get(oid);
      if (called?.volatility === 'i' || called?.volatility === 's') continue;
      found ??= called?.name ?? 'a function';
    }
    return found === null;
  });
  return found;
}
