/** A value of the rows that are considered: the owner, a parameter, or a column of one use of a table. */
export type RowValue = string;

/** The owner of the scope: its parameter, its session setting, or a function that returns it. */
export const OWNER: RowValue = 'owner';

export type Pair = readonly [RowValue, RowValue];

/** Which values are equal in every row that matters at some place of a statement. */
export interface Equalities {
  readonly around: Equalities | null;
  /** From a representative of `around` towards another one. */
  readonly roots: Map<RowValue, RowValue>;
}

export const noEqualities: Equalities = { around: null, roots: new Map() };

/** Those around, and further ones. */
export function withPairs(around: Equalities, pairs: readonly Pair[]): Equalities {
  if (pairs.length === 0) return around;
  const own: Equalities = { around, roots: new Map() };
  for (const [a, b] of pairs) {
    const [left, right] = [representative(own, a), representative(own, b)];
    if (left !== right) own.roots.set(left, right);
  }
  return own;
}

/** Whether two values are known to be equal. */
export function areEqual(equalities: Equalities, a: RowValue | null, b: RowValue | null): boolean {
  if (a === null || b === null) return false;
  return a === b || representative(equalities, a) === representative(equalities, b);
}

/** What is equal by each of two lists. */
export function heldInBoth(one: readonly Pair[], other: readonly Pair[]): readonly Pair[] {
  const [a, b] = [withPairs(noEqualities, one), withPairs(noEqualities, other)];
  const known = new Map<string, RowValue>();
  return [...new Set(one.flat())].flatMap((value): readonly Pair[] => {
    const key = `${representative(a, value)} ${representative(b, value)}`;
    const same = known.get(key);
    known.set(key, same ?? value);
    return same === undefined ? [] : [[same, value]];
  });
}

function representative(equalities: Equalities, value: RowValue): RowValue {
  const layers: Equalities[] = [];
  for (let at: Equalities | null = equalities; at !== null; at = at.around) layers.push(at);
  let found = value;
  for (const { roots } of layers.reverse()) {
    const first = found;
    for (let next = roots.get(found); next !== undefined; next = roots.get(found)) found = next;
    // The next search is one step.
    for (let at = first; at !== found; ) {
      const next = roots.get(at) ?? found;
      roots.set(at, found);
      at = next;
    }
  }
  return found;
}
