import { FIRST_NORMAL_OID, type Relation } from '../catalog/catalog.ts';
import { tableConditions } from '../catalog/conditions.ts';
import { step } from '../steps.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import type { Expr } from '../tree/nodes.ts';
import type { Block, Dependency } from './block.ts';
import { constantText } from './constant-text.ts';
import { columnTerm } from './terms.ts';

/**
 * The columns of which a table's CHECK constraints allow one value or a few, as in a table of a single row: `one_row
 * boolean PRIMARY KEY CHECK (one_row)`. Only built-in equality with a constant counts, which cannot be redefined.
 *
 * @param index the table's range table index
 * @param inherited whether rows of children are read too
 */
export function rulesOfChecks(
  relation: Relation,
  index: number,
  inherited: boolean,
  block: Block,
): readonly Dependency[] {
  const conditions = tableConditions(relation);
  return relation.checks.flatMap(({ noInherit }, i) => {
    if (noInherit && inherited) return [];
    // No part of it is false, though it may be NULL.
    return conjuncts(conditions[i] ?? null).flatMap((part) => ruleOf(part, relation, index, block) ?? []);
  });
}

function ruleOf(part: Expr, relation: Relation, index: number, block: Block): Dependency | null {
  step();
  switch (part.tag) {
    case 'VAR':
      return booleanRule(part, false, relation, index);
    case 'BOOLEANTEST':
      // IS TRUE, IS FALSE: never NULL
      return part.booltesttype === 0 || part.booltesttype === 2
        ? booleanRule(part.arg, true, relation, index)
        : null;
    case 'OPEXPR':
      return equalityRule(part.opno, part.inputcollid, part.args, false, relation, index, block);
    case 'BOOLEXPR': {
      const [only] = part.args;
      if (part.boolop !== 'not' || only === undefined) return null;
      if (only.tag === 'VAR') return booleanRule(only, false, relation, index);
      if (only.tag !== 'DISTINCTEXPR') return null;
      return equalityRule(only.opno, only.inputcollid, only.args, true, relation, index, block);
    }
    case 'SCALARARRAYOPEXPR': {
      const [left, right] = part.args ?? [];
      if (!part.useOr || left === undefined || right?.tag !== 'ARRAYEXPR' || right.multidims) return null;
      const values = right.elements ?? [];
      const count = values.length;
      if (!values.every(isConstant) || count === 0) return null;
      const rule = equalityRule(
        part.opno,
        part.inputcollid,
        [left, ...values],
        false,
        relation,
        index,
        block,
      );
      return rule && { ...rule, way: { ...rule.way, value: null }, count };
    }
    default:
      return null;
  }
}

function booleanRule(expr: Expr, refusesNull: boolean, relation: Relation, index: number): Dependency | null {
  const attnum = columnOf(expr);
  if (attnum === null || !(refusesNull || isNeverNull(relation, attnum))) return null;
  const way = { exact: true, families: [], collation: 0, nullable: false, value: null };
  return { target: columnTerm(index, attnum), from: [], way, count: 1 };
}

function equalityRule(
  operator: number,
  collation: number,
  args: readonly Expr[] | null,
  refusesNull: boolean,
  relation: Relation,
  index: number,
  { analysis }: Block,
): Dependency | null {
  const [left, right] = args ?? [];
  const families = analysis.catalog.equality.get(operator);
  if (families === undefined || operator >= FIRST_NORMAL_OID || left === undefined || right === undefined)
    return null;
  const [column, constant] = isConstant(right) ? [left, right] : [right, left];
  const attnum = columnOf(column);
  if (attnum === null || !isConstant(constant)) return null;
  if (!refusesNull && !isNeverNull(relation, attnum)) return null;
  const way = { exact: false, families, collation, nullable: false, value: constantText(constant) };
  return { target: columnTerm(index, attnum), from: [], way, count: 1 };
}

function columnOf(expr: Expr): number | null {
  let at = expr;
  while (at.tag === 'RELABELTYPE' || at.tag === 'COLLATEEXPR') at = at.arg;
  return at.tag === 'VAR' && at.varattno > 0 ? at.varattno : null;
}

function isConstant(expr: Expr): boolean {
  let at = expr;
  while (at.tag === 'RELABELTYPE') at = at.arg;
  return at.tag === 'CONST' && !at.constisnull;
}

function isNeverNull(relation: Relation, attnum: number): boolean {
  return relation.columns.get(attnum)?.notNull ?? false;
}
