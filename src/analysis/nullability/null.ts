import type { Expr } from '../tree/nodes.ts';
import { type Atoms, holdsIn, noAtoms } from './atoms.ts';
import type { Context } from './context.ts';
import { expressionKey } from './key.ts';

const prefix = 'n';

/** What holds if an expression is NULL. Grouping sets make NULL what was none in the rows of a group. */
export function nullAtoms(expr: Expr, context: Context): Atoms {
  for (let at: Context | null = context; at !== null; at = at.outer)
    if (at.frame.scope.query.groupingSets !== null) return noAtoms;
  const key = expressionKey(expr, context, false);
  return key === null ? noAtoms : new Set([prefix + key]);
}

/** A set of assumed NULLs: the same one for the same keys, as what is remembered for it is. */
export function assumedNulls(keys: Iterable<string>, { frame }: Context): ReadonlySet<string> {
  const found = new Set(keys);
  const text = [...found].toSorted().join('\n');
  const known = frame.memo.nulls.get(text) ?? found;
  frame.memo.nulls.set(text, known);
  return known;
}

/** Whether it is assumed, or known, of what has this key that it is NULL. */
export function isNull(key: string, context: Context): boolean {
  return (context.nulls?.has(key) ?? false) || holdsIn(context.proven, prefix + key);
}
