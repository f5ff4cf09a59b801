import type { Catalog } from '../catalog/catalog.ts';

/** How far a column or expression has the same value in all rows that are considered. */
export interface Determined {
  /** The very same value; otherwise values that the families' equality takes for the same. */
  readonly exact: boolean;
  /** Btree operator families. */
  readonly families: readonly number[];
  /** The collation compared with; 0 if none. */
  readonly collation: number;
  /** Whether that value may be NULL. */
  readonly nullable: boolean;
  /** The constant or parameter that it is equal to, as a text; null where it is none, or unknown which. */
  readonly value: string | null;
}

/** The same value, whatever it is. */
export const exactly: Determined = { exact: true, families: [], collation: 0, nullable: true, value: null };

// No more ways to be determined are remembered for one column: each costs a comparison wherever it is looked up.
const MAX_WAYS = 8;

/** Adds a way in which something is determined; false if it says nothing new. */
export function addDetermined(ways: Determined[], added: Determined): boolean {
  if (ways.length >= MAX_WAYS || ways.some((way) => implies(way, added))) return false;
  ways.push(added);
  return true;
}

export function implies(way: Determined, other: Determined): boolean {
  if (way.nullable && !other.nullable) return false;
  if (other.value !== null && way.value !== other.value) return false;
  if (way.exact) return true;
  return (
    !other.exact &&
    way.collation === other.collation &&
    other.families.every((family) => way.families.includes(family))
  );
}

/** Whether values so determined are one value for an operator family and collation. */
export function distinguishes(
  { exact, families, collation }: Determined,
  family: number,
  own: number,
  catalog: Catalog,
): boolean {
  if (exact) return true;
  return families.includes(family) && (!catalog.nondeterministic.has(collation) || collation === own);
}

/** What a strict or NULL-safe equality with something so determined says of the other side; null if nothing. */
export function byEquality(
  way: Determined,
  equality: Pick<Determined, 'families' | 'collation' | 'nullable'>,
): Determined | null {
  const nullable = equality.nullable && way.nullable;
  if (way.exact) return { ...equality, exact: false, nullable, value: way.value };
  // Equal to something equal: one and the same family must say both.
  if (way.collation !== equality.collation) return null;
  const families = equality.families.filter((family) => way.families.includes(family));
  if (families.length === 0) return null;
  return { exact: false, families, collation: way.collation, nullable, value: way.value };
}
