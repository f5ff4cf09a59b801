import type { Expr, SubLink } from '../../tree/nodes.ts';
import { type Atoms, noAtoms, type Proven } from '../atoms.ts';
import type { Context, Opened } from '../context.ts';

/**
 * What holds if a sublink's query has a row; only what is about this place is kept, not what is about the query's own
 * columns.
 *
 * @param more what else is known of the row
 */
export function someRow(expr: SubLink, context: Context, more: (opened: Opened) => Atoms): Atoms {
  const opened = context.frame.engine.open(expr.subselect, context);
  if (opened.never) return 'contradiction';
  const atoms = more(opened);
  if (atoms === 'contradiction') return 'contradiction';
  const found = new Set<string>();
  const add = (atom: string) => {
    if (!isOf(opened.frame.id, atom)) found.add(atom);
  };
  for (const atom of atoms) add(atom);
  for (let at: Proven | null = opened.result.proven; at !== null && at !== context.proven; at = at.outer)
    at.atoms.forEach(add);
  return found;
}

/**
 * What holds if a scalar subquery has a row.
 *
 * @param ofValue what is known of the value in it
 */
export function someValue(
  expr: SubLink,
  context: Context,
  ofValue: (value: Expr, at: Context) => Atoms,
): Atoms {
  return someRow(expr, context, (opened) => {
    const value = singleValue(expr);
    return value === null ? noAtoms : ofValue(value, opened.result);
  });
}

/** The expression that a scalar subquery's value is, if it is one. */
function singleValue(expr: SubLink): Expr | null {
  const { subselect } = expr;
  if (subselect.setOperations !== null || subselect.hasTargetSRFs) return null;
  return subselect.targetList?.[0]?.expr ?? null;
}

function isOf(frame: number, atom: string): boolean {
  return atom.startsWith(`r${frame}.`) || atom.includes(`v${frame}.`);
}
