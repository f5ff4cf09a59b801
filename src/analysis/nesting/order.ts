import type { Block } from '../cardinality/block.ts';
import type { Counting } from '../cardinality/knowledge.ts';
import { columnTerm, standsFor } from '../cardinality/terms.ts';
import type { Expr, Var } from '../tree/nodes.ts';
import { bareVariable } from './presence.ts';
import { type Fixed, isSameRow, isSameValue, rowsAgreeingIn } from './same-row.ts';

/**
 * Whether ORDER BY puts the rows of each object next to each other: it begins with columns that are the same in all of
 * these rows, and that tell objects apart.
 *
 * @param entries range table indexes of what objects are made of
 * @param ofOne what is the same in all rows of one object
 */
export function isInOrder(block: Block, entries: readonly number[], ofOne: Counting): boolean {
  const { query, analysis } = block;
  const fixed: Fixed[] = [];
  for (const { tleSortGroupRef, eqop } of query.sortClause ?? []) {
    const expr = query.targetList?.find(({ ressortgroupref }) => ressortgroupref === tleSortGroupRef)?.expr;
    if (expr === undefined || !isSameValue(expr, ofOne)) return false;
    const column = sortedColumn(expr, block);
    if (column === null) continue;
    const families = analysis.catalog.equality.get(eqop) ?? [];
    const way = { exact: false, families, collation: 0, nullable: true, value: null };
    fixed.push({ term: columnTerm(column.varno, column.varattno), way });
    const known = rowsAgreeingIn(block, fixed);
    if (entries.every((index) => isSameRow(known, index))) return true;
  }
  return false;
}

/** bool, bytea, int8, int2, int4, oid, date, timestamp, timestamptz, numeric and uuid: their order needs no collation. */
const WITHOUT_COLLATION: ReadonlySet<number> = new Set([
  16, 17, 20, 21, 23, 26, 1082, 1114, 1184, 1700, 2950,
]);

/** The column that is sorted by; null where rows with different values can be mixed, by a collation that takes them for equal. */
function sortedColumn(expr: Expr, { query, analysis }: Block): Var | null {
  let variable = bareVariable(expr);
  for (let below: Expr | null | undefined; variable !== null; variable = bareVariable(below ?? undefined)) {
    below = standsFor(variable, query);
    if (below === undefined) break;
  }
  if (variable === null || variable.varattno <= 0) return null;
  const isSafe = analysis.catalog.nondeterministic.size === 0 || WITHOUT_COLLATION.has(variable.vartype);
  return isSafe ? variable : null;
}
