import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope, type Scope, withQueryOf } from '../scope.ts';
import {
  Cmd,
  type Expr,
  Join,
  type JoinTreeNode,
  type MergeAction,
  type Node,
  type QueryNode,
  type RangeTblEntry,
  Rte,
  SetOp,
} from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import { nullIn } from './excluded.ts';
import { ALL, type Hypotheses, NONE } from './hypotheses.ts';
import type { ExcludedOutcomes } from './outcome.ts';

export interface RowsGiven {
  readonly catalog: Catalog;
  readonly outcome: ExcludedOutcomes;
  /** Under which what a node assigns raises an error for every row that it is assigned in; `without` there are none. */
  readonly refused: (node: Node, scope: Scope, without: Hypotheses) => Hypotheses;
}

/** Under which hypotheses a query in a scope has no row and changes none, or raises an error. */
export type WithoutRows = (query: QueryNode, outer: Scope | null) => Hypotheses;

/**
 * Goes down from a query to what its rows need: a row from each side of an inner join, from the outer side of an outer
 * one, a condition that is true. What only adds to a row or takes from others (the inner side of an outer join, EXCEPT, an
 * aggregate, a result column) can make no query empty. Each query is considered once.
 */
export function withoutRowsGiven({ catalog, outcome, refused }: RowsGiven): WithoutRows {
  const known = new Map<QueryNode, Hypotheses>();

  const withoutRows: WithoutRows = (query, outer) => {
    const before = known.get(query);
    if (before !== undefined) return before;
    const scope = outer === null ? rootScope(catalog, query) : innerScope(outer, query);
    // A recursive WITH query finds itself on the way.
    known.set(query, NONE);
    const found = query.setOperations === null ? ofQuery(query, scope) : ofArms(query, scope);
    known.set(query, found);
    return found;
  };

  const ofArms = (query: QueryNode, scope: Scope): Hypotheses => {
    const arm = (node: QueryNode['setOperations']): Hypotheses => {
      if (node === null) return NONE;
      if (node.tag === 'RANGETBLREF') {
        const entry = query.rtable?.[node.rtindex - 1];
        return entry?.subquery ? withoutRows(entry.subquery, scope) : NONE;
      }
      const left = arm(node.larg);
      if (node.op === SetOp.except) return left;
      // The recursive term starts from the rows of the other one.
      if (node === query.setOperations) known.set(query, left);
      const right = arm(node.rarg);
      return node.op === SetOp.union ? left & right : left | right;
    };
    return arm(query.setOperations);
  };

  const ofQuery = (query: QueryNode, scope: Scope): Hypotheses => {
    switch (query.commandType) {
      case Cmd.select: {
        const grouped = outcome(query.havingQual, scope).true | emptySets(query, scope);
        const isGrouped = (query.groupClause ?? []).length > 0 && query.groupingSets === null;
        // Without GROUP BY, and for an empty grouping set, no row makes a group too.
        const makesGroup = query.hasAggs || query.havingQual !== null || query.groupingSets !== null;
        return makesGroup && !isGrouped ? grouped : grouped | ofJoinTree(query.jointree, scope);
      }
      case Cmd.insert:
      case Cmd.update: {
        const without = ofJoinTree(query.jointree, scope) | emptySets(query, scope);
        return without | refused(query, scope, without);
      }
      case Cmd.delete:
        return ofJoinTree(query.jointree, scope);
      default:
        return query.mergeActionList ? ofMerge(query, query.mergeActionList, scope) : NONE;
    }
  };

  /** Every action is one that is never taken, or that raises an error. */
  const ofMerge = (query: QueryNode, actions: readonly MergeAction[], scope: Scope): Hypotheses => {
    const source = (query.jointree?.fromlist ?? []).reduce(
      (all, item) => all | ofJoinTree(item, scope),
      NONE,
    );
    // Before PostgreSQL 17 the condition has the position of WHERE.
    const join = query.mergeJoinCondition ?? query.jointree?.quals;
    const unmatched = source | outcome(join, scope).true;
    return actions.reduce((all, action) => {
      const isMatched = action.matchKind === undefined ? action.matched : action.matchKind === MATCHED;
      const unreached = isMatched ? unmatched : action.matchKind === NOT_MATCHED_BY_SOURCE ? NONE : source;
      const without = unreached | outcome(action.qual, scope).true;
      return action.commandType === Cmd.nothing ? all : all & (without | refused(action, scope, without));
    }, ALL);
  };

  const ofJoinTree = (node: JoinTreeNode | null, scope: Scope): Hypotheses => {
    if (node === null) return NONE;
    if (node.tag === 'RANGETBLREF') return ofEntry(scope.query.rtable?.[node.rtindex - 1], scope);
    const condition = outcome(node.quals, scope).true;
    if (node.tag === 'FROMEXPR')
      return (node.fromlist ?? []).reduce((all, item) => all | ofJoinTree(item, scope), condition);
    const [left, right] = [ofJoinTree(node.larg, scope), ofJoinTree(node.rarg, scope)];
    switch (node.jointype) {
      case Join.inner:
        return left | right | condition;
      case Join.left:
        return left;
      case Join.right:
        return right;
      default:
        return left & right;
    }
  };

  const ofEntry = (entry: RangeTblEntry | undefined, scope: Scope): Hypotheses => {
    switch (entry?.rtekind) {
      case Rte.subquery:
        return entry.subquery ? withoutRows(entry.subquery, scope) : NONE;
      case Rte.cte: {
        const found = withQueryOf(scope, entry);
        return found === null ? NONE : withoutRows(found.node.ctequery, found.scope);
      }
      case Rte.function:
        // Of several functions the longest counts.
        return (entry.functions ?? []).reduce((all, { funcexpr }) => all & emptySet(funcexpr, scope), ALL);
      default:
        return NONE;
    }
  };

  /** Sets among the result columns: there are as many rows as the longest has. */
  const emptySets = (query: QueryNode, scope: Scope): Hypotheses => {
    if (!query.hasTargetSRFs) return NONE;
    let found: Hypotheses | null = null;
    walk(catalog, query.targetList, scope, (node) => {
      if (node.tag === 'QUERY') return false;
      const isSet = (node.tag === 'FUNCEXPR' && node.funcretset) || (node.tag === 'OPEXPR' && node.opretset);
      if (isSet) found = (found ?? ALL) & emptySet(node, scope);
      return true;
    });
    return found ?? NONE;
  };

  /** A strict function that returns a set returns none for NULL; one that does not returns one row in FROM. */
  const emptySet = (call: Expr, scope: Scope): Hypotheses => {
    if (call.tag === 'OPEXPR') return call.opretset ? nullIn(outcome(call, scope)) : NONE;
    if (call.tag !== 'FUNCEXPR' || !call.funcretset) return NONE;
    const { schema, name = '' } = catalog.functions.get(call.funcid) ?? {};
    const isRecordSet = schema === 'pg_catalog' && RECORD_SETS.test(name);
    return nullIn(outcome(isRecordSet ? call.args?.[0] : call, scope));
  };

  return withoutRows;
}

// MergeMatchKind
const MATCHED = 0;
const NOT_MATCHED_BY_SOURCE = 1;

// Not strict, but without rows for NULL (populate_recordset_worker, src/backend/utils/adt/jsonfuncs.c).
const RECORD_SETS = /^jsonb?_to_recordset$/;
