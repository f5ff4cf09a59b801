import type { CaseText } from '../../sql/boolean-terms.ts';
import { type Cut, type Piece, WITHOUT } from '../../sql/pieces.ts';
import { isAlways } from '../tree/constants.ts';
import type { CaseExpr, Expr, Node, QueryNode } from '../tree/nodes.ts';
import { decide, type TestedParameters } from './decisions.ts';
import type { ParameterTest } from './parameter-tests.ts';
import { visitNodes } from './places.ts';

/** A condition `CASE WHEN :x … THEN condition ELSE true END` whose WHENs test parameters alone. */
export interface CaseGuard {
  readonly node: CaseExpr;
  readonly tests: readonly ParameterTest[];
}

/** What is sent of it: what is behind one of its THENs, by index, or its ELSE. */
export type CaseResult = number | 'else';

/** The CASEs of a statement that are conditions, as these are not sort keys. */
export function caseGuardsOf(
  query: QueryNode,
  testOf: (expr: Expr, operand?: Expr | null) => ParameterTest | null,
  sortKeys: ReadonlySet<Node>,
): readonly CaseGuard[] {
  const found: CaseGuard[] = [];
  visitNodes(query, (node) => {
    if (node.tag !== 'CASEEXPR' || node.casetype !== BOOL || sortKeys.has(node)) return true;
    const tests = node.args.map((when) => testOf(when.expr, node.arg));
    const known = tests.flatMap((test) => test ?? []);
    if (known.length === tests.length) found.push({ node, tests: known });
    return true;
  });
  return found;
}

export function caseResults({ node }: CaseGuard): readonly CaseResult[] {
  return [...node.args.keys(), 'else'];
}

/** Without ELSE it is NULL. */
export function caseResult({ node }: CaseGuard, result: CaseResult): Expr | null {
  return (result === 'else' ? node.defresult : node.args[result]?.result) ?? null;
}

export function isTrueConstant(expr: Expr | null): boolean {
  return expr !== null && isAlways(expr);
}

/** What is sent for one result. */
export function caseResultPieces(
  guard: CaseGuard,
  written: CaseText,
  result: CaseResult,
  cut: Cut,
): readonly Piece[] {
  if (isTrueConstant(caseResult(guard, result))) return [WITHOUT];
  const run = result === 'else' ? written.otherwise : written.results[result];
  return run ? ['(', ...cut.run(run.start, run.end), ')'] : ['(NULL::boolean)'];
}

/** What is sent for what its parameters are. */
export function casePieces(
  guard: CaseGuard,
  written: CaseText,
  tested: TestedParameters,
  cut: Cut,
): readonly Piece[] {
  return decide(
    [...new Set(guard.tests.flatMap(({ constants }) => [...constants.keys()]))],
    tested,
    (valueAt) => {
      const at = guard.tests.findIndex(({ outcome }) => outcome(valueAt) === true);
      const result = at === -1 ? 'else' : at;
      return isTrueConstant(caseResult(guard, result)) ? 'true' : String(result);
    },
    'written',
    (leaf) => {
      if (leaf === 'written') return cut.run(written.start, written.end);
      if (leaf === 'true') return [WITHOUT];
      return caseResultPieces(guard, written, leaf === 'else' ? leaf : Number(leaf), cut);
    },
  );
}

const BOOL = 16;
