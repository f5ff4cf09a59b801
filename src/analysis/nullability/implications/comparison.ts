import { FIRST_NORMAL_OID } from '../../catalog/catalog.ts';
import type { OpExpr } from '../../tree/nodes.ts';
import { countAtoms } from '../aggregate-input.ts';
import { type Atoms, intersectFacts, noAtoms, unionFacts } from '../atoms.ts';
import type { Context } from '../context.ts';
import { nonNullCountAtoms } from '../non-null-count.ts';
import { FALSE, NOT_NULL, NULL, negated, TRUE } from '../outcomes.ts';
import { refine } from '../refine.ts';
import { fallbackAtoms } from './fallback.ts';
import { notNullAtoms } from './not-null.ts';

// `=` and `<>` of booleans (pg_operator.dat).
const BOOL_EQUAL = 91;
const BOOL_UNEQUAL = 85;

/** What a built-in comparison operator says besides that its arguments are not NULL. */
export function comparisonAtoms(expr: OpExpr, outcomes: number, context: Context): Atoms {
  if (expr.opno === BOOL_EQUAL) return equivalenceAtoms(expr, outcomes, context);
  if (expr.opno === BOOL_UNEQUAL) return equivalenceAtoms(expr, negated(outcomes), context);
  if (expr.opno >= FIRST_NORMAL_OID) return noAtoms;
  const chosen = fallbacks(expr, outcomes, context);
  if (chosen === 'contradiction') return chosen;
  const operator = context.frame.engine.catalog.operators.get(expr.opno)?.name ?? '';
  const possible = { true: (outcomes & TRUE) !== 0, false: (outcomes & FALSE) !== 0 };
  const args = expr.args ?? [];
  const counted = nonNullCountAtoms(operator, args, possible, (arg) => notNullAtoms(arg, context), context);
  const found = unionFacts(chosen, counted);
  if (context.stage !== 'group') return found;
  return unionFacts(found, countAtoms(operator, args, possible, context));
}

function fallbacks(expr: OpExpr, outcomes: number, context: Context): Atoms {
  const args = expr.args ?? [];
  if (!args.some(({ tag }) => tag === 'COALESCEEXPR')) return noAtoms;
  if ((outcomes & NULL) !== 0 && context.frame.engine.facts(expr, context).nullable) return noAtoms;
  return fallbackAtoms(expr.opno, expr.inputcollid, args, outcomes & NOT_NULL, context);
}

/** `(state = 'paid') = (paid IS NOT NULL)`: both are true, or both false; NULL where one is. */
function equivalenceAtoms(expr: OpExpr, outcomes: number, context: Context): Atoms {
  const { implications } = context.frame.engine;
  const [left, right] = expr.args ?? [];
  if (left === undefined || right === undefined) return noAtoms;
  const pair = (a: number, b: number) => {
    const first = implications(left, a, context);
    return first === 'contradiction'
      ? first
      : unionFacts(first, implications(right, b, refine(context, first)));
  };
  let found: Atoms = 'contradiction';
  if (outcomes & TRUE) found = intersectFacts(pair(TRUE, TRUE), pair(FALSE, FALSE));
  if (outcomes & FALSE) found = intersectFacts(found, intersectFacts(pair(TRUE, FALSE), pair(FALSE, TRUE)));
  if (outcomes & NULL)
    found = intersectFacts(
      found,
      intersectFacts(implications(left, NULL, context), implications(right, NULL, context)),
    );
  return found;
}
