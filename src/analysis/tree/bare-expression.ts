import type { Expr } from './nodes.ts';

/** The expression below conversions between types with the same representation. */
export function withoutRelabelling(expr: Expr): Expr {
  return expr.tag === 'RELABELTYPE' ? withoutRelabelling(expr.arg) : expr;
}

/** The expression below conversions that give NULL for NULL alone. */
export function bareExpression(expr: Expr): Expr {
  return expr.tag === 'RELABELTYPE' || expr.tag === 'COERCEVIAIO' || expr.tag === 'COLLATEEXPR'
    ? bareExpression(expr.arg)
    : expr;
}
