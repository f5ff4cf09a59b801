import {
  type Expr,
  Join,
  type JoinExpr,
  type JoinTreeNode,
  type QueryNode,
  type Var,
} from '../tree/nodes.ts';
import { fromIndexes } from '../tree/walk.ts';

/** The arm of an outer join that is NULL as a whole where nothing matches. */
export interface AbsentSide {
  readonly join: JoinExpr;
  readonly arm: 'left' | 'right';
}

/** One that may be absent, with those around it: it is there only if all of these are. */
export interface Absence {
  readonly sides: readonly AbsentSide[];
  /** Range table indexes of what it is made of. */
  readonly entries: ReadonlySet<number>;
}

/** The sides of a statement's outer joins that may be absent, from the outside in. */
export function absences({ jointree }: QueryNode): readonly Absence[] {
  const found: Absence[] = [];
  const visit = (node: JoinTreeNode, around: readonly AbsentSide[]): void => {
    if (node.tag === 'FROMEXPR') for (const item of node.fromlist ?? []) visit(item, around);
    if (node.tag !== 'JOINEXPR') return;
    const arm = (of: JoinTreeNode, name: AbsentSide['arm'], mayBeAbsent: boolean) => {
      const sides = mayBeAbsent ? [...around, { join: node, arm: name }] : around;
      if (mayBeAbsent) found.push({ sides, entries: new Set(fromIndexes(of)) });
      visit(of, sides);
    };
    const { jointype } = node;
    arm(node.larg, 'left', jointype === Join.right || jointype === Join.full);
    arm(node.rarg, 'right', jointype === Join.left || jointype === Join.full);
  };
  if (jointree !== null) visit(jointree, []);
  return found;
}

/** The statement with those rows only in which these sides are there: as many joins find a row. */
export function whereThere(query: QueryNode, there: readonly AbsentSide[]): QueryNode {
  const arms = new Map<JoinExpr, Set<AbsentSide['arm']>>();
  for (const { join, arm } of there) arms.set(join, (arms.get(join) ?? new Set()).add(arm));
  const rewrite = <T extends JoinTreeNode>(node: T): T => {
    switch (node.tag) {
      case 'FROMEXPR':
        return { ...node, fromlist: node.fromlist?.map(rewrite) ?? null };
      case 'JOINEXPR': {
        const jointype = narrowed(node.jointype, arms.get(node) ?? new Set());
        return { ...node, jointype, larg: rewrite(node.larg), rarg: rewrite(node.rarg) };
      }
      default:
        return node;
    }
  };
  const { jointree } = query;
  return there.length === 0 ? query : { ...query, jointree: jointree && rewrite(jointree) };
}

/** The join of those rows in which these of its arms are there. */
function narrowed(jointype: number, there: ReadonlySet<AbsentSide['arm']>): number {
  if (jointype !== Join.full) return there.size === 0 ? jointype : Join.inner;
  if (there.size === 2) return Join.inner;
  return there.has('left') ? Join.left : there.has('right') ? Join.right : jointype;
}

/** The column or whole row of FROM that an expression is, and so NULL where its side is absent; null for others. */
export function bareVariable(expr: Expr | undefined): Var | null {
  let at = expr;
  while (at?.tag === 'RELABELTYPE') at = at.arg;
  return at?.tag === 'VAR' && at.varlevelsup === 0 && !at.varreturningtype ? at : null;
}
