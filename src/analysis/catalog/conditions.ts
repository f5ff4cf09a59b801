import type { Expr } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import type { Relation, TypeEntry } from './catalog.ts';

const read = new WeakMap<Relation | TypeEntry, readonly Expr[]>();

/** A table's CHECK conditions, in the order of `checks`; columns are Vars of range table entry 1. */
export function tableConditions(relation: Relation): readonly Expr[] {
  return once(relation, () => relation.checks.map(({ condition }) => readExpr(condition)));
}

/** A domain's own CHECK conditions, without those of the domains below it. */
export function domainConditions(domain: TypeEntry): readonly Expr[] {
  return once(domain, () => domain.checks.map(({ condition }) => readExpr(condition)));
}

function once(owner: Relation | TypeEntry, make: () => readonly Expr[]): readonly Expr[] {
  let conditions = read.get(owner);
  if (conditions === undefined) {
    conditions = make();
    read.set(owner, conditions);
  }
  return conditions;
}
