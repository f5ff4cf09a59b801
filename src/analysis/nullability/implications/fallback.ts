import { FIRST_NORMAL_OID } from '../../catalog/catalog.ts';
import type { Expr } from '../../tree/nodes.ts';
import { type Atoms, intersectFacts, noAtoms } from '../atoms.ts';
import { compareConstants } from '../compare-constants.ts';
import type { Context } from '../context.ts';
import { FALSE, TRUE } from '../outcomes.ts';
import { notNullAtoms } from './not-null.ts';

/**
 * `coalesce(n, -1) >= 0`: what holds where a comparison of a COALESCE with a constant comes out as one of `outcomes`, because
 * the constants that the COALESCE falls back on do not make it so.
 *
 * @param outcomes without NULL
 */
export function fallbackAtoms(
  operator: number,
  collation: number,
  args: readonly Expr[],
  outcomes: number,
  context: Context,
): Atoms {
  const [left, right] = args;
  if (left === undefined || right === undefined || operator >= FIRST_NORMAL_OID) return noAtoms;
  const { catalog } = context.frame.engine;
  const isPossible = (a: Expr, b: Expr) => {
    const outcome = compareConstants(operator, collation, a, b, catalog);
    return outcome === undefined || (outcomes & (outcome ? TRUE : FALSE)) !== 0;
  };
  if (left.tag === 'COALESCEEXPR') return chosenAtoms(left.args, (arg) => isPossible(arg, right), context);
  if (right.tag === 'COALESCEEXPR') return chosenAtoms(right.args, (arg) => isPossible(left, arg), context);
  return noAtoms;
}

/** What holds where the first that is not NULL is one of those that are possible. */
function chosenAtoms(args: readonly Expr[], isPossible: (arg: Expr) => boolean, context: Context): Atoms {
  return args
    .map((arg): Atoms => (isPossible(arg) ? notNullAtoms(arg, context) : 'contradiction'))
    .reduce(intersectFacts);
}
