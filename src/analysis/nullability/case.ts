import type { CaseExpr, Const } from '../tree/nodes.ts';
import { noAtoms } from './atoms.ts';
import type { Context, Result } from './context.ts';
import { remembered } from './memo.ts';
import { FALSE, NULL, TRUE } from './outcomes.ts';
import { refine } from './refine.ts';

/** The results of a CASE's branches in order, ELSE last; without those that are never reached. */
export function reachedResults(expr: CaseExpr, context: Context): readonly Result[] {
  return remembered(
    context.frame.memo.reached,
    expr,
    context,
    0,
    () => allResults(expr, context),
    (at) => resultsIn(expr, at),
  );
}

function allResults(expr: CaseExpr, context: Context): readonly Result[] {
  const results = [...expr.args.map(({ result }) => result), expr.defresult ?? nullConstant];
  return results.map((result) => ({ result, reached: noAtoms, at: context }));
}

function resultsIn(expr: CaseExpr, context: Context): readonly Result[] {
  const { implications, facts } = context.frame.engine;
  const caseTest = expr.arg === null ? context.caseTest : { facts: facts(expr.arg, context), expr: expr.arg };
  const found: Result[] = [];
  let at = context;
  for (const { expr: condition, result } of expr.args) {
    const reached = implications(condition, TRUE, { ...at, caseTest, useExclusions: true });
    if (reached !== 'contradiction') found.push({ result, reached, at: refine(at, reached) });
    const passed = implications(condition, NULL | FALSE, { ...at, caseTest, useExclusions: true });
    if (passed === 'contradiction') return found;
    at = refine(at, passed);
  }
  return [...found, { result: expr.defresult ?? nullConstant, reached: noAtoms, at }];
}

/** What a CASE without ELSE results in. */
const nullConstant: Const = {
  tag: 'CONST',
  consttype: 25,
  constlen: -1,
  constbyval: false,
  constisnull: true,
  constvalue: null,
};
