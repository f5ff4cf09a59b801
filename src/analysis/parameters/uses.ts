import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { WriteEvent } from '../catalog/updatable.ts';
import { unnestedArray, unnestedColumn } from '../literals/unnest.ts';
import { originsOf, type Scope } from '../scope.ts';
import { Cmd, type Expr, type Node, type QueryNode, type TargetEntry } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import type { Literal } from '../type.ts';
import { isStrict, withoutCasts } from './casts.ts';
import { comparisonsOf, isComparison, type ParameterComparison } from './comparison.ts';
import { isNeverNull, writtenElements } from './elements.ts';
import {
  areLiterals,
  elementType,
  type Resolver,
  withoutConversions,
  withoutLengthCheck,
} from './identity.ts';
import type { Restriction } from './restriction.ts';
import { type Write, writesOf } from './written-values.ts';

/** What a statement does with one of its parameters. */
export interface ParameterUses {
  /** OID of its type; 0 if it is not used. */
  type: number;
  /** The columns that it is written to or compared with. */
  readonly columns: { readonly relation: Relation; readonly attnum: number }[];
  /** What its value is held against: lists of literals. */
  readonly lists: (readonly Literal[])[];
  /** The literals among them that are there whatever the data. */
  readonly constants: Set<Literal>;
  /** Whether IS NULL is asked of it. */
  isTested: boolean;
  readonly elementLists: (readonly Literal[])[];
  readonly told: Told;
}

/**
 * Whether a use of a parameter lets something be told apart, other than by an error. Where it does not, nothing is lost if
 * the parameter's type leaves one of them out.
 */
interface Told {
  /** A value that is in none of the lists, from NULL. */
  others: boolean;
  /** An array with NULL among its elements, from the same without (and without its row of unnest); a spread list likewise. */
  nullElements: boolean;
  /** An array with an element that is in none of the lists, from the same without. */
  otherElements: boolean;
}

export interface Uses {
  readonly parameters: readonly ParameterUses[];
  readonly comparisons: ReadonlyMap<Expr, readonly ParameterComparison[]>;
  /** By the node that has the assignments. */
  readonly writes: ReadonlyMap<Node, readonly Write[]>;
  /** The queries in WITH that write. */
  readonly modifying: readonly { readonly query: QueryNode; readonly scope: Scope }[];
}

/** Finds all uses of `$1`..`$count` in one walk. */
export function collectUses(query: QueryNode, resolver: Resolver, catalog: Catalog, count: number): Uses {
  const parameters = Array.from({ length: count }, unused);
  const comparisons = new Map<Expr, readonly ParameterComparison[]>();
  const writes = new Map<Node, readonly Write[]>();
  const modifying: { query: QueryNode; scope: Scope }[] = [];
  // By where the parameter is, from a node above, which is visited first; a use of unknown kind tells everything.
  const told = new Map<Expr, Partial<Told>>();
  const usesOf = (parameter: number) => parameters[parameter - 1] ?? unused();
  const hides = (param: Expr, found: Partial<Told>) => told.set(param, { ...told.get(param), ...found });

  const comparison = (expr: Expr, tested: Expr | null, scope: Scope): readonly ParameterComparison[] => {
    const before = comparisons.get(expr);
    if (before !== undefined) return before;
    const found = comparisonsOf(expr, tested, scope, resolver);
    comparisons.set(expr, found);
    for (const { param, role, other, literals } of found) {
      const { lists, elementLists, constants } = usesOf(param.paramid);
      if (literals === null) continue;
      (role === 'array' ? elementLists : lists).push(literals);
      if (resolver.columnOf(other, scope) === null) for (const literal of literals) constants.add(literal);
    }
    for (const one of found) {
      const isNeutral =
        one.operator === 'equal'
          ? one.quantifier !== 'all'
          : one.operator === 'unequal' && one.quantifier !== 'any';
      // x <> ALL (list) where x is never NULL is what it is without an element that x never is.
      if (one.exact && one.literals !== null && isNeutral && isNeverNull(one.other, scope))
        hides(one.param, { otherElements: false });
    }
    comparedColumns(expr, tested, scope);
    return found;
  };
  const comparedColumns = (expr: Expr, tested: Expr | null, scope: Scope) => {
    if (!('opno' in expr) || !isComparison(expr.opno, catalog)) return;
    const [left, right] = (expr.args ?? []).map((arg) =>
      arg.tag === 'CASETESTEXPR' ? (tested ?? arg) : arg,
    );
    if (left === undefined || right === undefined) return;
    for (const [side, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const column = resolver.columnOf(side, scope);
      if (column === null) continue;
      for (const each of other.tag === 'ARRAYEXPR' ? (other.elements ?? []) : [other]) {
        const param = resolver.parameterOf(each, scope);
        if (param !== null) usesOf(param.paramid).columns.push(column);
      }
    }
  };
  /** A place where false and NULL are one: only what is true counts. */
  const condition = (expr: Expr | null | undefined, tested: Expr | null, scope: Scope): void => {
    if (expr === null || expr === undefined) return;
    if (expr.tag === 'BOOLEXPR' && expr.boolop !== 'not') {
      for (const arg of expr.args) condition(arg, tested, scope);
      return;
    }
    if (expr.tag === 'CASEEXPR') {
      for (const { result } of expr.args) condition(result, tested, scope);
      condition(expr.defresult, tested, scope);
      return;
    }
    for (const { param, exact, operator, quantifier, role, literals } of comparison(expr, tested, scope)) {
      if (!exact || operator !== 'equal' || quantifier === 'all') continue;
      const isOneValue = quantifier === null && role === 'compared';
      if (isOneValue || role === 'array') hides(param, { nullElements: false });
      if (literals === null) continue;
      hides(
        param,
        role === 'array'
          ? { otherElements: false }
          : { others: false, ...(isOneValue && { otherElements: false }) },
      );
    }
    if (expr.tag !== 'SCALARARRAYOPEXPR' || !expr.useOr || !isStrict(expr, catalog)) return;
    const array = expr.args?.[1] && withoutCasts(expr.args[1], catalog);
    if (array?.tag === 'PARAM') hides(array, { nullElements: false });
  };
  const cases = (node: Expr & { tag: 'CASEEXPR' }, scope: Scope) => {
    for (const { expr } of node.args) condition(expr, node.arg, scope);
    const param = node.arg === null ? null : resolver.identityOf(node.arg, scope)?.param;
    const isHeldAgainstLiterals = node.args.every(({ expr }) =>
      comparisons
        .get(expr)
        ?.some((one) => one.param === param && one.literals !== null && one.operator === 'equal'),
    );
    if (param && !isHeldAgainstLiterals) told.delete(param);
  };
  /** What is held against the column, and which columns the parameters in it represent. */
  const written = (expr: Expr, asked: Restriction, scope: Scope): void => {
    const { column, refusesNullElements, literals, elementLiterals } = asked;
    const checked = withoutLengthCheck(expr, literals, catalog);
    const identity = checked === null ? null : resolver.identityOf(checked, scope);
    if (identity !== null) {
      const { param } = identity;
      const isHeld = literals !== undefined && areLiterals(param.paramtype, literals, catalog);
      if (isHeld) usesOf(param.paramid).lists.push(literals);
      if (elementLiterals) usesOf(param.paramid).elementLists.push(elementLiterals);
      // Any other value raises an error, or is not written.
      if (identity.exact)
        hides(param, {
          ...(isHeld && { others: false }),
          ...(refusesNullElements && { nullElements: false }),
          ...(elementLiterals && { otherElements: false }),
        });
    }
    writtenColumn(withoutCasts(expr, catalog), column, scope);
    const parts = alternatives(withoutConversions(checked ?? expr, catalog));
    for (const part of parts) written(part, checked === null ? { column } : asked, scope);
  };
  const writtenColumn = (expr: Expr, column: ParameterUses['columns'][number], scope: Scope): void => {
    if (expr.tag === 'PARAM' && expr.paramkind === 0) usesOf(expr.paramid).columns.push(column);
    const called = unnestedArray(expr, catalog);
    if (expr.tag === 'VAR') {
      for (const { node, scope: inside } of originsOf(scope, expr) ?? [])
        writtenColumn(withoutCasts(node, catalog), column, inside);
    }
    const array = expr.tag === 'VAR' ? unnestedColumn(expr, scope) : called && { node: called, scope };
    const param = array === null ? null : resolver.parameterOf(array.node, array.scope);
    if (param !== null) usesOf(param.paramid).columns.push(column);
  };
  const writtenRows = (expr: Expr, { refusesNull, literals }: Restriction, scope: Scope) => {
    const array = writtenElements(withoutCasts(expr, catalog), scope);
    const param = array === null ? null : withoutCasts(array.node, catalog);
    if (param?.tag !== 'PARAM') return;
    if (refusesNull) hides(param, { nullElements: false });
    const isKept =
      array?.node === param &&
      writtenElements(withoutLengthCheck(expr, literals, catalog) ?? expr, scope) !== null;
    if (!isKept || !literals || !areLiterals(elementType(param.paramtype, catalog), literals, catalog))
      return;
    usesOf(param.paramid).elementLists.push(literals);
    hides(param, { otherElements: false });
  };
  const assignments = (
    node: Node,
    list: readonly TargetEntry[] | null | undefined,
    event: WriteEvent,
    scope: Scope,
  ) => {
    const found = writesOf(scope.query, list, event, catalog);
    writes.set(node, found);
    for (const { exprs, restriction } of found) {
      for (const expr of exprs) {
        written(expr, restriction, scope);
        writtenRows(expr, restriction, scope);
      }
    }
  };

  walk(catalog, query, null, (node, scope) => {
    if (scope === null) return true;
    switch (node.tag) {
      case 'QUERY':
        if (node !== query && node.commandType !== Cmd.select) modifying.push({ query: node, scope });
        condition(node.havingQual, null, scope);
        condition(node.mergeJoinCondition, null, scope);
        if (node.commandType === Cmd.insert) assignments(node, node.targetList, 'insert', scope);
        if (node.commandType === Cmd.update) assignments(node, node.targetList, 'update', scope);
        break;
      case 'ONCONFLICTEXPR':
        condition(node.onConflictWhere, null, scope);
        assignments(node, node.onConflictSet, 'update', scope);
        break;
      case 'MERGEACTION':
        condition(node.qual, null, scope);
        if (node.commandType === Cmd.insert) assignments(node, node.targetList, 'insert', scope);
        if (node.commandType === Cmd.update) assignments(node, node.targetList, 'update', scope);
        break;
      case 'FROMEXPR':
      case 'JOINEXPR':
        condition(node.quals, null, scope);
        break;
      case 'AGGREF':
      case 'WINDOWFUNC':
        condition(node.aggfilter, null, scope);
        break;
      case 'CASEEXPR':
        cases(node, scope);
        break;
      case 'BOOLEANTEST':
        // IS TRUE and IS NOT TRUE
        if (node.booltesttype <= 1) condition(node.arg, null, scope);
        break;
      case 'NULLTEST':
        if (node.arg.tag !== 'PARAM' || node.arg.paramkind !== 0) break;
        usesOf(node.arg.paramid).isTested = true;
        hides(node.arg, {
          others: false,
          ...(elementType(node.arg.paramtype, catalog) !== 0 && {
            nullElements: false,
            otherElements: false,
          }),
        });
        break;
      case 'OPEXPR':
      case 'DISTINCTEXPR':
      case 'SCALARARRAYOPEXPR':
        comparison(node, null, scope);
        break;
      case 'PARAM': {
        if (node.paramkind !== 0) break;
        const uses = usesOf(node.paramid);
        const here = told.get(node);
        uses.type = node.paramtype;
        uses.told.others ||= here?.others ?? true;
        uses.told.nullElements ||= here?.nullElements ?? true;
        uses.told.otherElements ||= here?.otherElements ?? true;
        break;
      }
      default:
    }
    return true;
  });
  return { parameters, comparisons, writes, modifying };
}

function unused(): ParameterUses {
  return {
    type: 0,
    columns: [],
    lists: [],
    constants: new Set(),
    isTested: false,
    elementLists: [],
    told: { others: false, nullElements: false, otherElements: false },
  };
}

/** What a value may be that is one of several. */
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
