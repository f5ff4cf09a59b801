import type { Expr, QueryNode, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';

/** A range table entry's column, or an expression over its columns that an index holds, as one number. */
export type Term = number;

const SPAN = 8192;
const ZERO = 4096;
/** Below the numbers of the system columns. */
const FIRST_EXPRESSION = -100;
/** Below those of expressions, and so that a table's last column, 1600, has one. */
const FIRST_POINT = -2400;

/** The term of a column: its `attnum`, or the number of a result column. */
export function columnTerm(varno: number, attnum: number): Term {
  return varno * SPAN + attnum + ZERO;
}

/** The term of the n-th of the expressions in a relation's indexes. */
export function expressionTerm(varno: number, n: number): Term {
  return columnTerm(varno, FIRST_EXPRESSION - n);
}

/** The term of the point that a column of ranges contains. */
export function pointTerm(varno: number, attnum: number): Term {
  return columnTerm(varno, FIRST_POINT - attnum);
}

export function varnoOf(term: Term): number {
  return Math.floor(term / SPAN);
}

/** The column's number; below 0 for system columns and expressions. */
export function attnumOf(term: Term): number {
  return (term % SPAN) - ZERO;
}

/**
 * The column that an expression is, a cast to a binary-compatible type and COLLATE aside; of this query's own FROM.
 * Columns of joins and grouping entries are what they represent.
 */
export function bareColumn(expr: Expr | null | undefined, query: QueryNode): Var | null {
  let at = expr;
  for (;;) {
    if (at === null || at === undefined) return null;
    if (at.tag === 'RELABELTYPE' || at.tag === 'COLLATEEXPR') {
      at = at.arg;
      continue;
    }
    // OLD and NEW rows of RETURNING are not the rows of FROM.
    if (at.tag !== 'VAR' || at.varlevelsup !== 0 || at.varreturningtype) return null;
    const below = standsFor(at, query);
    if (below === undefined) return at.varattno > 0 ? at : null;
    at = below;
  }
}

/** What a join's or grouping entry's column represents; undefined for other columns. */
export function standsFor(variable: Var, query: QueryNode): Expr | null | undefined {
  const entry = query.rtable?.[variable.varno - 1];
  if (entry?.rtekind === Rte.join) return entry.joinaliasvars?.[variable.varattno - 1] ?? null;
  if (entry?.rtekind === Rte.group) return entry.groupexprs?.[variable.varattno - 1] ?? null;
  return undefined;
}
