import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { WriteEvent } from '../catalog/updatable.ts';
import { unnestedColumn } from '../literals/unnest.ts';
import { columnLiterals } from '../literals.ts';
import { entryOf, originsOf, type Scope } from '../scope.ts';
import type { Expr, Node, QueryNode, TargetEntry } from '../tree/nodes.ts';
import { Cmd, Rte } from '../tree/nodes.ts';
import { isStrict, withoutCasts } from './casts.ts';
import { isGuarded, parameterOf, parametersIn } from './occurrence.ts';
import { NULL, outcome, TRUE } from './outcome.ts';
import { columnRestriction, domainRefusesNull, type Restriction } from './restriction.ts';

export type Restrict = (parameter: number, by: Restriction) => void;

/**
 * Tells what a node of a statement, without those below it, asks of the parameters that it uses. Uses that take any
 * value tell nothing.
 */
export function collectRestrictions(node: Node, scope: Scope, restrict: Restrict): void {
  const { catalog } = scope;
  switch (node.tag) {
    case 'QUERY':
      visitQuery(node, scope, restrict);
      break;
    case 'FROMEXPR':
    case 'JOINEXPR':
      condition(node.quals, scope, restrict);
      break;
    case 'AGGREF':
    case 'WINDOWFUNC':
      condition(node.aggfilter, scope, restrict);
      break;
    case 'ONCONFLICTEXPR':
      condition(node.onConflictWhere, scope, restrict);
      break;
    case 'CASEEXPR':
      for (const { expr } of node.args) condition(expr, scope, restrict);
      compared(node.arg, scope, restrict);
      for (const { expr } of node.args) {
        // CASE column WHEN $1 compares a CASETESTEXPR.
        if (node.arg !== null && expr.tag === 'OPEXPR')
          visitComparison(expr.opno, [node.arg, ...(expr.args ?? []).slice(1)], scope, restrict);
      }
      break;
    case 'RANGETBLENTRY':
      for (const { funcexpr } of node.functions ?? []) noRows(funcexpr, scope, restrict);
      break;
    case 'FUNCEXPR':
      if (node.funcretset) noRows(node, scope, restrict);
      break;
    case 'PARAM':
      // Its input function is called for NULL too, when it is bound.
      if (node.paramkind === 0 && domainRefusesNull(node.paramtype, catalog))
        restrict(node.paramid, { refusesNull: 'raises an error' });
      break;
    case 'COERCETODOMAIN':
      if (domainRefusesNull(node.resulttype ?? 0, catalog))
        whereNull(node.arg, scope, (parameter) => restrict(parameter, { refusesNull: 'raises an error' }));
      break;
    case 'OPEXPR':
    case 'DISTINCTEXPR':
      visitComparison(node.opno, node.args, scope, restrict);
      break;
    case 'SCALARARRAYOPEXPR':
      visitComparison(node.opno, node.args, scope, restrict);
      if (isStrict(node, catalog))
        elements(node.args?.[1], scope, (p) => restrict(p, { refusesNullElements: true }));
      break;
    default:
  }
}

function visitQuery(query: QueryNode, scope: Scope, restrict: Restrict): void {
  condition(query.havingQual, scope, restrict);
  condition(query.mergeJoinCondition ?? null, scope, restrict);
  // NULL is no limit for Postgres; a caller who means that says so with `?`.
  for (const count of [query.limitCount, query.limitOffset]) compared(count, scope, restrict);
  for (const { startOffset, endOffset } of query.windowClause ?? []) {
    compared(startOffset, scope, restrict);
    compared(endOffset, scope, restrict);
  }
  if (query.commandType === Cmd.select) return;
  const entry = query.rtable?.[query.resultRelation - 1];
  const relation = scope.catalog.relations.get(entry?.relid ?? 0);
  if (relation === undefined) return;
  const written = (event: WriteEvent, list: readonly TargetEntry[] | null | undefined) => {
    for (const { expr, resno, resjunk } of list ?? []) {
      if (!resjunk) write(expr, columnRestriction(relation, resno, event, scope.catalog), scope, restrict);
    }
  };
  if (query.commandType === Cmd.insert) written('insert', query.targetList);
  if (query.commandType === Cmd.update) written('update', query.targetList);
  written('update', query.onConflict?.onConflictSet);
  for (const action of query.mergeActionList ?? []) {
    condition(action.qual, scope, restrict);
    if (action.commandType === Cmd.insert) written('insert', action.targetList);
    if (action.commandType === Cmd.update) written('update', action.targetList);
  }
}

/** A condition of which only the rows for which it is true count. */
function condition(quals: Expr | null, scope: Scope, restrict: Restrict): void {
  if (quals === null) return;
  if (quals.tag === 'BOOLEXPR' && quals.boolop === 'and') {
    for (const arg of quals.args) condition(arg, scope, restrict);
    return;
  }
  for (const parameter of parametersIn(quals, scope)) {
    const mayBeTrue = (underNull(quals, parameter, scope) & TRUE) !== 0;
    if (!mayBeTrue || !isGuarded(quals, parameter, scope))
      restrict(parameter, { refusesNull: 'never matches' });
  }
}

/** A parameter by itself where NULL says nothing. */
function compared(expr: Expr | null, scope: Scope, restrict: Restrict): void {
  const parameter = expr === null ? null : parameterOf(expr, scope);
  if (parameter !== null) restrict(parameter, { refusesNull: 'never matches' });
}

// Not strict, but without rows for NULL (populate_recordset_worker, src/backend/utils/adt/jsonfuncs.c).
const RECORD_SETS = /^jsonb?_to_recordset$/;

/** A function in FROM that is not called for NULL. */
function noRows(call: Expr, scope: Scope, restrict: Restrict): void {
  if (call.tag === 'FUNCEXPR') {
    const { schema, name = '' } = scope.catalog.functions.get(call.funcid) ?? {};
    if (schema === 'pg_catalog' && RECORD_SETS.test(name)) compared(call.args?.[0] ?? null, scope, restrict);
  }
  whereNull(call, scope, (parameter) => restrict(parameter, { refusesNull: 'never matches' }));
}

/** A value that goes into a column. */
function write(expr: Expr, asked: Restriction, scope: Scope, restrict: Restrict): void {
  const bare = withoutCasts(expr, scope.catalog);
  if (bare.tag === 'PARAM') {
    if (bare.paramkind === 0) restrict(bare.paramid, asked);
    return;
  }
  const origins = bare.tag === 'VAR' ? originsOf(scope, bare) : null;
  if (origins !== null) {
    for (const { node, scope: inside } of origins) write(node, asked, inside, restrict);
    return;
  }
  const array = bare.tag === 'VAR' ? unnestedColumn(bare, scope) : null;
  if (array !== null) {
    elements(array.node, array.scope, (parameter) =>
      restrict(parameter, {
        ...(asked.column && { column: asked.column }),
        ...(asked.refusesNull && { refusesNullElements: true }),
        ...(asked.literals && { elementLiterals: asked.literals }),
      }),
    );
    return;
  }
  const { refusesNull, ...values } = asked;
  for (const alternative of alternatives(bare)) write(alternative, values, scope, restrict);
  if (refusesNull !== undefined) whereNull(bare, scope, (parameter) => restrict(parameter, { refusesNull }));
}

/** What a value may be that is one of several: each of them is to be a value that the column holds, or NULL. */
function alternatives(expr: Expr): readonly Expr[] {
  switch (expr.tag) {
    case 'COALESCEEXPR':
      return expr.args;
    case 'CASEEXPR':
      return [...expr.args.map(({ result }) => result), ...(expr.defresult === null ? [] : [expr.defresult])];
    default:
      return [];
  }
}

function elements(array: Expr | undefined, scope: Scope, found: (parameter: number) => void): void {
  const parameter = array === undefined ? null : parameterOf(array, scope);
  if (parameter !== null) found(parameter);
}

/** The parameters whose NULL makes the expression NULL. */
function whereNull(expr: Expr, scope: Scope, found: (parameter: number) => void): void {
  for (const parameter of parametersIn(expr, scope)) {
    if (underNull(expr, parameter, scope) === NULL) found(parameter);
  }
}

function underNull(expr: Expr, parameter: number, scope: Scope): number {
  const isNull = (leaf: Expr) => leaf.tag === 'PARAM' && leaf.paramkind === 0 && leaf.paramid === parameter;
  return outcome(expr, { catalog: scope.catalog, scope, isNull });
}

// src/backend/catalog: the comparison operators of every type bear these names.
const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** `column = $1`, `column <> ALL ($1)`, `column IN ($1, $2)`: the parameter stands for the column's values. */
function visitComparison(
  operator: number,
  args: readonly Expr[] | null,
  scope: Scope,
  restrict: Restrict,
): void {
  const { catalog } = scope;
  const entry = catalog.operators.get(operator);
  const [left, right] = args ?? [];
  if (entry === undefined || left === undefined || right === undefined || !COMPARISONS.has(entry.name))
    return;
  const isEquality = catalog.equality.has(operator) || catalog.equality.has(entry.negator);
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const column = columnOf(side, scope);
    if (column === null) continue;
    const literals = isEquality ? columnLiterals(column.relation, column.attnum, catalog) : null;
    const several = other.tag === 'ARRAYEXPR' ? (other.elements ?? []) : [other];
    for (const value of several) {
      const parameter = parameterOf(value, scope);
      if (parameter === null) continue;
      const isArray = isArrayOf(value, side, catalog);
      restrict(parameter, {
        column,
        ...(literals !== null && (isArray ? { elementLiterals: literals } : { literals })),
      });
    }
  }
}

function isArrayOf(value: Expr, column: Expr, catalog: Catalog): boolean {
  const type = (expr: Expr) => {
    const bare = withoutCasts(expr, catalog);
    return bare.tag === 'PARAM' ? bare.paramtype : bare.tag === 'VAR' ? bare.vartype : 0;
  };
  return (
    (catalog.types.get(type(value))?.element ?? 0) !== 0 &&
    (catalog.types.get(type(column))?.element ?? 0) === 0
  );
}

/** The relation's column that an expression is, a binary cast aside, also through subqueries. */
function columnOf(expr: Expr, scope: Scope): { relation: Relation; attnum: number } | null {
  const bare = expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR' ? expr.arg : expr;
  if (bare.tag !== 'VAR' || bare.varattno <= 0) return null;
  const origins = originsOf(scope, bare);
  const [origin, another] = origins ?? [];
  if (origin !== undefined) return another === undefined ? columnOf(origin.node, origin.scope) : null;
  const found = entryOf(scope, bare);
  if (found?.node.rtekind !== Rte.relation) return null;
  const relation = scope.catalog.relations.get(found.node.relid ?? 0);
  return relation === undefined ? null : { relation, attnum: bare.varattno };
}
