import type { Expr } from '../tree/nodes.ts';

/** The parameter or constant that an expression is, as a text that is equal for equal ones; null for others. */
export function constantText(expr: Expr): string | null {
  let at = expr;
  while (at.tag === 'RELABELTYPE') at = at.arg;
  if (at.tag === 'PARAM' && at.paramkind === 0) return `$${at.paramid}`;
  if (at.tag === 'CONST' && at.constvalue !== null) return `${at.consttype}:${at.constvalue.join(' ')}`;
  return null;
}
