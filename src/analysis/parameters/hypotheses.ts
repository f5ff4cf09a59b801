import type { Literal } from '../type.ts';

/**
 * A set of hypotheses about a statement's parameters, one bit each: nothing is known of them, `$1` is NULL, `$1` is 'a',
 * `$2` is none of the literals that it is compared with.
 */
export type Hypotheses = bigint;

export const NONE: Hypotheses = 0n;
export const ALL: Hypotheses = -1n;

/** The hypothesis that nothing is known of any parameter. What holds under it has nothing to do with parameters. */
export const ANY_VALUES: Hypotheses = 1n;

/** The hypotheses about one value: together they are all that it can be. */
export interface Cases {
  readonly isNull: Hypotheses;
  /** Empty for those that no comparison tells apart. */
  readonly literals: ReadonlyMap<Literal, Hypotheses>;
  /** It is not NULL and none of the literals; none where there are no literals. */
  readonly other: Hypotheses;
  /** All but `isNull`. */
  readonly notNull: Hypotheses;
}

/** A parameter's value, and an element that the array holds if it is one. */
export interface ParameterCases extends Cases {
  readonly elementIsNull: Hypotheses;
}

/**
 * Gives each case of each parameter a bit.
 *
 * @param lists for each parameter the lists of literals that it is held against, one for each use
 */
export function casesOf(lists: readonly (readonly (readonly Literal[])[])[]): readonly ParameterCases[] {
  let next = 1n;
  const bit = (): Hypotheses => 1n << next++;
  return lists.map((ofOne) => {
    const isNull = bit();
    const other = ofOne.length > 0 ? bit() : NONE;
    const literals = new Map([...toldApart(ofOne)].map((literal) => [literal, bit()]));
    let notNull = other;
    for (const hypothesis of literals.values()) notNull |= hypothesis;
    return { isNull, other, literals, notNull, elementIsNull: bit() };
  });
}

/** Values that all lists hold, or that only the same list holds, are one case: the rest. */
function toldApart(lists: readonly (readonly Literal[])[]): ReadonlySet<Literal> {
  const [first = [], ...others] = lists;
  const same = others.every(
    (list) => list.length === first.length && list.every((one, i) => one === first[i]),
  );
  return new Set(same && first.length > 1 ? [] : lists.flat());
}

/** The cases in which a value is not NULL and not in a list. */
export function outside(cases: Cases, list: readonly Literal[]): Hypotheses {
  let found = cases.notNull;
  for (const literal of list) found &= ~(cases.literals.get(literal) ?? NONE);
  return found;
}
