import type { BoolExpr } from '../../tree/nodes.ts';
import { type Atoms, intersectFacts, noAtoms } from '../atoms.ts';
import type { Context } from '../context.ts';
import { FALSE, NOT_NULL, NULL, negated, TRUE } from '../outcomes.ts';
import { refine } from '../refine.ts';

/** What AND, OR and NOT say of their arguments, by three-valued logic (PostgreSQL documentation, 9.1). */
export function logicAtoms(expr: BoolExpr, outcomes: number, context: Context): Atoms {
  const { implications } = context.frame.engine;
  const [first] = expr.args;
  if (expr.boolop === 'not')
    return first === undefined ? noAtoms : implications(first, negated(outcomes), context);
  // AND is as low as its lowest argument and OR as high as its highest, where FALSE < NULL < TRUE. So what
  // keeps the whole on one end keeps every argument there; on the other end, some argument is there.
  const decisive = expr.boolop === 'and' ? FALSE : TRUE;
  const neutral = NOT_NULL & ~decisive;
  if ((outcomes & decisive) === 0 && (outcomes & neutral) !== 0) return eachArgument(expr, outcomes, context);
  if ((outcomes & neutral) === 0) {
    return expr.args.map((arg) => implications(arg, outcomes, context)).reduce(intersectFacts);
  }
  if ((outcomes & NULL) === 0) {
    return intersectFacts(logicAtoms(expr, decisive, context), logicAtoms(expr, neutral, context));
  }
  return noAtoms;
}

/** Each argument has one of the outcomes; what the first says helps with the next. */
function eachArgument(expr: BoolExpr, outcomes: number, context: Context): Atoms {
  const all = new Set<string>();
  let at = context;
  for (const arg of expr.args) {
    const atoms = context.frame.engine.implications(arg, outcomes, at);
    if (atoms === 'contradiction') return 'contradiction';
    for (const atom of atoms) all.add(atom);
    at = refine(at, atoms);
  }
  return all;
}
