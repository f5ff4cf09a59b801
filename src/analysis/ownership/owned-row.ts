import { step } from '../steps.ts';
import { areEqual, type Equalities, OWNER, type RowValue } from './equalities.ts';
import type { Knowledge } from './held.ts';
import type { Ownership } from './owner-scope.ts';
import { columnValue, type QueryUse } from './query-use.ts';

/** Whether a row of a table is known to be the owner's. */
export function isOwned(
  oid: number,
  use: QueryUse,
  varno: number,
  rows: Equalities,
  proof: Knowledge,
): boolean {
  const owned = proof.owner.tables.get(oid);
  return (
    owned !== undefined &&
    isOwnedBy(owned, (column) => columnValue(use, varno, column), rows, proof, new Set([oid]))
  );
}

/**
 * Whether a row with these values is known to be the owner's.
 *
 * @param value what a column of the row is
 * @param below tables on the way, so that a table that belongs to itself ends
 */
export function isOwnedBy(
  owned: Ownership,
  value: (column: number) => RowValue | null,
  rows: Equalities,
  proof: Knowledge,
  below: ReadonlySet<number>,
): boolean {
  if (!step()) return false;
  if ('column' in owned) return areEqual(rows, value(owned.column), OWNER);
  const { columns, parent, referencedColumns } = owned;
  const above = proof.owner.tables.get(parent);
  if (above === undefined || below.has(parent)) return false;
  return (proof.tables.get(parent) ?? []).some(({ use, varno }) => {
    if (!hasUniqueKeys(use, varno, proof)) return false;
    const of = (column: number) => columnValue(use, varno, column);
    return (
      columns.every((column, i) => areEqual(rows, value(column), of(referencedColumns[i] ?? 0))) &&
      isOwnedBy(above, of, rows, proof, new Set([...below, parent]))
    );
  });
}

/** Whether a key of a table is one in what is read of it: children that inherit may have the same keys. */
function hasUniqueKeys(use: QueryUse, varno: number, { catalog }: Knowledge): boolean {
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  return relation?.kind === 'p' || relation?.children.length === 0 || entry?.inh === false;
}
