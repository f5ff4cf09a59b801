import { bareColumn } from '../cardinality/terms.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { step } from '../steps.ts';
import { operatorFunction } from '../tree/calls.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr, JoinTreeNode, QueryNode } from '../tree/nodes.ts';

/**
 * Which parts of a FROM have a row in all that is considered. Conditions add to it: where one is true, what it compares is
 * not NULL, so an outer join has not made it up.
 */
export interface Matched {
  has(part: JoinTreeNode): boolean;
  /** A condition is true. */
  add(condition: Expr | null): void;
}

/** Of a query's FROM, with no condition yet. */
export function matchedParts(root: JoinTreeNode, query: QueryNode, catalog: Catalog): Matched {
  const above = new Map<JoinTreeNode, JoinTreeNode>();
  const entries = new Map<number, JoinTreeNode>();
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    step();
    if (next.tag === 'RANGETBLREF') entries.set(next.rtindex, next);
    const parts = next.tag === 'JOINEXPR' ? [next.larg, next.rarg] : [];
    for (const part of next.tag === 'FROMEXPR' ? (next.fromlist ?? []) : parts) {
      above.set(part, next);
      waiting.push(part);
    }
  }
  const found = new Set<JoinTreeNode>();
  return {
    has: (part) => found.has(part),
    add(condition) {
      for (const one of conjuncts(condition)) {
        for (const compared of notNullWhere(one, catalog)) {
          const column = bareColumn(compared, query);
          let part = column === null ? undefined : entries.get(column.varno);
          for (; part !== undefined && !found.has(part); part = above.get(part)) found.add(part);
        }
      }
    },
  };
}

/** The operands that are not NULL where a condition is true. */
function notNullWhere(condition: Expr, catalog: Catalog): readonly Expr[] {
  switch (condition.tag) {
    case 'OPEXPR':
      return needsOperands(condition.opno, catalog) ? (condition.args ?? []) : [];
    case 'NULLTEST':
      return condition.nulltesttype === 1 && !condition.argisrow ? [condition.arg] : [];
    default:
      return [];
  }
}

/** Whether an operator gives NULL where one of its operands is NULL. */
export function needsOperands(operator: number, catalog: Catalog): boolean {
  return catalog.functions.get(operatorFunction(operator, catalog))?.strict === true;
}
