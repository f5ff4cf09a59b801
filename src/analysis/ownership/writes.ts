import type { Relation } from '../catalog/catalog.ts';
import { isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import type { QueryNode, TargetEntry } from '../tree/nodes.ts';
import { type Equalities, type Pair, withPairs } from './equalities.ts';
import { isOwnedBy } from './owned-row.ts';
import { columnValue, mayFold, type QueryUse, rowValue } from './query-use.ts';
import type { ProofWalk } from './unproven.ts';
import { arbiterColumns, excludedPairs, isIgnored } from './written-row.ts';

/** Whether a rule or an INSTEAD OF trigger does something else than the statement says. */
export function notRewritten(relation: Relation, event: WriteEvent, proof: ProofWalk): boolean {
  const targets = writeTargets(relation, proof.catalog, event);
  const last = targets.at(-1)?.relation;
  const isFine = last?.kind !== 'v' && !targets.some(({ relation: one }) => isRewritten(one, event));
  if (!isFine) proof.found.push({ relation, alias: null, kind: 'rewritten' });
  return isFine;
}

/** An inserted row is the owner's. */
export function proveInsert(
  relation: Relation,
  list: readonly TargetEntry[] | null,
  override: number,
  use: QueryUse,
  rows: Equalities,
  proof: ProofWalk,
): void {
  if (!notRewritten(relation, 'insert', proof)) return;
  for (const { relation: target, columnOf } of writeTargets(relation, proof.catalog, 'insert')) {
    if (proof.owner.parents.has(target.oid))
      proof.found.push({ relation: target, alias: null, kind: 'parent' });
    const owned = proof.owner.tables.get(target.oid);
    if (owned === undefined) continue;
    proof.usesOwned = true;
    const value = (column: number) => {
      const given = list?.find(({ resno, resjunk }) => !resjunk && columnOf(resno) === column);
      const identity = target.columns.get(column)?.identity ?? '';
      return given === undefined || isIgnored(override, identity) ? null : rowValue(given.expr, use, proof);
    };
    if (isWrittenByPolicy(target, relation, 'inserted', use, proof)) continue;
    if (!isOwnedBy(owned, value, rows, proof, new Set([target.oid])))
      proof.found.push({ relation: target, alias: null, kind: 'inserted' });
  }
}

/** Whether the policies of a table that is named let only rows of the owner be written. Behind a view it is not known. */
function isWrittenByPolicy(
  target: Relation,
  named: Relation,
  limit: 'inserted' | 'updated',
  use: QueryUse,
  proof: ProofWalk,
): boolean {
  return target === named && !use.bypasses && proof.isLimited(target, limit);
}

/** A row of the owner's stays with the owner. */
export function proveUpdate(
  relation: Relation,
  list: readonly TargetEntry[] | null,
  use: QueryUse,
  rows: Equalities,
  proof: ProofWalk,
): void {
  if (!notRewritten(relation, 'update', proof)) return;
  for (const { relation: target, columnOf } of writeTargets(relation, proof.catalog, 'update')) {
    const owned = proof.owner.tables.get(target.oid);
    if (owned === undefined) continue;
    const set = (column: number) =>
      list?.find(({ resno, resjunk }) => !resjunk && columnOf(resno) === column);
    const owning = 'column' in owned ? [owned.column] : owned.columns;
    // A generated column changes with those that it is computed from.
    const isGenerated = (column: number) => (target.columns.get(column)?.generated ?? '') !== '';
    if (owning.every((column) => set(column) === undefined && !isGenerated(column))) continue;
    const value = (column: number) => {
      const given = set(column);
      if (given !== undefined) return rowValue(given.expr, use, proof);
      if (isGenerated(column)) return null;
      return target === relation ? columnValue(use, use.scope.query.resultRelation, column) : null;
    };
    if (isWrittenByPolicy(target, relation, 'updated', use, proof)) continue;
    if (!isOwnedBy(owned, value, rows, proof, new Set([target.oid])))
      proof.found.push({ relation: target, alias: null, kind: 'moved' });
  }
}

/**
 * ON CONFLICT meets and changes rows of the owner only.
 * @param where what is equal where its condition is true
 * @returns what is equal where a row is changed
 */
export function proveConflict(
  { onConflict, resultRelation, targetList }: QueryNode,
  relation: Relation,
  use: QueryUse,
  inserted: Equalities,
  where: readonly Pair[],
  proof: ProofWalk,
): Equalities {
  if (onConflict === null) return inserted;
  const rows = withPairs(inserted, [...excludedPairs({ onConflict, targetList }, use, proof), ...where]);
  const owned = proof.owner.tables.get(relation.oid);
  const targets = writeTargets(relation, proof.catalog, 'insert');
  if (owned === undefined) {
    if (targets.some(({ relation: { oid } }) => proof.owner.tables.has(oid)))
      proof.found.push({ relation, alias: null, kind: 'conflict' });
    return rows;
  }
  const set = onConflict.onConflictSet;
  const owning = 'column' in owned ? [owned.column] : owned.columns;
  const named = arbiterColumns({ onConflict });
  const isFolded = (targetList ?? []).some(
    ({ resno, expr }) => owning.includes(resno) && mayFold(expr, proof.catalog),
  );
  const met = (column: number) => columnValue(use, resultRelation, column);
  // Without the columns of a key it is about every key, also about the keys of other owners' rows.
  const isOwn =
    owning.every((column) => named.has(column)) ||
    (set !== null && isOwnedBy(owned, met, rows, proof, new Set([relation.oid])));
  if (isFolded || !isOwn) proof.found.push({ relation, alias: null, kind: 'conflict' });
  if (set !== null && resultRelation !== 0) proveUpdate(relation, set, use, rows, proof);
  return rows;
}
