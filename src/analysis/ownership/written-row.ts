import { Cmd, type QueryNode, type TargetEntry } from '../tree/nodes.ts';
import { areEqual, noEqualities, OWNER, type Pair, withPairs } from './equalities.ts';
import { type Knowledge, noteRow } from './knowledge.ts';
import { columnValue, type QueryUse, rowValue, writtenValue } from './query-use.ts';

/**
 * What the columns of a written row are equal to.
 * @param where what is equal where the condition of ON CONFLICT is true
 */
export function writtenPairs(use: QueryUse, where: readonly Pair[], proof: Knowledge): readonly Pair[] {
  const { query } = use.scope;
  const { commandType, onConflict } = query;
  const relation = proof.catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined || (relation.kind !== 'r' && relation.kind !== 'p')) return [];
  if (commandType === Cmd.delete) return [];
  noteRow(relation.oid, { use, varno: query.resultRelation, isWritten: true }, proof);
  const set = (list: readonly TargetEntry[] | null) =>
    new Map((list ?? []).flatMap((entry) => (entry.resjunk ? [] : [[entry.resno, entry] as const])));
  const given = set(query.targetList);
  const changed = set(onConflict?.onConflictSet ?? null);
  const arbiters = arbiterColumns(query);
  const met = withPairs(noEqualities, [...where, ...excludedPairs(query, use, proof)]);
  const owned = proof.owner.tables.get(relation.oid);
  const limit = commandType === Cmd.insert ? 'inserted' : 'updated';
  const isLimited = !use.bypasses && !onConflict?.onConflictSet && proof.isLimited(relation, limit);
  const own: readonly Pair[] =
    isLimited && owned && 'column' in owned ? [[writtenValue(use, owned.column), OWNER]] : [];
  const same = [...relation.columns.values()].flatMap(({ number, generated, identity }): readonly Pair[] => {
    const written = writtenValue(use, number);
    const entry = given.get(number);
    if (generated !== '') return [];
    if (commandType === Cmd.update && entry === undefined)
      return [[written, columnValue(use, query.resultRelation, number)]];
    if (entry === undefined || isIgnored(query.override, identity)) return [];
    const value = rowValue(entry.expr, use, proof);
    // The row that ON CONFLICT meets has its own values, except those that make it the same one, or that it asks for.
    const target = columnValue(use, query.resultRelation, number);
    const isSame = !changed.has(number) && (arbiters.has(number) || areEqual(met, target, value));
    if (value === null || (onConflict?.onConflictSet && !isSame)) return [];
    return [[written, value]];
  });
  return [...own, ...same];
}

/** What the columns of EXCLUDED are equal to. */
export function excludedPairs(
  { onConflict, targetList }: Pick<QueryNode, 'onConflict' | 'targetList'>,
  use: QueryUse,
  proof: Knowledge,
): readonly Pair[] {
  if (onConflict === null) return [];
  return (targetList ?? []).flatMap(({ expr, resno, resjunk }): readonly Pair[] => {
    const value = resjunk ? null : rowValue(expr, use, proof);
    return value === null ? [] : [[columnValue(use, onConflict.exclRelIndex, resno), value]];
  });
}

/** OVERRIDING USER VALUE: the value that is given for an identity column is not used. */
export function isIgnored(override: number, identity: string): boolean {
  return override === 1 && identity !== '';
}

/** The columns of the key that ON CONFLICT names. */
export function arbiterColumns({ onConflict }: Pick<QueryNode, 'onConflict'>): ReadonlySet<number> {
  const named = (onConflict?.arbiterElems ?? []).map(({ expr }) => (expr.tag === 'VAR' ? expr.varattno : 0));
  return new Set(named);
}
