import type { Expr } from './nodes.ts';

/** The conditions that hold together for a condition to be true. */
export function conjuncts(quals: Expr | null): readonly Expr[] {
  if (quals === null) return [];
  // A loop: conditions that a program writes may be nested thousands deep.
  const found: Expr[] = [];
  const waiting = [quals];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.tag !== 'BOOLEXPR' || next.boolop !== 'and') found.push(next);
    else for (let i = next.args.length - 1; i >= 0; i--) pushIfAny(waiting, next.args[i]);
  }
  return found;
}

function pushIfAny(waiting: Expr[], expr: Expr | undefined): void {
  if (expr !== undefined) waiting.push(expr);
}
