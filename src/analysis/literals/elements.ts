import type { Catalog } from '../catalog/catalog.ts';
import type { Scope } from '../scope.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Expr } from '../tree/nodes.ts';
import { Sub } from '../tree/nodes.ts';
import type { Literal } from '../type.ts';
import { literalsOfArray } from './constant.ts';

type Bound = readonly Literal[] | null;

/** The mutually recursive parts. */
export interface Finder {
  readonly value: (expr: Expr, scope: Scope) => Bound;
  /** The elements of an array. */
  readonly element: (expr: Expr, scope: Scope) => Bound;
  /** Of an array that is a column. */
  readonly variable: (expr: Expr & { tag: 'VAR' }, scope: Scope) => Bound;
  /** Of a subquery's first column. */
  readonly column: (expr: Expr & { tag: 'SUBLINK' }, scope: Scope) => Bound;
}

/** The only elements besides NULL of an array; none at all for NULL and an empty one, null if nothing bounds them. */
export function elementLiteralsOf(expr: Expr, scope: Scope, find: Finder): Bound {
  const { catalog } = scope;
  const of = (part: Expr) => find.element(part, scope);
  const value = (part: Expr) => find.value(part, scope);
  switch (expr.tag) {
    case 'CONST':
      return expr.constisnull ? [] : literalsOfArray(expr, catalog);
    case 'ARRAYEXPR':
      return together((expr.elements ?? []).map(expr.multidims ? of : value));
    case 'AGGREF': {
      const [arg] = expr.args ?? [];
      if (expr.agglevelsup > 0 || arg === undefined) return null;
      return expr.aggfnoid === ARRAY_AGG
        ? value(arg.expr)
        : expr.aggfnoid === ARRAY_AGG_OF_ARRAYS
          ? of(arg.expr)
          : null;
    }
    case 'WINDOWFUNC': {
      const [arg] = expr.args ?? [];
      return arg !== undefined && expr.winfnoid === ARRAY_AGG ? value(arg) : null;
    }
    case 'SUBLINK':
      return expr.subLinkType === Sub.array ? find.column(expr, scope) : null;
    case 'VAR':
      return find.variable(expr, scope);
    case 'RELABELTYPE':
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
      return of(expr.arg);
    case 'ARRAYCOERCEEXPR': {
      const kept = expr.elemexpr?.tag === 'RELABELTYPE' || expr.elemexpr?.tag === 'CASETESTEXPR';
      return kept ? of(expr.arg) : null;
    }
    case 'CASEEXPR':
      return together(
        [...expr.args.map(({ result }) => result), expr.defresult].flatMap((part) => part ?? []).map(of),
      );
    case 'COALESCEEXPR':
      return together(expr.args.map(of));
    case 'SUBSCRIPTINGREF':
      return expr.reflowerindexpr !== null && expr.refassgnexpr === null ? of(expr.refexpr) : null;
    case 'FUNCEXPR':
    case 'OPEXPR': {
      const [first, second] = expr.args ?? [];
      if (first === undefined || second === undefined) return null;
      switch (builtIn(expr, catalog)) {
        case 'array_cat':
          return together([of(first), of(second)]);
        case 'array_append':
          return together([of(first), value(second)]);
        case 'array_prepend':
          return together([value(first), of(second)]);
        case 'array_remove':
          return of(first);
        default:
          return null;
      }
    }
    default:
      return null;
  }
}

// src/include/catalog/pg_proc.dat
const ARRAY_AGG = 2335;
const ARRAY_AGG_OF_ARRAYS = 4053;

function builtIn(expr: Expr, catalog: Catalog): string | null {
  const entry = catalog.functions.get(calledFunctions(expr, catalog)[0] ?? 0);
  return entry?.schema === 'pg_catalog' ? entry.name : null;
}

function together(all: readonly Bound[]): Bound {
  return all.includes(null) ? null : [...new Set(all.flatMap((values) => values ?? []))];
}
