import { baseType } from '../catalog/base-type.ts';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { isLiteralType, literalsFor } from '../literals/constant.ts';
import { entryOf, type InScope, originsOf, type Scope } from '../scope.ts';
import { constantValue } from '../tree/constants.ts';
import { type Expr, type ParamNode, Rte } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { withoutCasts } from './casts.ts';

/** A parameter whose very value an expression is, wherever the expression is not NULL. */
export interface Identity {
  readonly param: ParamNode;
  /** Whether it is NULL just where the parameter is. */
  readonly exact: boolean;
}

/** Looks up what expressions represent, each once. */
export interface Resolver {
  /** Through casts and subqueries' columns. */
  readonly parameterOf: (expr: Expr, scope: Scope) => ParamNode | null;
  /** Through nothing that changes the value: not through casts that make another spelling of it. */
  readonly identityOf: (expr: Expr, scope: Scope) => Identity | null;
  /** The relation's column that an expression is, also through subqueries. */
  readonly columnOf: (expr: Expr, scope: Scope) => { relation: Relation; attnum: number } | null;
}

export function resolver(catalog: Catalog): Resolver {
  const parameterOf = memoised((expr: Expr, scope): ParamNode | null => {
    const bare = withoutCasts(expr, catalog);
    if (bare.tag === 'PARAM') return isExtern(bare) ? bare : null;
    const origin = onlyOrigin(bare, scope);
    return origin === null ? null : parameterOf(origin.node, origin.scope);
  });
  const identityOf = memoised((expr: Expr, scope): Identity | null => {
    const inexact = (found: Identity | null) => found && { ...found, exact: false };
    const kept = withoutConversions(expr, catalog);
    if (kept !== expr) return identityOf(kept, scope);
    switch (expr.tag) {
      case 'PARAM':
        return isExtern(expr) ? { param: expr, exact: true } : null;
      case 'COALESCEEXPR': {
        const [first] = expr.args;
        return first === undefined ? null : inexact(identityOf(first, scope));
      }
      default: {
        const origin = onlyOrigin(expr, scope);
        return origin === null ? null : inexact(identityOf(origin.node, origin.scope));
      }
    }
  });
  const columnOf = memoised((expr: Expr, scope): { relation: Relation; attnum: number } | null => {
    const bare = expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR' ? expr.arg : expr;
    if (bare.tag !== 'VAR' || bare.varattno <= 0) return null;
    const origins = originsOf(scope, bare);
    if (origins !== null && origins.length > 0) {
      const origin = onlyOrigin(bare, scope);
      return origin === null ? null : columnOf(origin.node, origin.scope);
    }
    const found = entryOf(scope, bare);
    if (found?.node.rtekind !== Rte.relation) return null;
    const relation = catalog.relations.get(found.node.relid ?? 0);
    return relation === undefined ? null : { relation, attnum: bare.varattno };
  });
  return { parameterOf, identityOf, columnOf };
}

function memoised<T>(find: (expr: Expr, scope: Scope) => T): (expr: Expr, scope: Scope) => T {
  const known = new Map<Expr, T>();
  return (expr, scope) => {
    const before = known.get(expr);
    if (before !== undefined) return before;
    const found = find(expr, scope);
    known.set(expr, found);
    return found;
  };
}

function isExtern(param: ParamNode): boolean {
  return param.paramkind === 0;
}

function onlyOrigin(expr: Expr, scope: Scope): InScope<Expr> | null {
  if (expr.tag !== 'VAR') return null;
  const [origin, another] = originsOf(scope, expr) ?? [];
  return origin === undefined || another !== undefined ? null : origin;
}

/** An expression without the conversions that keep every value of a type that literals tell, or of such elements. */
export function withoutConversions(expr: Expr, catalog: Catalog): Expr {
  switch (expr.tag) {
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
      return withoutConversions(expr.arg, catalog);
    case 'RELABELTYPE': {
      const to = expr.resulttype ?? 0;
      const isTold = isLiteralType(to, catalog) || isLiteralType(elementType(to, catalog), catalog);
      return isTold ? withoutConversions(expr.arg, catalog) : expr;
    }
    case 'ARRAYCOERCEEXPR': {
      const element = expr.elemexpr?.tag;
      const isKept = element === 'RELABELTYPE' || element === 'CASETESTEXPR';
      const isTold = isKept && isLiteralType(elementType(expr.resulttype ?? 0, catalog), catalog);
      return isTold ? withoutConversions(expr.arg, catalog) : expr;
    }
    default:
      return expr;
  }
}

/** Whether literals are values of a type, none of which another spelling of the same value could equal. */
export function areLiterals(type: number, literals: readonly Literal[], catalog: Catalog): boolean {
  return isLiteralType(type, catalog) && literalsFor(type, literals, catalog).length === literals.length;
}

/** The OID of an array's, or such a domain's, element type; 0 for others. */
export function elementType(type: number, catalog: Catalog): number {
  return catalog.types.get(baseType(catalog, type))?.element ?? 0;
}

/**
 * A value without the check of its length that an assignment to `varchar(n)` makes. It cuts off spaces beyond n
 * (PostgreSQL documentation, "Character Types"), so that a longer value can become a literal of n characters; null then.
 */
export function withoutLengthCheck(
  expr: Expr,
  literals: readonly Literal[] | undefined,
  catalog: Catalog,
): Expr | null {
  if (expr.tag !== 'FUNCEXPR') return expr;
  const { schema, name } = catalog.functions.get(expr.funcid) ?? {};
  const [arg, modifier] = expr.args ?? [];
  if (schema !== 'pg_catalog' || name !== 'varchar' || expr.funcformat !== IMPLICIT_CAST) return expr;
  const limit = modifier?.tag === 'CONST' ? constantValue(modifier) : null;
  const isShorter = (literal: Literal) =>
    typeof literal === 'string' && typeof limit === 'number' && [...literal].length < limit - HEADER;
  return arg !== undefined && (literals ?? []).every(isShorter) ? arg : null;
}

const IMPLICIT_CAST = 2;
/** What `atttypmod` adds to the length. */
const HEADER = 4;
