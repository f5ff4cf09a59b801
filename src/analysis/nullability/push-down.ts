import { resultExpressions } from '../scope.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { Cmd, type Expr, type QueryNode } from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import type { Frame } from './context.ts';
import { enclosing } from './refine.ts';

/**
 * What a query asks of the rows of a subquery, WITH query or view in its FROM, told in the terms of that query: of
 * `SELECT … FROM (SELECT b.id AS x …) s WHERE s.x > 1` that `b.id > 1`. Each holds where the entry's own row is part of a
 * row that comes out of FROM and WHERE.
 *
 * @param index the entry's
 * @param inner its query
 */
export function pushDownPredicates(frame: Frame, index: number, inner: QueryNode): readonly Expr[] {
  const { query } = frame.scope;
  // MERGE's actions are for rows too that its conditions are not true of.
  if (query.commandType === Cmd.merge || index === query.resultRelation) return [];
  if (inner.commandType !== Cmd.select || inner.setOperations !== null) return [];
  const { root, of } = frame.regions;
  const found: Expr[] = [];
  for (const { conditions } of [root, ...enclosing(of.get(index))]) {
    for (const condition of conditions.flatMap(conjuncts)) {
      const told = substituteColumns(condition, index, resultExpressions(inner));
      if (told !== null) found.push(told);
    }
  }
  return found;
}

/** A condition with the entry's columns replaced by what they are; null if it is about anything else. */
function substituteColumns(condition: Expr, index: number, columns: readonly Expr[]): Expr | null {
  let isTold = true;
  const replaced = (value: unknown): unknown => {
    if (!isTold) return value;
    if (Array.isArray(value)) return value.map(replaced);
    if (!isNode(value)) return value;
    if (value.tag === 'VAR') {
      const column = columns[value.varattno - 1];
      isTold = value.varno === index && value.varlevelsup === 0 && column !== undefined;
      return column;
    }
    // The columns of a subquery's query are another level's.
    if (value.tag === 'SUBLINK') isTold = false;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item)]));
  };
  const told = replaced(condition);
  return isTold && isExpr(told) ? told : null;
}

function isExpr(value: unknown): value is Expr {
  return isNode(value);
}
