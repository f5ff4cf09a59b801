import type { Catalog, UniqueKey } from '../catalog/catalog.ts';

/** How far one column has the same value in all rows that are looked at. */
export interface Settled {
  /** The very same value; otherwise values that the families' equality takes for the same. */
  readonly exact: boolean;
  /** Btree operator families. */
  readonly families: readonly number[];
  /** The collation compared with; 0 if none. */
  readonly collation: number;
  /** Whether that value may be NULL. */
  readonly nullable: boolean;
}

/** The same value, whatever it is. */
export const exactly: Settled = { exact: true, families: [], collation: 0, nullable: true };

/** What is settled of the rows of one query's FROM. */
export interface Known {
  /** Columns by `varno.attnum`. */
  readonly columns: Map<string, Settled>;
  /** Range table entries of which only one row is left: all their columns are settled. */
  readonly single: Set<number>;
}

export function nothingKnown(): Known {
  return { columns: new Map(), single: new Set() };
}

export function copyOf(known: Known): Known {
  return { columns: new Map(known.columns), single: new Set(known.single) };
}

export function settledColumn(known: Known, varno: number, attnum: number): Settled | null {
  if (known.single.has(varno)) return exactly;
  return known.columns.get(`${varno}.${attnum}`) ?? null;
}

/** Adds what is newly settled of a column; true if it says more than before. */
export function settleColumn(known: Known, varno: number, attnum: number, settled: Settled): boolean {
  const before = settledColumn(known, varno, attnum);
  if (before?.exact) return false;
  const adds = before === null || settled.exact || (before.nullable && !settled.nullable);
  if (adds) known.columns.set(`${varno}.${attnum}`, settled);
  return adds;
}

/** Whether rows whose columns are so settled are at most one for the key. */
export function isProof(
  key: UniqueKey,
  settled: (attnum: number) => Settled | null,
  neverNull: (attnum: number) => boolean,
  catalog: Catalog,
): boolean {
  return key.columns.every((attnum, i) => {
    const found = settled(attnum);
    if (found === null) return false;
    if (found.nullable && !key.nullsNotDistinct && !neverNull(attnum)) return false;
    return distinguishes(found, key.families[i] ?? 0, key.collations[i] ?? 0, catalog);
  });
}

/** Whether values so settled are one value for an operator family and collation. */
export function distinguishes(
  settled: Settled,
  family: number,
  collation: number,
  catalog: Catalog,
): boolean {
  if (settled.exact) return true;
  if (!settled.families.includes(family)) return false;
  return !catalog.nondeterministic.has(settled.collation) || settled.collation === collation;
}
