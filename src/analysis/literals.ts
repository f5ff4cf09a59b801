import { baseType } from './catalog/base-type.ts';
import type { Catalog, Relation } from './catalog/catalog.ts';
import { definingQuery } from './catalog/definition.ts';
import { isMadeElsewhere } from './catalog/updatable.ts';
import { chosenArguments } from './literals/chosen.ts';
import { tableColumnLiterals, tableElementLiterals } from './literals/column.ts';
import { isLiteralType, literalOf } from './literals/constant.ts';
import { elementLiteralsOf } from './literals/elements.ts';
import { oncePerScope } from './literals/once-per-scope.ts';
import { unnestedArray, unnestedColumn } from './literals/unnest.ts';
import {
  columnOrigins,
  entryOf,
  type InScope,
  innerScope,
  originsOf,
  perScope,
  queryBehind,
  resultExpression,
  resultExpressions,
  rootScope,
  type Scope,
} from './scope.ts';
import { expressionType } from './tree/expression-type.ts';
import type { Expr, QueryNode } from './tree/nodes.ts';
import { Rte, Sub } from './tree/nodes.ts';
import type { Literal } from './type.ts';

/** The only values besides NULL of a result column, or of the elements of its arrays; null where nothing bounds them. */
export interface ResultLiterals {
  readonly own: readonly Literal[] | null;
  readonly element: readonly Literal[] | null;
}

/**
 * What bounds each result column, in order: CHECK constraints, domains and constants, through subqueries, views and
 * set operations.
 */
export function resultLiterals(query: QueryNode, catalog: Catalog): readonly ResultLiterals[] {
  const scope = rootScope(catalog, query);
  return resultExpressions(query).map((_, i) => ({
    own: resultValues(scope, i),
    element: resultElements(scope, i),
  }));
}

type Bound = readonly Literal[] | null;

const results = {
  own: perScope(() => new Map<number, Bound>()),
  element: perScope(() => new Map<number, Bound>()),
};

/** What is found of a query's result column, looked for once. */
function once(known: Map<number, Bound>, column: number, find: () => Bound): Bound {
  let found = known.get(column);
  if (found === undefined) {
    found = find();
    known.set(column, found);
  }
  return found;
}

function resultValues(scope: Scope, column: number): Bound {
  return once(results.own(scope), column, () => {
    const expr = resultExpression(scope.query, column);
    // An arm of a set operation may have been converted to another type.
    if (expr === undefined || !isLiteralType(expressionType(expr) ?? 0, scope.catalog)) return null;
    return ofAll(columnOrigins(scope, column) ?? [], literalsOf);
  });
}

function resultElements(scope: Scope, column: number): Bound {
  return once(results.element(scope), column, () => {
    const expr = resultExpression(scope.query, column);
    if (expr === undefined || !hasLiteralElements(expr, scope.catalog)) return null;
    const arms = columnOrigins(scope, column) ?? [];
    return ofAll(arms, elementLiteralsOfArray);
  });
}

/** Whether it is an array whose elements can be told by literals; of ARRAY(...) the tree does not say the type. */
function hasLiteralElements(expr: Expr, catalog: Catalog): boolean {
  if (expr.tag === 'SUBLINK' && expr.subLinkType === Sub.array) return true;
  const element = catalog.types.get(baseType(catalog, expressionType(expr) ?? 0))?.element ?? 0;
  return element !== 0 && isLiteralType(element, catalog);
}

/** The only elements besides NULL of an array; none at all for NULL itself, null if nothing bounds them. */
export const elementLiteralsOfArray: (expr: Expr, scope: Scope) => Bound = oncePerScope<Bound>(
  null,
  (expr, scope) =>
    elementLiteralsOf(expr, scope, {
      value: literalsOf,
      element: elementLiteralsOfArray,
      variable: (variable) => variableElements(variable, scope),
      column: ({ subselect }) => resultValues(innerScope(scope, subselect), 0),
    }),
);

function variableElements(variable: Expr & { tag: 'VAR' }, scope: Scope): Bound {
  const found = entryOf(scope, variable);
  const rows = found === null ? null : queryBehind(found.scope, found.node);
  if (rows !== null) return resultElements(rows, variable.varattno - 1);
  const origins = originsOf(scope, variable);
  if (origins !== null) return ofAll(origins, elementLiteralsOfArray);
  const { catalog } = scope;
  const relation = relationOf(variable, scope);
  if (relation === null || relation.kind === 'm') return null;
  const view = definingQuery(relation);
  return view === null
    ? tableElementLiterals(relation, variable.varattno, catalog)
    : resultElements(rootScope(catalog, view), variable.varattno - 1);
}

/** The only values besides NULL of a relation's column; for a view, of what it selects there. Null if unbound. */
export function columnLiterals(
  relation: Relation,
  attnum: number,
  catalog: Catalog,
): readonly Literal[] | null {
  // What a materialised view stores may be older than a constraint.
  if (relation.kind === 'm') return null;
  const view = definingQuery(relation);
  if (view === null) return tableColumnLiterals(relation, attnum, catalog);
  return resultValues(rootScope(catalog, view), attnum - 1);
}

function ofAll(all: readonly InScope<Expr>[], bound: (expr: Expr, scope: Scope) => Bound): Bound {
  const values = new Set<Literal>();
  for (const { node, scope } of all) {
    const found = bound(node, scope);
    if (found === null) return null;
    for (const value of found) values.add(value);
  }
  // NULL and nothing else is not a bound that a type could tell.
  return values.size === 0 ? null : [...values];
}

/** The only values besides NULL of an expression; none at all for NULL itself, null if nothing bounds them. */
export const literalsOf = oncePerScope<Bound>(null, findLiterals);

function findLiterals(expr: Expr, scope: Scope): Bound {
  const { catalog } = scope;
  const each = (exprs: readonly (Expr | null)[]) => together(exprs, (arg) => literalsOf(arg, scope));
  switch (expr.tag) {
    case 'CONST': {
      if (expr.constisnull) return [];
      const value = literalOf(expr, catalog);
      return value === undefined || value === null ? null : [value];
    }
    case 'VAR':
      return variableLiterals(expr, scope);
    case 'RELABELTYPE':
      return isLiteralType(expr.resulttype ?? 0, catalog) ? literalsOf(expr.arg, scope) : null;
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
      return literalsOf(expr.arg, scope);
    case 'CASEEXPR':
      return each([...expr.args.map(({ result }) => result), expr.defresult]);
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return each(expr.args);
    case 'NULLIFEXPR':
      return each((expr.args ?? []).slice(0, 1));
    case 'FUNCEXPR': {
      const array = unnestedArray(expr, catalog);
      return array === null ? null : elementLiteralsOfArray(array, scope);
    }
    case 'AGGREF':
    case 'WINDOWFUNC': {
      const args = chosenArguments(expr, catalog);
      return args === null ? null : each(args);
    }
    case 'SUBSCRIPTINGREF': {
      const isElement = expr.reflowerindexpr === null && expr.refassgnexpr === null;
      return isElement && isLiteralType(expr.refrestype, catalog)
        ? elementLiteralsOfArray(expr.refexpr, scope)
        : null;
    }
    case 'SUBLINK': {
      if (expr.subLinkType !== Sub.expr) return null;
      return resultValues(innerScope(scope, expr.subselect), 0);
    }
    default:
      return null;
  }
}

/** What is found of one of several expressions; of those that are not there it is nothing. */
function together(exprs: readonly (Expr | null)[], find: (expr: Expr) => Bound): Bound {
  const values = new Set<Literal>();
  for (const expr of exprs) {
    const found = expr === null ? [] : find(expr);
    if (found === null) return null;
    for (const value of found) values.add(value);
  }
  return [...values];
}

function variableLiterals(variable: Expr & { tag: 'VAR' }, scope: Scope): Bound {
  const found = entryOf(scope, variable);
  const rows = found === null ? null : queryBehind(found.scope, found.node);
  if (rows !== null) return resultValues(rows, variable.varattno - 1);
  const origins = originsOf(scope, variable);
  if (origins !== null) return ofAll(origins, literalsOf);
  const array = unnestedColumn(variable, scope);
  if (array !== null) return elementLiteralsOfArray(array.node, array.scope);
  const relation = relationOf(variable, scope);
  return relation === null ? null : columnLiterals(relation, variable.varattno, scope.catalog);
}

/** The relation whose column a variable is, as it is stored or selected there. */
function relationOf(variable: Expr & { tag: 'VAR' }, scope: Scope): Relation | null {
  const found = entryOf(scope, variable);
  if (found?.node.rtekind !== Rte.relation || variable.varattno <= 0) return null;
  if (isMadeElsewhere(found.scope.query, variable.varno, scope.catalog)) return null;
  return scope.catalog.relations.get(found.node.relid ?? 0) ?? null;
}
