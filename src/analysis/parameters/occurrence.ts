import { originsOf, type Scope } from '../scope.ts';
import type { Expr } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import { isStrict, withoutCasts } from './casts.ts';

/** The n of the `$n` that an expression's value is, through casts and subqueries' columns; null if it is none. */
export function parameterOf(expr: Expr, scope: Scope): number | null {
  const bare = withoutCasts(expr, scope.catalog);
  if (bare.tag === 'PARAM') return bare.paramkind === 0 ? bare.paramid : null;
  if (bare.tag !== 'VAR') return null;
  const [origin, another] = originsOf(scope, bare) ?? [];
  return origin === undefined || another !== undefined ? null : parameterOf(origin.node, origin.scope);
}

/** The parameters in an expression, those of its subqueries left out. */
export function parametersIn(expr: Expr, scope: Scope): ReadonlySet<number> {
  const found = new Set<number>();
  walk(scope.catalog, expr, scope, (node) => {
    if (node.tag === 'QUERY') return false;
    if (node.tag === 'PARAM' || node.tag === 'VAR') {
      const parameter = parameterOf(node, scope);
      if (parameter !== null) found.add(parameter);
    }
    return true;
  });
  return found;
}

/**
 * Whether a condition does more with a parameter than to compare it: whether somewhere in it NULL is an answer, as in
 * `:x IS NULL OR ...` or `coalesce(:x, ...)`. Only then can a NULL be meant.
 */
export function isGuarded(condition: Expr, parameter: number, scope: Scope): boolean {
  const guarded = (expr: Expr | null | undefined): boolean => {
    if (expr === null || expr === undefined || parameterOf(expr, scope) !== null) return false;
    switch (expr.tag) {
      case 'BOOLEXPR':
        return expr.args.some(guarded);
      case 'OPEXPR':
      case 'FUNCEXPR':
        if (!isStrict(expr, scope.catalog)) break;
        return (expr.args ?? []).some(guarded);
      case 'SCALARARRAYOPEXPR': {
        if (!isStrict(expr, scope.catalog)) break;
        const [left, right] = expr.args ?? [];
        return (
          guarded(left) ||
          (right?.tag === 'ARRAYEXPR' ? (right.elements ?? []).some(guarded) : guarded(right))
        );
      }
      case 'ROWCOMPAREEXPR':
        return [...expr.largs, ...expr.rargs].some(guarded);
      case 'SUBLINK':
        return guarded(expr.testexpr);
      case 'RELABELTYPE':
      case 'COERCEVIAIO':
      case 'ARRAYCOERCEEXPR':
      case 'COLLATEEXPR':
      case 'COERCETODOMAIN':
      case 'NAMEDARGEXPR':
        return guarded(expr.arg);
      default:
    }
    return parametersIn(expr, scope).has(parameter);
  };
  return guarded(condition);
}
