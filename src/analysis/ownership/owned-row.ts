import { baseType } from '../catalog/base-type.ts';
import type { Relation } from '../catalog/catalog.ts';
import { step } from '../steps.ts';
import { areEqual, type Equalities, OWNER, type RowValue } from './equalities.ts';
import { columnOf, type Knowledge, type TableRow } from './knowledge.ts';
import type { Ownership } from './owner-scope.ts';
import { isFoundByPolicy } from './row-security.ts';

// src/include/catalog/pg_type.dat: int8, int2, int4, text, varchar, uuid. Values that a comparison takes for one are one in
// each of their indexes.
const COMPARED: ReadonlySet<number> = new Set([20, 21, 23, 25, 1043, 2950]);

/** Whether a row of a table is known to be the owner's: it is, or one that has the same key. */
export function isOwned(relation: Relation, row: TableRow, rows: Equalities, proof: Knowledge): boolean {
  const owned = proof.owner.tables.get(relation.oid);
  if (owned === undefined) return false;
  const isOwn = (one: TableRow) =>
    isOwnedBy(owned, (column) => columnOf(one, column), rows, proof, new Set([relation.oid]));
  return (
    isOwn(row) ||
    isFoundByPolicy(relation, row, proof) ||
    [...(proof.tables.get(relation.oid)?.values() ?? [])].some(
      (other) => isSameRow(relation, row, other, rows, proof) && isOwn(other),
    )
  );
}

function isSameRow(
  { keys, columns }: Relation,
  one: TableRow,
  other: TableRow,
  rows: Equalities,
  proof: Knowledge,
): boolean {
  if (!step() || other.isWritten || !hasUniqueKeys(one, proof) || !hasUniqueKeys(other, proof)) return false;
  return keys.some((key) => {
    if (!key.immediate || key.predicate !== null || key.exclusion !== null) return false;
    return key.columns.every(
      (column) =>
        COMPARED.has(baseType(proof.catalog, columns.get(column)?.type ?? 0)) &&
        areEqual(rows, columnOf(one, column), columnOf(other, column)),
    );
  });
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
  return [...(proof.tables.get(parent)?.values() ?? [])].some((row) => {
    if (!hasUniqueKeys(row, proof)) return false;
    const of = (column: number) => columnOf(row, column);
    return (
      columns.every((column, i) => areEqual(rows, value(column), of(referencedColumns[i] ?? 0))) &&
      isOwnedBy(above, of, rows, proof, new Set([...below, parent]))
    );
  });
}

/** Whether a key of a table is one in what is read of it: children that inherit may have the same keys. */
function hasUniqueKeys({ use, varno }: TableRow, { catalog }: Knowledge): boolean {
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  return relation?.kind === 'p' || relation?.children.length === 0 || entry?.inh === false;
}
