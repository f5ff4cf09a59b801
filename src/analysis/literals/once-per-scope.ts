import type { Scope } from '../scope.ts';
import { outerScope, perScope } from '../scope.ts';
import { step } from '../steps.ts';
import type { Expr, Var } from '../tree/nodes.ts';

type Find<T> = (expr: Expr, scope: Scope) => T;

// A step down takes several calls: deeper ones would overflow the stack.
const DEEPEST = 400;

/**
 * The same search, which considers each expression, and at each column of the range table, once for each query that it
 * is in.
 *
 * @param unknown what is found where expressions are nested too deeply
 */
export function oncePerScope<T>(unknown: T, find: Find<T>): Find<T> {
  const known = perScope(() => new Map<Expr | string, T>());
  let depth = 0;
  return (expr, scope) => {
    if (depth >= DEEPEST) return unknown;
    const owner = expr.tag === 'VAR' ? outerScope(scope, expr.varlevelsup) : scope;
    if (owner === null) return unknown;
    const found = known(owner);
    const key = expr.tag === 'VAR' ? columnKey(expr) : expr;
    const before = found.get(key);
    if (before !== undefined) return before;
    if (!step()) return unknown;
    depth++;
    try {
      const value = find(expr, scope);
      found.set(key, value);
      return value;
    } finally {
      depth--;
    }
  };
}

/** Whatever the level that it is seen from, a column has the same values; but converted ones have another type. */
function columnKey({ varno, varattno, vartype, vartypmod }: Var): string {
  return `${varno}.${varattno}.${vartype}.${vartypmod}`;
}
