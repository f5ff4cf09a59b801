import { indexExpressions } from '../catalog/index-expressions.ts';
import { step } from '../steps.ts';
import type { Expr, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import { isSameExpression } from '../tree/same-expression.ts';
import type { Block } from './block.ts';
import { supportOf } from './support.ts';
import { bareColumn, columnTerm, expressionTerm, standsFor, type Term, varnoOf } from './terms.ts';

/** The expressions in the unique indexes of a range table entry's relation, each once. */
export function indexedExpressions(index: number, block: Block): readonly Expr[] {
  const entry = block.query.rtable?.[index - 1];
  const relation =
    entry?.rtekind === Rte.relation ? block.analysis.catalog.relations.get(entry.relid ?? 0) : undefined;
  const found: Expr[] = [];
  for (const key of relation?.keys ?? [])
    for (const expr of indexExpressions(key))
      if (!found.some((other) => isSameExpression(other, expr, 1))) found.push(expr);
  return found;
}

/** The column that one side of a comparison is, or an expression that an index is about; null for others. */
export function sideTerm(expr: Expr, block: Block): Term | null {
  const column = bareColumn(expr, block.query);
  if (column !== null) return columnTerm(column.varno, column.varattno);
  const [first, ...others] = supportOf(expr, block).terms;
  if (first === undefined) return null;
  const index = varnoOf(first);
  if (others.some((term) => varnoOf(term) !== index)) return null;
  const indexed = indexedExpressions(index, block);
  for (let at: Expr | null = expr; at !== null; at = uncast(at)) {
    const written = at;
    const n = indexed.findIndex((stored) => {
      step();
      return isSameExpression(stored, written, index, (variable) => columnBehind(variable, block));
    });
    if (n >= 0) return expressionTerm(index, n);
  }
  return null;
}

function uncast(expr: Expr): Expr | null {
  return expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR' ? expr.arg : null;
}

function columnBehind(variable: Var, block: Block): Var | null {
  let at: Expr | null | undefined = variable;
  while (at?.tag === 'VAR' && at.varlevelsup === 0) {
    const below: Expr | null | undefined = standsFor(at, block.query);
    if (below === undefined) return at;
    at = below;
  }
  return null;
}
