/** Outcomes of a condition, as bits: a set of them is their sum (PostgreSQL documentation, 9.1). */
export const TRUE = 1;
export const FALSE = 2;
export const NULL = 4;
export const NOT_NULL = TRUE | FALSE;

/** The outcomes that are not among these. */
export function otherThan(outcomes: number): number {
  return (NOT_NULL | NULL) & ~outcomes;
}

/** Those of `NOT condition`: true for false and the other way round. */
export function negated(outcomes: number): number {
  return (outcomes & NULL) | (outcomes & TRUE ? FALSE : 0) | (outcomes & FALSE ? TRUE : 0);
}
