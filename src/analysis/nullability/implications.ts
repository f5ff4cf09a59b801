import type { Const, Expr } from '../tree/nodes.ts';
import { type Atoms, intersectFacts, noAtoms, nothingFollows, unionFacts } from './atoms.ts';
import { reachedResults } from './case.ts';
import type { Context } from './context.ts';
import { excludedBy } from './exclusion.ts';
import { arrayComparisonAtoms } from './implications/array-comparison.ts';
import { comparisonAtoms } from './implications/comparison.ts';
import { logicAtoms } from './implications/logic.ts';
import { nullnessAtoms } from './implications/not-null.ts';
import { booleanTestAtoms, distinctAtoms, nullTestAtoms } from './implications/predicate.ts';
import { subLinkAtoms } from './implications/sublink.ts';
import { remembered } from './memo.ts';
import { FALSE, NULL, TRUE } from './outcomes.ts';

/**
 * What holds in a row in which a condition comes out as one of `outcomes`, by three-valued logic (PostgreSQL
 * documentation, 9.1). Reads only what a condition's form says: nothing is assumed of data.
 */
export function implications(expr: Expr, outcomes: number, context: Context): Atoms {
  const { implications } = context.frame.memo;
  return remembered(implications, expr, context, outcomes, nothingFollows, (at) =>
    assumeIn(expr, outcomes, at),
  );
}

function assumeIn(expr: Expr, outcomes: number, context: Context): Atoms {
  const found = assumed(expr, outcomes, context);
  if (context.useExclusions !== true || found === 'contradiction') return found;
  const isTrue = (outcomes & TRUE) !== 0;
  if (isTrue === ((outcomes & FALSE) !== 0)) return found;
  if ((outcomes & NULL) !== 0 && context.frame.engine.facts(expr, context).nullable) return found;
  return unionFacts(found, excludedBy(expr, isTrue, context));
}

function assumed(expr: Expr, outcomes: number, context: Context): Atoms {
  switch (expr.tag) {
    case 'BOOLEXPR':
      return logicAtoms(expr, outcomes, context);
    case 'NULLTEST':
      return nullTestAtoms(expr, outcomes, context);
    case 'BOOLEANTEST':
      return booleanTestAtoms(expr, outcomes, context);
    case 'CONST':
      return (outcomesOf(expr) & outcomes) === 0 ? 'contradiction' : noAtoms;
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
      return implications(expr.arg, outcomes, context);
    case 'COALESCEEXPR':
      if ((outcomes & NULL) !== 0) break;
      return expr.args.map((arg) => implications(arg, outcomes, context)).reduce(intersectFacts);
    case 'CASEEXPR':
      return reachedResults(expr, context)
        .map(({ result, reached, at }) => unionFacts(reached, implications(result, outcomes, at)))
        .reduce(intersectFacts, 'contradiction');
    case 'DISTINCTEXPR':
      return distinctAtoms(expr.args ?? [], outcomes, context);
    case 'SCALARARRAYOPEXPR':
      if ((outcomes & NULL) !== 0) break;
      return arrayComparisonAtoms(expr, outcomes, context);
    case 'SUBLINK':
      return subLinkAtoms(expr, outcomes, context);
    case 'OPEXPR':
      return unionFacts(nullnessAtoms(expr, outcomes, context), comparisonAtoms(expr, outcomes, context));
  }
  return nullnessAtoms(expr, outcomes, context);
}

/** A constant's only outcome. */
function outcomesOf(expr: Const): number {
  if (expr.constisnull || expr.constvalue === null) return NULL;
  return expr.constvalue.some((byte) => byte !== 0) ? TRUE : FALSE;
}
