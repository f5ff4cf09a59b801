import type { Catalog } from '../catalog/catalog.ts';
import { unnestedColumn } from '../literals/unnest.ts';
import { innerScope, originsOf, resultExpressions, type Scope } from '../scope.ts';
import {
  type CaseExpr,
  type Expr,
  type FuncExpr,
  type OpExpr,
  type QueryNode,
  type ScalarArrayOpExpr,
  Sub,
  type SubLink,
  type Var,
} from '../tree/nodes.ts';
import { isStrict } from './casts.ts';
import {
  alwaysFalse,
  alwaysTrue,
  and,
  booleanTest,
  choice,
  type Excluded,
  firstNotNull,
  isNullTest,
  not,
  nothingExcluded,
  nullIn,
  or,
  together,
  value,
} from './excluded.ts';
import { ALL, type Hypotheses, NONE } from './hypotheses.ts';

/** What the hypotheses are about. */
export interface Assumed {
  readonly catalog: Catalog;
  /** What they say of a parameter, or of a constraint's column; null for every other expression. */
  readonly leaf: (expr: Expr) => Excluded | null;
  /** What they say of a comparison beside what follows from NULL. */
  readonly comparison: (expr: Expr) => Excluded;
  /** Whether a domain rejects NULL. */
  readonly domainRefusesNull: (type: number) => boolean;
  /** Under which a query has no rows, or raises an error. */
  readonly withoutRows: (query: QueryNode, scope: Scope) => Hypotheses;
}

/** How an expression cannot come out under hypotheses; less than what really cannot be is allowed. */
export type ExcludedOutcomes = (expr: Expr | null | undefined, scope: Scope | null) => Excluded;

/** Follows hypotheses up the expressions of a statement, each expression once. */
export function outcomes(assumed: Assumed): ExcludedOutcomes {
  const { catalog, leaf, comparison } = assumed;
  const known = new Map<Expr, Excluded>();

  /** @param tested what CASE compares with its WHENs */
  const outcome = (
    expr: Expr | null | undefined,
    scope: Scope | null,
    tested: Excluded = nothingExcluded,
  ): Excluded => {
    if (expr === null || expr === undefined) return nothingExcluded;
    let found = known.get(expr);
    if (found === undefined) {
      found = leaf(expr) ?? ruled(expr, scope, tested);
      known.set(expr, found);
    }
    return found;
  };

  const ruled = (expr: Expr, scope: Scope | null, tested: Excluded): Excluded => {
    const of = (arg: Expr | null | undefined) => outcome(arg, scope, tested);
    switch (expr.tag) {
      case 'CONST':
        if (expr.constisnull) return value(ALL);
        if (expr.consttype !== BOOL) return value(NONE, ALL);
        return expr.constvalue?.[0] === 1 ? alwaysTrue : alwaysFalse;
      case 'VAR':
        return scope === null ? nothingExcluded : variable(expr, scope);
      case 'CASETESTEXPR':
        return tested;
      case 'BOOLEXPR': {
        const args = expr.args.map(of);
        if (expr.boolop === 'not') return not(args[0] ?? nothingExcluded);
        return expr.boolop === 'and' ? and(args) : or(args);
      }
      case 'NULLTEST': {
        const isNull = isNullTest(of(expr.arg), expr.argisrow);
        return expr.nulltesttype === 0 ? isNull : not(isNull);
      }
      case 'BOOLEANTEST':
        return booleanTest(expr.booltesttype, of(expr.arg));
      case 'COALESCEEXPR':
        return firstNotNull(expr.args.map(of));
      case 'MINMAXEXPR':
        return value(expr.args.reduce((all, arg) => all & nullIn(of(arg)), ALL));
      case 'NULLIFEXPR':
        return value(nullIn(of(expr.args?.[0])));
      case 'DISTINCTEXPR': {
        const [left, right] = [of(expr.args?.[0]), of(expr.args?.[1])];
        const isNull = [nullIn(left), nullIn(right)] as const;
        const found = {
          true: isNull[0] & isNull[1],
          false: (isNull[0] & right.null) | (isNull[1] & left.null),
          null: ALL,
        };
        return together(found, comparison(expr));
      }
      case 'CASEEXPR':
        return caseOutcome(expr, scope, tested);
      case 'OPEXPR':
      case 'FUNCEXPR':
        return together(
          isStrict(expr, catalog) ? strictCall(expr, scope, tested) : nothingExcluded,
          comparison(expr),
        );
      case 'SCALARARRAYOPEXPR':
        return together(isStrict(expr, catalog) ? quantified(expr, of) : nothingExcluded, comparison(expr));
      case 'ROWCOMPAREEXPR': {
        // Of `(a, b) < (c, d)` the first two decide, unless they are equal.
        const isNull = nullIn(of(expr.largs[0])) | nullIn(of(expr.rargs[0]));
        return isStrict(expr, catalog) ? value(isNull) : nothingExcluded;
      }
      case 'SUBLINK':
        return scope === null ? nothingExcluded : sublink(expr, of(expr.testexpr), scope);
      case 'COERCETODOMAIN': {
        const arg = of(expr.arg);
        return together(
          arg,
          assumed.domainRefusesNull(expr.resulttype ?? 0)
            ? { ...nothingExcluded, null: ALL }
            : nothingExcluded,
        );
      }
      case 'NAMEDARGEXPR':
      case 'RELABELTYPE':
      case 'COLLATEEXPR':
        return of(expr.arg);
      case 'COERCEVIAIO':
      case 'ARRAYCOERCEEXPR':
      case 'CONVERTROWTYPEEXPR':
        return value(nullIn(of(expr.arg)), of(expr.arg).null);
      case 'FIELDSELECT':
        return value(nullIn(of(expr.arg)));
      case 'SUBSCRIPTINGREF':
        return expr.refassgnexpr === null ? value(nullIn(of(expr.refexpr))) : nothingExcluded;
      case 'ARRAYEXPR':
      case 'ROWEXPR':
        return value(NONE, ALL);
      default:
        return nothingExcluded;
    }
  };

  /** NULL where an argument is; a long chain of operators is gone down without recursion. */
  const strictCall = (call: OpExpr | FuncExpr, scope: Scope | null, tested: Excluded): Excluded => {
    let isNull = NONE;
    for (let at = call; ; ) {
      const [first, ...others] = at.args ?? [];
      for (const arg of others) isNull |= nullIn(outcome(arg, scope, tested));
      if (first?.tag !== 'OPEXPR' || known.has(first) || !isStrict(first, catalog))
        return value(isNull | nullIn(outcome(first, scope, tested)));
      at = first;
    }
  };

  const caseOutcome = (expr: CaseExpr, scope: Scope | null, tested: Excluded): Excluded => {
    const inside = expr.arg === null ? tested : outcome(expr.arg, scope, tested);
    const arms = expr.args.map((arm) => ({
      when: outcome(arm.expr, scope, inside),
      result: outcome(arm.result, scope, tested),
    }));
    const otherwise = expr.defresult === null ? value(ALL) : outcome(expr.defresult, scope, tested);
    return choice([...arms, { when: alwaysTrue, result: otherwise }]);
  };

  /** `x = ANY (array)` is NULL or false, and ALL NULL or true, where x is NULL: the array can be empty. */
  const quantified = (expr: ScalarArrayOpExpr, of: (arg: Expr | undefined) => Excluded): Excluded => {
    const [left, right] = expr.args ?? [];
    const isNull = nullIn(of(left));
    const elements =
      right?.tag === 'ARRAYEXPR' && !right.multidims ? (right.elements ?? []).map(of).map(nullIn) : [];
    const some = elements.reduce((all, one) => all | one, isNull);
    const every = elements.length === 0 ? isNull : isNull | elements.reduce((all, one) => all & one, ALL);
    const found = expr.useOr
      ? { true: every, false: some, null: NONE }
      : { true: some, false: every, null: NONE };
    if (elements.length > 0) return found;
    // Only an array that is not empty makes something else than this of a NULL.
    const ofEmpty = expr.useOr ? { ...found, false: NONE } : { ...found, true: NONE };
    return together(ofEmpty, value(nullIn(of(right))));
  };

  const sublink = ({ subLinkType, subselect }: SubLink, test: Excluded, scope: Scope): Excluded => {
    const isEmpty = assumed.withoutRows(subselect, scope);
    switch (subLinkType) {
      case Sub.exists:
        return { true: isEmpty, false: NONE, null: ALL };
      case Sub.any:
        return { true: isEmpty | test.true, false: NONE, null: isEmpty };
      case Sub.all:
        return { true: NONE, false: isEmpty | test.false, null: isEmpty };
      case Sub.rowCompare:
        return { true: isEmpty | test.true, false: isEmpty | test.false, null: NONE };
      case Sub.expr: {
        const inside = innerScope(scope, subselect);
        const [selected] = subselect.setOperations === null ? resultExpressions(subselect) : [];
        return value(isEmpty | nullIn(outcome(selected, inside)));
      }
      case Sub.array:
        return value(NONE, ALL);
      default:
        return nothingExcluded;
    }
  };

  /** NULL where all are that it comes from: outer joins and grouping sets can only make it NULL. */
  const variable = (expr: Var, scope: Scope): Excluded => {
    const array = unnestedColumn(expr, scope);
    if (array !== null) return value(nullIn(outcome(array.node, array.scope)));
    const origins = originsOf(scope, expr) ?? [];
    if (origins.length === 0) return nothingExcluded;
    return value(origins.reduce((all, { node, scope: inside }) => all & nullIn(outcome(node, inside)), ALL));
  };

  return outcome;
}

const BOOL = 16;
