import type { Catalog } from '../catalog/catalog.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Expr } from '../tree/nodes.ts';

// CoercionForm: explicit and implicit casts (src/include/nodes/primnodes.h)
const EXPLICIT_CAST = 1;
const IMPLICIT_CAST = 2;

/** An expression without the casts around it that keep NULL NULL. */
export function withoutCasts(expr: Expr, catalog: Catalog): Expr {
  switch (expr.tag) {
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'ARRAYCOERCEEXPR':
    case 'COLLATEEXPR':
    case 'COERCETODOMAIN':
      return withoutCasts(expr.arg, catalog);
    case 'FUNCEXPR': {
      const isCast = expr.funcformat === EXPLICIT_CAST || expr.funcformat === IMPLICIT_CAST;
      const [arg] = expr.args ?? [];
      return isCast && arg !== undefined && isStrict(expr, catalog) ? withoutCasts(arg, catalog) : expr;
    }
    default:
      return expr;
  }
}

/** Whether all functions that a node calls return NULL for a NULL argument without being run. */
export function isStrict(node: Expr, catalog: Catalog): boolean {
  const called = calledFunctions(node, catalog);
  return called.length > 0 && called.every((oid) => catalog.functions.get(oid)?.strict ?? false);
}
