import { limitedRows } from '../cardinality/limit.ts';
import { foldSetOperation } from '../scope.ts';
import { isGrouped, mayBeEmpty } from '../tree/groups.ts';
import { Cmd, type QueryNode, Rte, SetOp } from '../tree/nodes.ts';
import type { Frame } from './context.ts';
import { entryFacts } from './range-table.ts';

const anyRows = { min: 0, max: null };

/**
 * Whether a query returns no row whatever the data: `WHERE false`, LIMIT 0, contradictions.
 *
 * @param noInput WHERE or an inner join's ON can't be true
 * @param noGroup HAVING can't be true
 */
export function isNever(query: QueryNode, noInput: boolean, noGroup: boolean): boolean {
  if (query.commandType !== Cmd.select) return false;
  return noGroup || limitedRows(query, anyRows).max === 0 || (noInput && !hasEmptyGroup(query));
}

/** Whether there are no rows because there are none of a subquery that is joined, or of the arms. */
export function lacksRows(frame: Frame): boolean {
  const { query } = frame.scope;
  if (query.commandType !== Cmd.select) return false;
  if (query.setOperations !== null)
    return foldSetOperation<boolean>(
      query.setOperations,
      ({ rtindex }) => isEmptyEntry(frame, rtindex),
      ({ op }, left, right) => isEmptyOperation(op, left, right),
    );
  if (hasEmptyGroup(query)) return false;
  return [...frame.regions.of].some(
    ([index, region]) => region.parent === null && isEmptyEntry(frame, index),
  );
}

/** Without GROUP BY there is always the one group. */
function hasEmptyGroup(query: QueryNode): boolean {
  return isGrouped(query) && mayBeEmpty(query);
}

/** Whether a set operation has no row, where that is known of its arms. */
export function isEmptyOperation(op: number, left: boolean, right: boolean): boolean {
  switch (op) {
    case SetOp.union:
      return left && right;
    case SetOp.intersect:
      return left || right;
    default:
      return left;
  }
}

/** Whether an entry has no row, whatever the data. */
export function isEmptyEntry(frame: Frame, index: number): boolean {
  const kind = frame.scope.query.rtable?.[index - 1]?.rtekind;
  if (kind !== Rte.subquery && kind !== Rte.cte) return false;
  entryFacts(frame, index);
  return frame.empty.has(index);
}
