import { minTree } from '../cardinality/min-rows.ts';
import { type Facts, unknownFacts } from '../facts.ts';
import { foldSetOperation, innerScope, resultExpressions, rootScope } from '../scope.ts';
import { isAlways } from '../tree/constants.ts';
import { expressionType } from '../tree/expression-type.ts';
import { isGrouped, mayBeEmpty } from '../tree/groups.ts';
import {
  Cmd,
  type QueryNode,
  type RangeTblRef,
  SetOp,
  type SetOperationStmt,
  type TargetEntry,
} from '../tree/nodes.ts';
import { startingFrom } from './atoms.ts';
import { type Context, contextAt, type Engine, type Frame, type Opened } from './context.ts';
import { keepsNotNull } from './conversion.ts';
import { hasMatchingRow } from './foreign-key.ts';
import { groupingOf } from './grouping.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { emptyMemo, remembered } from './memo.ts';
import { isEmptyEntry, isEmptyOperation, isNever, lacksRows } from './no-row.ts';
import { TRUE } from './outcomes.ts';
import { regionsOf } from './outer-join-side.ts';
import { entryFacts } from './range-table.ts';
import { isMatched, learnOfRows, regionKey } from './refine.ts';
import { writtenBy } from './returning.ts';

/** How often a query is opened, in different contexts of queries around it. */
const MOST_OPENS = 64;

/** Opens a query, or gives back what was opened in the same context before. */
export function openOnce(engine: Engine, query: QueryNode, outer: Context | null): Opened {
  if (outer === null) {
    const found = engine.roots.get(query) ?? analyseQuery(engine, query, null);
    engine.roots.set(query, found);
    return found;
  }
  return remembered(
    outer.frame.memo.opened,
    query,
    outer,
    0,
    () => unreadQuery(engine, query, outer),
    (at) => {
      const opens = (engine.opens.get(query) ?? 0) + 1;
      engine.opens.set(query, opens);
      return opens > MOST_OPENS ? unreadQuery(engine, query, outer) : analyseQuery(engine, query, at);
    },
  );
}

/** A query of which nothing is known. */
function unreadQuery(engine: Engine, query: QueryNode, outer: Context): Opened {
  const frame = newFrame(engine, query, outer);
  const stage = query.commandType !== Cmd.select ? 'returning' : isGrouped(query) ? 'group' : 'row';
  const columns = resultExpressions(query).map(() => unknownFacts);
  return {
    frame,
    result: { ...rowContext(frame), stage },
    never: false,
    isEmpty: () => false,
    columns: () => columns,
    columnsGiven: () => columns,
  };
}

/**
 * Opens a query: reads its conditions, and says what is known where its result is made.
 * @param outer where it is in the query around it; null for a statement, view or function body
 */
export function analyseQuery(engine: Engine, query: QueryNode, outer: Context | null): Opened {
  const frame = newFrame(engine, query, outer);
  const rows = readConditions(frame);
  const result = resultContext(frame, rows.at);
  frame.windowed = result.at.proven;
  let columns: readonly Facts[] | null = null;
  let empty: boolean | null = null;
  const never = isNever(query, rows.never, result.never);
  const isEmpty = () => {
    empty ??= never || lacksRows(frame);
    return empty;
  };
  const all = () => {
    columns ??= known(
      query.setOperations === null ? targetFacts(result.at) : setOperation(frame, query.setOperations),
      isEmpty,
    );
    return columns;
  };
  return {
    frame,
    result: result.at,
    never,
    isEmpty,
    columns: all,
    columnsGiven: (conditions) => {
      if (conditions.length === 0 || query.setOperations !== null || all().every((one) => !one.nullable))
        return all();
      let { at } = result;
      for (const condition of conditions) at = learnOfRows(at, engine.implications(condition, TRUE, at));
      return known(targetFacts(at), isEmpty);
    },
  };
}

/** What is not there is not NULL. */
function known(columns: readonly Facts[], isEmpty: () => boolean): readonly Facts[] {
  if (columns.every(({ nullable }) => !nullable) || !isEmpty()) return columns;
  return columns.map((facts) => withNullable(facts, false));
}

function newFrame(engine: Engine, query: QueryNode, outer: Context | null): Frame {
  const scope = outer === null ? rootScope(engine.catalog, query) : innerScope(outer.frame.scope, query);
  const start = startingFrom(outer?.proven ?? null);
  const frame: { -readonly [K in keyof Frame]: Frame[K] } = {
    id: engine.nextFrame(),
    scope,
    engine,
    outer,
    regions: regionsOf(query),
    entries: [],
    withQueries: new Map(),
    start,
    proven: start,
    windowed: start,
    grouping: null,
    empty: new Set(),
    written: null,
    memo: emptyMemo(),
  };
  if (query.groupingSets !== null) frame.grouping = groupingOf(rowContext(frame));
  return frame;
}

function rowContext(frame: Frame): Context {
  const { outer, proven } = frame;
  return { frame, outer, proven, stage: 'row', useExclusions: true, caseTest: null, sublink: null };
}

/** Where rows are considered, and whether there are none because conditions can't be true. */
interface Place {
  readonly at: Context;
  readonly never: boolean;
}

/** What the rows are like that come out of FROM and WHERE. */
function readConditions(frame: Frame): Place {
  let at = rowContext(frame);
  let never = false;
  for (const condition of frame.regions.root.conditions) {
    const atoms = frame.engine.implications(condition, TRUE, at);
    never ||= atoms === 'contradiction';
    at = learnOfRows(at, atoms);
    frame.proven = at.proven;
  }
  for (let before: Context | null = null; before !== at; ) {
    before = at;
    at = withPartners(frame, at);
    frame.proven = at.proven;
  }
  return { at, never };
}

/** Learns of outer joins that always find a partner: along foreign keys, or any row of what has one for sure. */
function withPartners(frame: Frame, rows: Context): Context {
  const { query } = frame.scope;
  let at = rows;
  for (const { region, side, condition } of frame.regions.added) {
    if (isMatched(frame, region, at.proven) || !isMatched(frame, region.parent ?? undefined, at.proven))
      continue;
    const found =
      side.tag === 'RANGETBLREF' &&
      hasMatchingRow(query, side.rtindex, condition, (levels) => contextAt(at, levels));
    if (found || (isAlways(condition) && minTree(side, frame.scope) > 0))
      at = learnOfRows(at, new Set([regionKey(frame, region)]));
  }
  return at;
}

function resultContext(frame: Frame, rows: Context): Place {
  const { query } = frame.scope;
  if (query.commandType !== 1) {
    frame.written = writtenBy(frame, rows);
    return { at: { ...rows, stage: 'returning' }, never: false };
  }
  if (!isGrouped(query)) return { at: rows, never: false };
  // An empty group has no row of which WHERE could tell anything.
  const proven = mayBeEmpty(query) ? frame.start : rows.proven;
  const groups: Context = { ...rows, proven, stage: 'group' };
  if (query.havingQual === null) return { at: groups, never: false };
  const atoms = frame.engine.implications(query.havingQual, TRUE, groups);
  return { at: learnOfRows(groups, atoms), never: atoms === 'contradiction' };
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
    return unknownFacts;
  }
  return context.frame.engine.facts(entry.expr, context);
}

/** What an arm of a set operation returns. */
interface Arm {
  readonly columns: readonly Facts[];
  readonly types: readonly number[];
  /** No row, whatever the data. */
  readonly isEmpty: boolean;
}

/** Columns of UNION, INTERSECT and EXCEPT. */
function setOperation(frame: Frame, root: SetOperationStmt | RangeTblRef): readonly Facts[] {
  return foldSetOperation<Arm>(
    root,
    (arm) => armOf(frame, arm),
    (operation, left, right) => ({
      columns: combined(operation, converted(frame, operation, left), converted(frame, operation, right)),
      types: operation.colTypes,
      isEmpty: isEmptyOperation(operation.op, left.isEmpty, right.isEmpty),
    }),
  ).columns;

  function combined({ op }: SetOperationStmt, left: Arm, right: Arm): readonly Facts[] {
    switch (op) {
      case SetOp.union:
        if (left.isEmpty) return right.columns;
        if (right.isEmpty) return left.columns;
        return left.columns.map((facts, i) => joinFacts(facts, right.columns[i] ?? unknownFacts));
      case SetOp.intersect:
        // A row is in both, and NULL is only like NULL.
        return left.columns.map((facts, i) =>
          withNullable(facts, facts.nullable && (right.columns[i]?.nullable ?? true)),
        );
      case SetOp.except:
        return left.columns;
      default:
        return left.columns.map(() => unknownFacts);
    }
  }
}

function armOf(frame: Frame, arm: RangeTblRef): Arm {
  const query = frame.scope.query.rtable?.[arm.rtindex - 1]?.subquery;
  return {
    columns: entryFacts(frame, arm.rtindex),
    types: (query ? resultExpressions(query) : []).map((expr) => expressionType(expr) ?? 0),
    isEmpty: isEmptyEntry(frame, arm.rtindex),
  };
}

/** An arm with its columns converted to the set operation's types. */
function converted(frame: Frame, operation: SetOperationStmt, arm: Arm): Arm {
  const { catalog } = frame.engine;
  const columns = arm.columns.map((facts, i) =>
    keepsNotNull(catalog, arm.types[i] ?? 0, operation.colTypes[i] ?? 0) ? facts : unknownFacts,
  );
  return { ...arm, columns };
}
