import { innerScope, resultExpressions } from '../scope.ts';
import { step } from '../steps.ts';
import { operatorFunction } from '../tree/calls.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { Expr, ScalarArrayOpExpr, SubLink } from '../tree/nodes.ts';
import { Sub } from '../tree/nodes.ts';
import { type Block, type Dependency, isUnstable, type Link, type Said, surveyOf } from './block.ts';
import { constantText } from './constant-text.ts';
import { byEquality, type Determined } from './determined.ts';
import { sideTerm } from './index-terms.ts';
import { mentioned, supportOf } from './support.ts';
import { bareColumn, columnTerm, pointTerm } from './terms.ts';

const oneValue: Determined = { exact: true, families: [], collation: 0, nullable: false, value: null };

/** What a condition says of the rows that meet it. */
export function whatIsSaid(condition: Expr, block: Block): Said {
  let found = block.said.get(condition);
  if (found === undefined) {
    found = readCondition(condition, block);
    block.said.set(condition, found);
  }
  return found;
}

function readCondition(condition: Expr, block: Block): Said {
  step();
  const rules: Dependency[] = [];
  const links: Link[] = [];
  const column = (expr: Expr, way: Determined) => {
    const found = bareColumn(expr, block.query);
    if (found !== null)
      rules.push({ target: columnTerm(found.varno, found.varattno), from: [], way, count: 1 });
  };
  const equality = (operator: number, collation: number, args: readonly Expr[] | null, nullable: boolean) => {
    const [left, right] = args ?? [];
    const families = block.analysis.catalog.equality.get(operator);
    if (families === undefined || left === undefined || right === undefined) return;
    for (const [side, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const target = sideTerm(side, block);
      if (target === null) continue;
      const twin = sideTerm(other, block);
      if (twin !== null) links.push({ target, twin, families, collation, nullable });
      const { fixed, terms } = supportOf(other, block);
      const way = { exact: false, families, collation, nullable, value: constantText(other) };
      if (fixed && twin === null) rules.push({ target, from: terms, way, count: 1 });
    }
  };
  switch (condition.tag) {
    case 'VAR':
      column(condition, oneValue);
      break;
    case 'NULLTEST':
      // The one value is NULL, which only NULLS NOT DISTINCT takes for one.
      if (condition.nulltesttype === 0 && !condition.argisrow)
        column(condition.arg, { ...oneValue, nullable: true });
      break;
    case 'BOOLEANTEST':
      // IS TRUE, IS FALSE, IS UNKNOWN
      if (condition.booltesttype === 0 || condition.booltesttype === 2) column(condition.arg, oneValue);
      if (condition.booltesttype === 4) column(condition.arg, { ...oneValue, nullable: true });
      break;
    case 'OPEXPR':
      equality(condition.opno, condition.inputcollid, condition.args, false);
      rules.push(...containedPoint(condition.opno, condition.args, block));
      break;
    case 'BOOLEXPR': {
      const [only] = condition.args;
      if (condition.boolop !== 'not' || only === undefined) break;
      if (only.tag === 'VAR') column(only, oneValue);
      if (only.tag === 'DISTINCTEXPR') equality(only.opno, only.inputcollid, only.args, true);
      break;
    }
    case 'SCALARARRAYOPEXPR':
      rules.push(...oneOfArray(condition, block));
      break;
    case 'SUBLINK':
      rules.push(...oneOfSubquery(condition, block));
      break;
    default:
  }
  return { rules, links, mentions: mentioned(supportOf(condition, block)) };
}

// src/include/catalog/pg_operator.dat: range and multirange @> element, element <@ range and multirange
const CONTAINS: ReadonlySet<number> = new Set([3889, 2869]);
const IS_CONTAINED: ReadonlySet<number> = new Set([3891, 2872]);

/** `during @> $1`: the ranges contain one and the same point. */
function containedPoint(operator: number, args: readonly Expr[] | null, block: Block): readonly Dependency[] {
  if (!CONTAINS.has(operator) && !IS_CONTAINED.has(operator)) return [];
  const [range, point] = CONTAINS.has(operator) ? (args ?? []) : [...(args ?? [])].reverse();
  const column = bareColumn(range, block.query);
  const { fixed, terms } = supportOf(point, block);
  if (column === null || !fixed) return [];
  return [{ target: pointTerm(column.varno, column.varattno), from: terms, way: oneValue, count: 1 }];
}

/** `column IN (a, b)`, `column = ANY (ARRAY[a, b])`, `column = ANY (ARRAY(SELECT …))`. */
function oneOfArray(condition: ScalarArrayOpExpr, block: Block): readonly Dependency[] {
  const [left, right] = condition.args ?? [];
  const families = block.analysis.catalog.equality.get(condition.opno);
  if (families === undefined || left === undefined || right === undefined || !condition.useOr) return [];
  const target = sideTerm(left, block);
  const { fixed, terms } = supportOf(right, block);
  const count = target === null || !fixed ? null : mostElements(right, block);
  if (target === null || count === null) return [];
  const only = count === 1 && right.tag === 'ARRAYEXPR' ? right.elements?.[0] : undefined;
  const value = only === undefined ? null : constantText(only);
  const way = { exact: false, families, collation: condition.inputcollid, nullable: false, value };
  return [{ target, from: terms, way, count }];
}

/** The most elements of an array; null if that is not known. */
function mostElements(array: Expr, { analysis, scope }: Block): number | null {
  if (array.tag === 'ARRAYEXPR') return array.multidims ? null : (array.elements ?? []).length;
  if (array.tag !== 'SUBLINK' || array.subLinkType !== Sub.array) return null;
  const [column] = resultExpressions(array.subselect);
  const type = column === undefined ? null : expressionType(column);
  // Arrays become one of more dimensions, with all their elements.
  if (type === null || (analysis.catalog.types.get(type)?.element ?? 0) !== 0) return null;
  const { max } = analysis.maxRows(innerScope(scope, array.subselect), new Map());
  return max === null ? null : Math.max(1, max);
}

/** `column IN (SELECT …)`, also of several columns, where the subquery is the same for all rows. */
function oneOfSubquery(condition: SubLink, block: Block): readonly Dependency[] {
  const { analysis, scope } = block;
  if (condition.subLinkType !== Sub.any) return [];
  const inner = innerScope(scope, condition.subselect);
  // It may be run for each row. What of the row it considers is another subquery for each of them.
  if (surveyOf(analysis, inner, step).aroundIt.length > 0 || isUnstable(analysis, inner, step)) return [];
  const found = analysis.maxRows(inner, new Map());
  return conjuncts(condition.testexpr).flatMap((test): readonly Dependency[] => {
    if (test.tag !== 'OPEXPR') return [];
    const [left, right] = test.args ?? [];
    const families = analysis.catalog.equality.get(test.opno);
    const result = right === undefined ? null : resultOf(right);
    const target = left === undefined ? null : sideTerm(left, block);
    if (families === undefined || result === null || target === null) return [];
    const by = { families, collation: test.inputcollid, nullable: false };
    const same = found.determined(result).flatMap((way) => byEquality(way, by) ?? []);
    if (same.length > 0) return same.map((way) => ({ target, from: [], way, count: 1 }));
    const way = { ...by, exact: false, value: null };
    return found.max === null ? [] : [{ target, from: [], way, count: Math.max(1, found.max) }];
  });
}

/** The number of the subquery's column that a parameter of its comparison is. */
function resultOf(expr: Expr): number | null {
  let at = expr;
  while (at.tag === 'RELABELTYPE') at = at.arg;
  return at.tag === 'PARAM' && at.paramkind === 2 ? at.paramid : null;
}

/** Range table indexes of which a condition is not true where their columns are NULL. */
export function columnsNotNullWhere(condition: Expr, block: Block): readonly number[] {
  step();
  const { catalog } = block.analysis;
  const columns = (args: readonly (Expr | undefined)[] | null) =>
    (args ?? []).flatMap((arg) => bareColumn(arg, block.query)?.varno ?? []);
  const isStrict = (operator: number) =>
    catalog.functions.get(operatorFunction(operator, catalog))?.strict ?? false;
  switch (condition.tag) {
    case 'VAR':
      return columns([condition]);
    case 'OPEXPR':
      return isStrict(condition.opno) ? columns(condition.args) : [];
    case 'SCALARARRAYOPEXPR':
      return condition.useOr && isStrict(condition.opno) ? columns(condition.args?.slice(0, 1) ?? []) : [];
    case 'NULLTEST':
      return condition.nulltesttype === 1 && !condition.argisrow ? columns([condition.arg]) : [];
    case 'BOOLEXPR':
      return condition.boolop === 'not' && condition.args[0]?.tag === 'VAR' ? columns(condition.args) : [];
    case 'SUBLINK': {
      const { subLinkType, testexpr } = condition;
      if (subLinkType !== Sub.any || testexpr?.tag !== 'OPEXPR' || !isStrict(testexpr.opno)) return [];
      return columns(testexpr.args?.slice(0, 1) ?? []);
    }
    default:
      return [];
  }
}
