import type { Catalog } from '../catalog/catalog.ts';
import { originsOf, type Scope } from '../scope.ts';
import { type BoolExpr, type CaseExpr, type Expr, Sub } from '../tree/nodes.ts';
import { isStrict, withoutCasts } from './casts.ts';

/** What an expression may come out as: ORed. Values that are no booleans may come out as either of both. */
export type Outcome = number;

export const TRUE = 1;
export const FALSE = 2;
export const NULL = 4;
const VALUE = TRUE | FALSE;
const ANY = VALUE | NULL;

export interface Assumption {
  readonly catalog: Catalog;
  /** Null for constraints. */
  readonly scope: Scope | null;
  /** Whether a leaf (a parameter, a constraint's column) is taken to be NULL. */
  readonly isNull: (leaf: Expr) => boolean;
  /** What CASE compares with its WHENs. */
  readonly tested?: Outcome;
}

/** What an expression may come out as under an assumption; more than it really may is allowed. */
export function outcome(expr: Expr | null | undefined, given: Assumption): Outcome {
  if (expr === null || expr === undefined) return ANY;
  if (given.isNull(expr)) return NULL;
  const of = (arg: Expr | null | undefined) => outcome(arg, given);
  switch (expr.tag) {
    case 'CONST':
      if (expr.constisnull) return NULL;
      return expr.consttype === 16 ? (expr.constvalue?.[0] === 1 ? TRUE : FALSE) : VALUE;
    case 'VAR': {
      // What an outer join adds is NULL too.
      const origins = given.scope === null ? null : originsOf(given.scope, expr);
      if (origins === null || origins.length === 0) return ANY;
      const all = origins.every(({ node, scope }) => {
        const bare = withoutCasts(node, given.catalog);
        const isLeaf = bare.tag === 'VAR' || bare.tag === 'PARAM';
        return isLeaf && outcome(bare, { ...given, scope }) === NULL;
      });
      return all ? NULL : ANY;
    }
    case 'BOOLEXPR':
      return logic(expr, of);
    case 'NULLTEST': {
      const arg = of(expr.arg);
      const [ifNull, ifNot] = expr.nulltesttype === 0 ? [TRUE, FALSE] : [FALSE, TRUE];
      if (arg === NULL) return ifNull;
      return (arg & NULL) === 0 && !expr.argisrow ? ifNot : VALUE;
    }
    case 'BOOLEANTEST':
      return booleanTest(expr.booltesttype, of(expr.arg));
    case 'COALESCEEXPR': {
      const args = expr.args.map(of);
      const values = args.reduce((all, arg) => all | (arg & VALUE), 0);
      return values | (args.every((arg) => (arg & NULL) !== 0) ? NULL : 0);
    }
    case 'MINMAXEXPR':
      return expr.args.every((arg) => of(arg) === NULL) ? NULL : ANY;
    case 'NULLIFEXPR':
      return of(expr.args?.[0]) === NULL ? NULL : ANY;
    case 'DISTINCTEXPR': {
      const [left, right] = [of(expr.args?.[0]), of(expr.args?.[1])];
      if (left === NULL && right === NULL) return FALSE;
      return (left === NULL && (right & NULL) === 0) || (right === NULL && (left & NULL) === 0)
        ? TRUE
        : VALUE;
    }
    case 'CASEEXPR':
      return caseOutcome(expr, given);
    case 'CASETESTEXPR':
      return given.tested ?? ANY;
    case 'SCALARARRAYOPEXPR': {
      if (!isStrict(expr, given.catalog)) return ANY;
      if (of(expr.args?.[1]) === NULL) return NULL;
      return of(expr.args?.[0]) === NULL ? noMatch(expr.useOr) : ANY;
    }
    case 'SUBLINK':
      if (expr.subLinkType === Sub.exists || expr.subLinkType === Sub.array) return VALUE;
      if (expr.subLinkType !== Sub.any && expr.subLinkType !== Sub.all) return ANY;
      return of(expr.testexpr) === NULL ? noMatch(expr.subLinkType === Sub.any) : ANY;
    case 'OPEXPR':
    case 'FUNCEXPR':
      return isStrict(expr, given.catalog) && (expr.args ?? []).some((arg) => of(arg) === NULL) ? NULL : ANY;
    case 'NAMEDARGEXPR':
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'ARRAYCOERCEEXPR':
    case 'CONVERTROWTYPEEXPR':
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
    case 'FIELDSELECT':
      return of(expr.arg);
    case 'SUBSCRIPTINGREF':
      if (expr.refassgnexpr !== null) return ANY;
      return of(expr.refexpr) === NULL ? NULL : ANY;
    case 'ARRAYEXPR':
    case 'ROWEXPR':
      return VALUE;
    default:
      return ANY;
  }
}

// `NULL = ANY (array)` is NULL, or false for an empty array; ALL is true for an empty one.
function noMatch(any: boolean): Outcome {
  return NULL | (any ? FALSE : TRUE);
}

function logic(expr: BoolExpr, of: (arg: Expr) => Outcome): Outcome {
  const args = expr.args.map(of);
  if (expr.boolop === 'not') {
    const [arg = ANY] = args;
    return (arg & NULL) | (arg & TRUE ? FALSE : 0) | (arg & FALSE ? TRUE : 0);
  }
  // One of these decides AND (false) or OR (true); the other comes out if all are it.
  const [decides, otherwise] = expr.boolop === 'and' ? [FALSE, TRUE] : [TRUE, FALSE];
  if (args.includes(decides)) return decides;
  const mayDecide = args.some((arg) => (arg & decides) !== 0) ? decides : 0;
  const mayBeAll = args.every((arg) => (arg & otherwise) !== 0) ? otherwise : 0;
  const mayBeNull = args.some((arg) => (arg & NULL) !== 0) ? NULL : 0;
  return mayDecide | mayBeAll | mayBeNull;
}

function booleanTest(type: number, arg: Outcome): Outcome {
  // IS TRUE, IS NOT TRUE, IS FALSE, IS NOT FALSE, IS UNKNOWN, IS NOT UNKNOWN
  const wanted = [TRUE, FALSE | NULL, FALSE, TRUE | NULL, NULL, VALUE][type] ?? ANY;
  return (arg & wanted ? TRUE : 0) | (arg & ~wanted ? FALSE : 0);
}

function caseOutcome(expr: CaseExpr, given: Assumption): Outcome {
  const inside = expr.arg === null ? given : { ...given, tested: outcome(expr.arg, given) };
  let all = 0;
  for (const { expr: test, result } of expr.args) {
    const tested = outcome(test, inside);
    if ((tested & TRUE) === 0) continue;
    all |= outcome(result, given);
    if (tested === TRUE) return all;
  }
  return all | (expr.defresult === null ? NULL : outcome(expr.defresult, given));
}
