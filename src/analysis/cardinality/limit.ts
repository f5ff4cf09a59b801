import { constantValue } from '../tree/constants.ts';
import type { Expr, QueryNode } from '../tree/nodes.ts';
import type { Cardinality } from './block.ts';

/** What LIMIT and OFFSET leave of a query's rows. */
export function limitedRows(query: QueryNode, rows: Cardinality): Cardinality {
  let { min, max } = rows;
  if (query.limitOffset !== null) {
    const offset = countOf(query.limitOffset);
    // NULL is not an offset.
    const skipped = offset === null ? 0 : offset;
    min = skipped === undefined ? 0 : Math.max(0, min - skipped);
    if (max !== null && skipped !== undefined) max = Math.max(0, max - skipped);
  }
  if (query.limitCount === null) return { min, max };
  const count = countOf(query.limitCount);
  if (count === null) return { min, max };
  if (count === undefined) return { min: 0, max };
  // WITH TIES returns more where rows are equal in order, but not fewer.
  const withTies = query.limitOption === 1 && count > 0;
  return { min: Math.min(min, count), max: withTies ? max : least(max, count) };
}

/** A constant LIMIT or OFFSET: null for NULL, undefined if it is not constant. */
function countOf(expr: Expr): number | null | undefined {
  // The parser casts an integer constant to bigint.
  if (
    expr.tag === 'FUNCEXPR' &&
    expr.args?.length === 1 &&
    expr.funcresulttype === 20 &&
    expr.funcformat !== 0
  ) {
    const [arg] = expr.args;
    return arg?.tag === 'CONST' ? countOf(arg) : undefined;
  }
  if (expr.tag !== 'CONST') return undefined;
  const value = constantValue(expr);
  return value === null || typeof value === 'number' ? value : undefined;
}

/** The smaller one; null is unbounded. */
export function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
