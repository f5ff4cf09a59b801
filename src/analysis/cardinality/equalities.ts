import type { Expr, ScalarArrayOpExpr } from '../tree/nodes.ts';
import { bareColumn, type Frame, isConstant } from './frame.ts';
import { type Known, type Settled, settleColumn, settledColumn } from './settled.ts';

/** Adds the columns that the conditions settle, and those settled by way of them. */
export function settle(conditions: readonly Expr[], frame: Frame, known: Known): void {
  for (let more = true; more; ) {
    more = false;
    for (const condition of conditions) more = settleBy(condition, frame, known) || more;
  }
}

function settleBy(condition: Expr, frame: Frame, known: Known): boolean {
  const { query } = frame.scope;
  const settled = (expr: Expr, by: Settled) => {
    const column = bareColumn(expr, query);
    return column !== null && settleColumn(known, column.varno, column.attnum, by);
  };
  switch (condition.tag) {
    case 'VAR':
      return settled(condition, { exact: true, families: [], collation: 0, nullable: false });
    case 'NULLTEST':
      // The one value is NULL, which only NULLS NOT DISTINCT takes for one.
      if (condition.nulltesttype !== 0 || condition.argisrow) return false;
      return settled(condition.arg, { exact: true, families: [], collation: 0, nullable: true });
    case 'OPEXPR':
      return settleByEquality(condition.opno, condition.inputcollid, condition.args, false, frame, known);
    case 'BOOLEXPR': {
      const [only] = condition.args;
      if (condition.boolop !== 'not' || only === undefined) return false;
      if (only.tag === 'VAR')
        return settled(only, { exact: true, families: [], collation: 0, nullable: false });
      if (only.tag !== 'DISTINCTEXPR') return false;
      return settleByEquality(only.opno, only.inputcollid, only.args, true, frame, known);
    }
    default:
      return false;
  }
}

function settleByEquality(
  operator: number,
  collation: number,
  args: readonly Expr[] | null,
  nullable: boolean,
  frame: Frame,
  known: Known,
): boolean {
  const [left, right] = args ?? [];
  const families = frame.catalog.equality.get(operator);
  if (families === undefined || left === undefined || right === undefined) return false;
  const by = { exact: false, families, collation, nullable };
  const one = settleSide(left, right, by, frame, known);
  return settleSide(right, left, by, frame, known) || one;
}

function settleSide(side: Expr, other: Expr, by: Settled, frame: Frame, known: Known): boolean {
  const { query } = frame.scope;
  const column = bareColumn(side, query);
  if (column === null) return false;
  if (isConstant(other, frame, known)) return settleColumn(known, column.varno, column.attnum, by);
  const twin = bareColumn(other, query);
  const from = twin === null ? null : settledColumn(known, twin.varno, twin.attnum);
  if (from === null || from.exact || from.collation !== by.collation) return false;
  // Equal to something equal: one and the same family has to say both.
  const families = by.families.filter((family) => from.families.includes(family));
  return families.length > 0 && settleColumn(known, column.varno, column.attnum, { ...by, families });
}

/** A column that equals one of a number of constants. */
export interface Choice {
  readonly varno: number;
  readonly attnum: number;
  readonly settled: Settled;
  readonly count: number;
}

/** `column IN (a, b)`, `column = ANY (ARRAY[a, b])`. */
export function choicesOf(conditions: readonly Expr[], frame: Frame, known: Known): readonly Choice[] {
  return conditions.flatMap((condition) =>
    condition.tag === 'SCALARARRAYOPEXPR' ? (choiceOf(condition, frame, known) ?? []) : [],
  );
}

function choiceOf(condition: ScalarArrayOpExpr, frame: Frame, known: Known): Choice | null {
  const [left, right] = condition.args ?? [];
  const column = bareColumn(left, frame.scope.query);
  const families = frame.catalog.equality.get(condition.opno);
  if (column === null || families === undefined || !condition.useOr || right?.tag !== 'ARRAYEXPR')
    return null;
  if (right.multidims || !isConstant(right, frame, known)) return null;
  const settled = { exact: false, families, collation: condition.inputcollid, nullable: false };
  return { ...column, settled, count: (right.elements ?? []).length };
}
