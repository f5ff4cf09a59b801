import type { Scope } from '../scope.ts';

/** How many queries `inside` lies within the query of `scope`; -1 if it does not. */
export function depthIn(inside: Scope | null, scope: Scope): number {
  let levels = 0;
  for (let at = inside; at !== null; at = at.outer, levels++) if (at.query === scope.query) return levels;
  return -1;
}
