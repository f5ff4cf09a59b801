import type { BindingIndex } from '../catalog/bindings.ts';
import type { BindingCatalog, Relation } from '../catalog/catalog.ts';
import type { OnConflictExpr } from '../tree/nodes.ts';

/** Whether ON CONFLICT keeps an index of the table, or of a partition of it, from being violated. */
export type Arbitrated = (index: BindingIndex) => boolean;

export const notArbitrated: Arbitrated = () => false;

/**
 * The indexes that ON CONFLICT infers (infer_arbiter_indexes, src/backend/optimizer/util/plancat.c): where several could
 * be meant and it cannot be seen which, none.
 *
 * @param columnOf the table's column for one that the statement names
 */
export function arbitratedBy(
  onConflict: OnConflictExpr | null,
  table: Relation,
  columnOf: (attnum: number) => number | null,
  catalog: BindingCatalog,
): Arbitrated {
  if (onConflict === null) return notArbitrated;
  const all = catalog.bindings.uniqueIndexes.get(table.oid) ?? [];
  const { constraint, arbiterElems } = onConflict;
  if (!constraint && arbiterElems === null) return () => true;
  const named = constraint
    ? all.filter((index) => index.constraint === constraint)
    : inferred(all, arbiterElems ?? [], columnOf);
  const arbiters = new Set(named.map(({ oid }) => oid));
  return (index) => isPartOf(index, arbiters, catalog);
}

function inferred(
  all: readonly BindingIndex[],
  elements: NonNullable<OnConflictExpr['arbiterElems']>,
  columnOf: (attnum: number) => number | null,
): readonly BindingIndex[] {
  const wanted = elements
    .map(({ expr }) => (expr.tag === 'VAR' ? columnOf(expr.varattno) : 0))
    .sort()
    .join();
  const possible = all.filter(({ columns, exclusion }) => !exclusion && columns.toSorted().join() === wanted);
  const plain = elements.every(
    ({ expr, infercollid, inferopclass }) => expr.tag === 'VAR' && !infercollid && !inferopclass,
  );
  const whole = plain ? possible.filter(({ partial }) => !partial) : [];
  if (whole.length > 0) return whole;
  return possible.length === 1 ? possible : [];
}

function isPartOf(index: BindingIndex, arbiters: ReadonlySet<number>, catalog: BindingCatalog): boolean {
  if (arbiters.has(index.oid)) return true;
  if (index.parent === 0) return false;
  for (const indexes of catalog.bindings.uniqueIndexes.values()) {
    const parent = indexes.find(({ oid }) => oid === index.parent);
    if (parent !== undefined) return isPartOf(parent, arbiters, catalog);
  }
  return false;
}
