import type { Expr } from '../tree/nodes.ts';
import { type Atoms, holds, nothing } from './atoms.ts';
import type { Context } from './context.ts';
import { expressionKey } from './key.ts';

const prefix = 'n';

/** What holds if an expression is NULL. Grouping sets make NULL what was none in the rows of a group. */
export function nullAtoms(expr: Expr, context: Context): Atoms {
  for (let at: Context | null = context; at !== null; at = at.outer)
    if (at.frame.scope.query.groupingSets !== null) return nothing;
  const key = expressionKey(expr, context, false);
  return key === null ? nothing : new Set([prefix + key]);
}

/** Whether it is assumed, or known, of what has this key that it is NULL. */
export function isNull(key: string, context: Context): boolean {
  return (context.nulls?.has(key) ?? false) || holds(context.proven, prefix + key);
}
