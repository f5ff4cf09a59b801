import type { BooleanTest, Expr, NullTest } from '../../tree/nodes.ts';
import { type Atoms, noAtoms, unionFacts } from '../atoms.ts';
import type { Context } from '../context.ts';
import { nullAtoms } from '../null.ts';
import { FALSE, NOT_NULL, NULL, otherThan, TRUE } from '../outcomes.ts';
import { notNullAtoms } from './not-null.ts';

/** What a predicate says that is never NULL itself (PostgreSQL documentation, 9.2). */
function predicateAtoms(outcomes: number, whether: (holds: boolean) => Atoms): Atoms {
  if ((outcomes & NOT_NULL) === 0) return 'contradiction';
  return (outcomes & NOT_NULL) === NOT_NULL ? noAtoms : whether((outcomes & TRUE) !== 0);
}

/** What IS NULL and IS NOT NULL say. */
export function nullTestAtoms(expr: NullTest, outcomes: number, context: Context): Atoms {
  const isNotNull = expr.nulltesttype === 1;
  return predicateAtoms(outcomes, (holds) => {
    if (!expr.argisrow) {
      if (holds === isNotNull) return notNullAtoms(expr.arg, context);
      return context.frame.engine.facts(expr.arg, context).nullable
        ? nullAtoms(expr.arg, context)
        : 'contradiction';
    }
    // Of a row IS NOT NULL says that every field is not; that IS NULL is false says that some field is not.
    if (isNotNull && holds && expr.arg.tag === 'ROWEXPR') {
      return (expr.arg.args ?? []).map((arg) => notNullAtoms(arg, context)).reduce(unionFacts, noAtoms);
    }
    return holds === isNotNull ? notNullAtoms(expr.arg, context) : noAtoms;
  });
}

/** BoolTestType (primnodes.h): the outcomes of the argument for which the test is true. */
const testedOutcomes = [TRUE, FALSE | NULL, FALSE, TRUE | NULL, NULL, TRUE | FALSE];

/** What IS [NOT] TRUE, IS [NOT] FALSE and IS [NOT] UNKNOWN say. */
export function booleanTestAtoms(expr: BooleanTest, outcomes: number, context: Context): Atoms {
  const tested = testedOutcomes[expr.booltesttype];
  return predicateAtoms(outcomes, (holds) =>
    tested === undefined
      ? noAtoms
      : context.frame.engine.implications(expr.arg, holds ? tested : otherThan(tested), context),
  );
}

/** What IS [NOT] DISTINCT FROM says. */
export function distinctAtoms(args: readonly Expr[], outcomes: number, context: Context): Atoms {
  const [left, right] = args;
  if (left === undefined || right === undefined) return noAtoms;
  const { facts } = context.frame.engine;
  return predicateAtoms(outcomes, (holds) => {
    if (holds) return noAtoms;
    // Not distinct: if one of them is not NULL, neither is the other.
    return unionFacts(
      facts(right, context).nullable ? noAtoms : notNullAtoms(left, context),
      facts(left, context).nullable ? noAtoms : notNullAtoms(right, context),
    );
  });
}
