import { ALL, type Hypotheses, NONE } from './hypotheses.ts';

/**
 * Under which hypotheses a boolean cannot come out true, false or NULL. All three: evaluating it raises an error. Of other
 * values only NULL is told: they cannot come out true nor false where they are NULL.
 */
export interface Excluded {
  readonly true: Hypotheses;
  readonly false: Hypotheses;
  readonly null: Hypotheses;
}

export const nothingExcluded: Excluded = { true: NONE, false: NONE, null: NONE };
export const alwaysTrue: Excluded = { true: NONE, false: ALL, null: ALL };
export const alwaysFalse: Excluded = { true: ALL, false: NONE, null: ALL };

/** A value that is NULL under some hypotheses, and surely not NULL under others. */
export function value(isNull: Hypotheses, notNull: Hypotheses = NONE): Excluded {
  return { true: isNull, false: isNull, null: notNull };
}

/** Where it is NULL or raises an error. */
export function nullIn(of: Excluded): Hypotheses {
  return of.true & of.false;
}

/** What both say. */
export function together(a: Excluded, b: Excluded): Excluded {
  return { true: a.true | b.true, false: a.false | b.false, null: a.null | b.null };
}

export function not(of: Excluded): Excluded {
  return { true: of.false, false: of.true, null: of.null };
}

export function or(args: readonly Excluded[]): Excluded {
  let found: Excluded = { true: ALL, false: NONE, null: ALL };
  let surelyTrue = NONE;
  for (const arg of args) {
    found = { true: found.true & arg.true, false: found.false | arg.false, null: found.null & arg.null };
    surelyTrue |= arg.false & arg.null;
  }
  return { ...found, null: found.null | surelyTrue };
}

export function and(args: readonly Excluded[]): Excluded {
  return not(or(args.map(not)));
}

/** IS NULL; its opposite is IS NOT NULL. A row IS NULL if all of its fields are. */
export function isNullTest(of: Excluded, isRow: boolean): Excluded {
  return { true: isRow ? NONE : of.null, false: nullIn(of), null: ALL };
}

/** IS TRUE, IS NOT TRUE, IS FALSE, IS NOT FALSE, IS UNKNOWN, IS NOT UNKNOWN, in this order. */
export function booleanTest(type: number, of: Excluded): Excluded {
  const is = (wanted: Hypotheses, others: Hypotheses): Excluded => ({
    true: wanted,
    false: others,
    null: ALL,
  });
  const tested = [is(of.true, of.false & of.null), is(of.false, of.true & of.null), is(of.null, nullIn(of))][
    type >> 1
  ];
  if (tested === undefined) return nothingExcluded;
  return type % 2 === 0 ? tested : not(tested);
}

/** CASE: the results in order, each with the condition that leads to it. */
export function choice(arms: readonly { readonly when: Excluded; readonly result: Excluded }[]): Excluded {
  let found: Excluded = { true: ALL, false: ALL, null: ALL };
  let decided = NONE;
  for (const { when, result } of arms) {
    const skipped = decided | when.true;
    found = {
      true: found.true & (result.true | skipped),
      false: found.false & (result.false | skipped),
      null: found.null & (result.null | skipped),
    };
    decided |= when.false & when.null;
  }
  return found;
}

/** COALESCE: the first argument that is not NULL. */
export function firstNotNull(args: readonly Excluded[]): Excluded {
  const isNot = (arg: Excluded) => not(isNullTest(arg, false));
  return choice([
    ...args.map((arg) => ({ when: isNot(arg), result: { ...arg, null: ALL } })),
    { when: alwaysTrue, result: value(ALL) },
  ]);
}
