import { constantValue } from '../tree/constants.ts';
import type { Expr } from '../tree/nodes.ts';
import { type Atoms, noAtoms, unionFacts } from './atoms.ts';
import type { Context } from './context.ts';

/** num_nonnulls and num_nulls (pg_proc.dat). */
const NUM_NONNULLS = 440;
const NUM_NULLS = 438;

/**
 * What `num_nonnulls(a, b) = 1` and the like say: 'contradiction' where no number of values that are not NULL makes it so, and
 * that none is NULL where all must be there.
 *
 * @param notNull what holds if an argument is not NULL
 */
export function nonNullCountAtoms(
  operator: string,
  args: readonly Expr[],
  outcomes: { readonly true: boolean; readonly false: boolean },
  notNull: (arg: Expr) => Atoms,
  context: Context,
): Atoms {
  const [call, other] = args;
  const number = other?.tag === 'CONST' ? constantValue(other) : undefined;
  const compare = comparisons[operator];
  if (call?.tag !== 'FUNCEXPR' || call.funcvariadic || typeof number !== 'number') return noAtoms;
  if ((call.funcid !== NUM_NONNULLS && call.funcid !== NUM_NULLS) || compare === undefined) return noAtoms;
  const values = call.args ?? [];
  const atoms = values.map(notNull);
  const given = values.filter((value) => !context.frame.engine.facts(value, context).nullable).length;
  const possible = atoms.filter((found) => found !== 'contradiction').length;
  const isSo = (count: number) =>
    compare(call.funcid === NUM_NONNULLS ? count : values.length - count, number)
      ? outcomes.true
      : outcomes.false;
  let fewest = given;
  while (fewest <= possible && !isSo(fewest)) fewest++;
  if (fewest > possible) return 'contradiction';
  return fewest < possible
    ? noAtoms
    : atoms.filter((found) => found !== 'contradiction').reduce(unionFacts, noAtoms);
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
