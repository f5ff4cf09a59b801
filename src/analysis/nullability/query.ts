import { anything, type Facts } from '../facts.ts';
import { innerScope, resultExpressions, rootScope } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import {
  type QueryNode,
  type RangeTblRef,
  SetOp,
  type SetOperationStmt,
  type TargetEntry,
} from '../tree/nodes.ts';
import type { Context, Engine, Frame, Opened } from './context.ts';
import { keepsNotNull } from './conversion.ts';
import { groupingOf, isGrouped, mayBeEmpty } from './grouping.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { learn } from './learn.ts';
import { entryFacts } from './range-table.ts';
import { regionsOf } from './regions.ts';
import { writtenBy } from './returning.ts';

/**
 * Opens a query: reads its conditions, and says what is known where its result is made.
 * @param outer where it stands in the query around it; null for a statement, view or function body
 */
export function openQuery(engine: Engine, query: QueryNode, outer: Context | null): Opened {
  const frame = newFrame(engine, query, outer);
  const rows = readConditions(frame);
  const result = resultContext(frame, rows);
  let columns: readonly Facts[] | null = null;
  return {
    frame,
    result,
    columns: () => {
      columns ??=
        query.setOperations === null ? targetFacts(result) : setOperation(frame, query.setOperations);
      return columns;
    },
  };
}

function newFrame(engine: Engine, query: QueryNode, outer: Context | null): Frame {
  const scope = outer === null ? rootScope(engine.catalog, query) : innerScope(outer.frame.scope, query);
  const frame: { -readonly [K in keyof Frame]: Frame[K] } = {
    id: engine.nextFrame(),
    scope,
    engine,
    outer,
    regions: regionsOf(query),
    entries: [],
    withQueries: new Map(),
    proven: outer?.proven ?? null,
    grouping: null,
    written: null,
  };
  if (query.groupingSets !== null) frame.grouping = groupingOf(rowContext(frame));
  return frame;
}

function rowContext(frame: Frame): Context {
  const { outer, proven } = frame;
  return { frame, outer, proven, stage: 'row', caseTest: null, sublink: null };
}

/** What the rows are like that come out of FROM and WHERE. */
function readConditions(frame: Frame): Context {
  let at = rowContext(frame);
  for (const condition of frame.regions.root.conditions) {
    at = learn(at, frame.engine.assume(condition, 1, at));
    frame.proven = at.proven;
  }
  return at;
}

function resultContext(frame: Frame, rows: Context): Context {
  const { query } = frame.scope;
  if (query.commandType !== 1) {
    frame.written = writtenBy(frame, rows);
    return { ...rows, stage: 'returning' };
  }
  if (!isGrouped(query)) return rows;
  // An empty group has no row of which WHERE could tell anything.
  const proven = mayBeEmpty(query) ? (frame.outer?.proven ?? null) : rows.proven;
  const groups: Context = { ...rows, proven, stage: 'group' };
  return query.havingQual === null ? groups : learn(groups, frame.engine.assume(query.havingQual, 1, groups));
}

function targetFacts(context: Context): readonly Facts[] {
  const { query } = context.frame.scope;
  const list = (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
  return list.filter((entry) => !entry.resjunk).map((entry) => entryFactsOf(entry, context));
}

function entryFactsOf(entry: TargetEntry, context: Context): Facts {
  const { grouping } = context.frame;
  if (
    context.stage === 'group' &&
    entry.ressortgroupref !== 0 &&
    grouping?.references.has(entry.ressortgroupref)
  ) {
    return anything;
  }
  return context.frame.engine.facts(entry.expr, context);
}

/** Columns of UNION, INTERSECT and EXCEPT. */
function setOperation(frame: Frame, node: SetOperationStmt | RangeTblRef): readonly Facts[] {
  if (node.tag === 'RANGETBLREF') return entryFacts(frame, node.rtindex);
  const left = converted(frame, node, node.larg);
  const right = converted(frame, node, node.rarg);
  switch (node.op) {
    case SetOp.union:
      return left.map((facts, i) => joinFacts(facts, right[i] ?? anything));
    case SetOp.intersect:
      // A row is in both, and NULL is only like NULL.
      return left.map((facts, i) => withNullable(facts, facts.nullable && (right[i]?.nullable ?? true)));
    case SetOp.except:
      return left;
    default:
      return left.map(() => anything);
  }
}

/** An arm's columns, converted to the set operation's types. */
function converted(
  frame: Frame,
  operation: SetOperationStmt,
  arm: SetOperationStmt | RangeTblRef,
): readonly Facts[] {
  const { catalog } = frame.engine;
  const query = arm.tag === 'RANGETBLREF' ? frame.scope.query.rtable?.[arm.rtindex - 1]?.subquery : null;
  const types =
    arm.tag === 'SETOPERATIONSTMT'
      ? arm.colTypes
      : (query ? resultExpressions(query) : []).map((expr) => expressionType(expr) ?? 0);
  return setOperation(frame, arm).map((facts, i) =>
    keepsNotNull(catalog, types[i] ?? 0, operation.colTypes[i] ?? 0) ? facts : withNullable(facts, true),
  );
}
