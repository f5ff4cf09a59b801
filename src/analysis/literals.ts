import { baseType } from './catalog/base-type.ts';
import type { Catalog, Relation } from './catalog/catalog.ts';
import { definingQuery } from './catalog/definition.ts';
import { isMadeElsewhere } from './catalog/updatable.ts';
import { tableColumnLiterals, tableElementLiterals } from './literals/column.ts';
import { isLiteralType, literalOf } from './literals/constant.ts';
import { elementLiteralsOf } from './literals/elements.ts';
import { unnestedArray, unnestedColumn } from './literals/unnest.ts';
import {
  entryOf,
  type Found,
  innerScope,
  originsOf,
  resultExpressions,
  rootScope,
  type Scope,
  setOperationArms,
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
  const elements = resultElements(scope);
  return resultLiteralsOf(scope).map((own, i) => ({ own, element: elements[i] ?? null }));
}

function resultLiteralsOf(scope: Scope): readonly (readonly Literal[] | null)[] {
  const types = resultExpressions(scope.query).map((expr) => expressionType(expr) ?? 0);
  // An arm of a set operation may have been converted to another type.
  return columnsOf(scope).map((exprs, i) =>
    isLiteralType(types[i] ?? 0, scope.catalog) ? literalsOfAll(exprs) : null,
  );
}

function resultElements(scope: Scope): readonly (readonly Literal[] | null)[] {
  const { catalog } = scope;
  const exprs = resultExpressions(scope.query);
  return columnsOf(scope).map((arms, i) => {
    const expr = exprs[i];
    if (expr === undefined || !hasLiteralElements(expr, catalog)) return null;
    return ofAll(arms, elementsOf);
  });
}

/** Whether it is an array whose elements can be told by literals; of ARRAY(...) the tree does not say the type. */
function hasLiteralElements(expr: Expr, catalog: Catalog): boolean {
  if (expr.tag === 'SUBLINK' && expr.subLinkType === Sub.array) return true;
  const element = catalog.types.get(baseType(catalog, expressionType(expr) ?? 0))?.element ?? 0;
  return element !== 0 && isLiteralType(element, catalog);
}

/** The only elements besides NULL of an array; none at all for NULL itself, null if nothing bounds them. */
export function elementsOf(expr: Expr, scope: Scope): readonly Literal[] | null {
  return elementLiteralsOf(expr, scope, {
    value: literalsOf,
    variable: (variable) => variableElements(variable, scope),
    column: ({ subselect }) => resultLiteralsOf(innerScope(scope, subselect))[0] ?? null,
  });
}

function variableElements(variable: Expr & { tag: 'VAR' }, scope: Scope): readonly Literal[] | null {
  const origins = originsOf(scope, variable);
  if (origins !== null) return ofAll(origins, elementsOf);
  const { catalog } = scope;
  const relation = relationOf(variable, scope);
  if (relation === null || relation.kind === 'm') return null;
  const view = definingQuery(relation);
  return view === null
    ? tableElementLiterals(relation, variable.varattno, catalog)
    : (resultElements(rootScope(catalog, view))[variable.varattno - 1] ?? null);
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
  return resultLiteralsOf(rootScope(catalog, view))[attnum - 1] ?? null;
}

/** The expressions that each result column takes its values from: one for each arm of set operations. */
function columnsOf(scope: Scope): readonly (readonly Found<Expr>[])[] {
  const { query } = scope;
  const own = resultExpressions(query).map((node) => [{ node, scope }]);
  if (query.setOperations === null) return own;
  const arms = setOperationArms(query).map(({ subquery }) =>
    subquery ? columnsOf(innerScope(scope, subquery)) : [],
  );
  return own.map((_, i) => arms.flatMap((arm) => arm[i] ?? []));
}

function literalsOfAll(all: readonly Found<Expr>[]): readonly Literal[] | null {
  return ofAll(all, literalsOf);
}

function ofAll(
  all: readonly Found<Expr>[],
  bound: (expr: Expr, scope: Scope) => readonly Literal[] | null,
): readonly Literal[] | null {
  const values = new Set<Literal>();
  for (const { node, scope } of all) {
    const found = bound(node, scope);
    if (found === null) return null;
    for (const value of found) values.add(value);
  }
  // NULL and nothing else is no bound that a type could tell.
  return values.size === 0 ? null : [...values];
}

/** The only values besides NULL of an expression; none at all for NULL itself, null if nothing bounds them. */
export function literalsOf(expr: Expr, scope: Scope): readonly Literal[] | null {
  const { catalog } = scope;
  const each = (exprs: readonly (Expr | null)[]) => {
    const all = exprs.map((arg) => (arg === null ? [] : literalsOf(arg, scope)));
    return all.includes(null) ? null : all.flatMap((values) => values ?? []);
  };
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
      return array === null ? null : elementsOf(array, scope);
    }
    case 'SUBSCRIPTINGREF': {
      const isElement = expr.reflowerindexpr === null && expr.refassgnexpr === null;
      return isElement && isLiteralType(expr.refrestype, catalog) ? elementsOf(expr.refexpr, scope) : null;
    }
    case 'SUBLINK': {
      if (expr.subLinkType !== Sub.expr) return null;
      return resultLiteralsOf(innerScope(scope, expr.subselect))[0] ?? null;
    }
    default:
      return null;
  }
}

function variableLiterals(variable: Expr & { tag: 'VAR' }, scope: Scope): readonly Literal[] | null {
  const origins = originsOf(scope, variable);
  if (origins !== null) return literalsOfAll(origins);
  const array = unnestedColumn(variable, scope);
  if (array !== null) return elementsOf(array.node, array.scope);
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
