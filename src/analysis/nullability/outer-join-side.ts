import { Cmd, type Expr, Join, type JoinTreeNode, type QueryNode } from '../tree/nodes.ts';

/**
 * The part of a join tree that one outer join makes NULL as a whole. In a row that comes out of FROM a region is
 * either real (its columns are those of rows of its tables) or all its columns are NULL; a region that is real
 * is in a region that is real. The root is always real.
 */
export interface OuterJoinSide {
  readonly id: number;
  readonly parent: OuterJoinSide | null;
  /** Hold where the region is real: ON of the joins in it, WHERE for the root. */
  readonly conditions: Expr[];
  /** The ON of a full join holds where both its sides are real. */
  readonly paired: { readonly other: OuterJoinSide; readonly condition: Expr }[];
}

export interface FullJoinSides {
  readonly left: OuterJoinSide;
  readonly right: OuterJoinSide;
  /** The region that the join is in: where that is real, one of the sides is. */
  readonly at: OuterJoinSide;
}

/** The side of a left or right join that it adds to the other one's rows. */
export interface AddedSide {
  readonly region: OuterJoinSide;
  readonly side: JoinTreeNode;
  readonly condition: Expr | null;
}

export interface Regions {
  readonly root: OuterJoinSide;
  readonly all: readonly OuterJoinSide[];
  /** By range table index; absent for what is not in FROM, such as INSERT's target. */
  readonly of: ReadonlyMap<number, OuterJoinSide>;
  readonly fullJoins: readonly FullJoinSides[];
  readonly added: readonly AddedSide[];
}

/** Reads the regions off a query's join tree, which every major has (`varnullingrels` says the same from 16 on). */
export function regionsOf(query: QueryNode): Regions {
  const root = region(0, null);
  const all = [root];
  const of = new Map<number, OuterJoinSide>();
  const fullJoins: FullJoinSides[] = [];
  const added: AddedSide[] = [];
  const open = (parent: OuterJoinSide): OuterJoinSide => {
    const opened = region(all.length, parent);
    all.push(opened);
    return opened;
  };

  const visit = (node: JoinTreeNode, at: OuterJoinSide): void => {
    switch (node.tag) {
      case 'RANGETBLREF':
        of.set(node.rtindex, at);
        return;
      case 'FROMEXPR':
        for (const item of node.fromlist ?? []) visit(item, at);
        if (node.quals !== null) at.conditions.push(node.quals);
        return;
      case 'JOINEXPR': {
        // A join of an unknown type is read as one that proves least.
        const full =
          node.jointype !== Join.inner && node.jointype !== Join.left && node.jointype !== Join.right;
        const left = full || node.jointype === Join.right ? open(at) : at;
        const right = full || node.jointype === Join.left ? open(at) : at;
        of.set(node.rtindex, at);
        visit(node.larg, left);
        visit(node.rarg, right);
        if (full) fullJoins.push({ left, right, at });
        else if (left !== right) {
          const side = left === at ? node.rarg : node.larg;
          added.push({ region: left === at ? right : left, side, condition: node.quals });
        }
        if (node.quals === null) return;
        if (full && node.jointype !== Join.full) return;
        if (full) {
          left.paired.push({ other: right, condition: node.quals });
          right.paired.push({ other: left, condition: node.quals });
        } else {
          (left === at ? right : left).conditions.push(node.quals);
        }
      }
    }
  };
  if (query.jointree !== null) visit(query.jointree, mayLackSource(query) ? open(root) : root);
  return { root, all, of, fullJoins, added };
}

/** MERGE's source is NULL for target rows without a match; before PostgreSQL 17 no action is for these. */
function mayLackSource(query: QueryNode): boolean {
  return (
    query.commandType === Cmd.merge && (query.mergeActionList ?? []).some(({ matchKind }) => matchKind === 1)
  );
}

function region(id: number, parent: OuterJoinSide | null): OuterJoinSide {
  return { id, parent, conditions: [], paired: [] };
}
