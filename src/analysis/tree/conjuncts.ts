import type { Expr } from './nodes.ts';

/** The conditions that hold together for a condition to be true. */
export function conjuncts(quals: Expr | null): readonly Expr[] {
  if (quals === null) return [];
  if (quals.tag === 'BOOLEXPR' && quals.boolop === 'and') return quals.args.flatMap(conjuncts);
  return [quals];
}
