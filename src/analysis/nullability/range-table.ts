import { baseType } from '../catalog/base-type.ts';
import { definingQuery } from '../catalog/definition.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { withQueryOf } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import { type CommonTableExpr, type Expr, type RangeTblEntry, Rte, type TableFunc } from '../tree/nodes.ts';
import { argumentFacts, setFacts } from './call.ts';
import type { Context, Frame, Opened } from './context.ts';
import { isLocking } from './foreign-key.ts';
import { joinColumns, joinFacts, sameFacts } from './join-facts.ts';
import { jsonTableColumns } from './json.ts';
import { pushDownPredicates } from './push-down.ts';
import { enclosing, learnOfRows, regionKey } from './refine.ts';
import { fieldFacts } from './row.ts';

/** The columns of an entry while they are worked out. */
const beingRead: readonly Facts[] = [];

/** What is proven of a range table entry's columns, in its own rows: outer joins are not considered. */
export function entryFacts(frame: Frame, index: number): readonly Facts[] {
  const known = frame.entries[index];
  if (known === beingRead) frame.engine.provisional.reads++;
  if (known !== undefined) return known;
  const entry = frame.scope.query.rtable?.[index - 1];
  // What is read on the way there (an ON condition about a LATERAL entry) knows nothing of the entry yet.
  frame.entries[index] = beingRead;
  const found = entry === undefined ? [] : columnsOf(frame, entry, index);
  frame.entries[index] = found;
  return found;
}

function columnsOf(frame: Frame, entry: RangeTblEntry, index: number): readonly Facts[] {
  switch (entry.rtekind) {
    case Rte.relation:
      return relationColumns(frame, entry, index);
    case Rte.subquery: {
      if (!entry.subquery) return [];
      const opened = frame.engine.open(entry.subquery, entryContext(frame, index));
      if (opened.isEmpty()) frame.empty.add(index);
      return opened.columnsGiven(pushDownPredicates(frame, index, entry.subquery));
    }
    case Rte.function:
      return functionColumns(frame, entry, index);
    case Rte.tablefunc:
      return entry.tablefunc ? tableFunctionColumns(entry.tablefunc) : [];
    case Rte.values: {
      const at = entryContext(frame, index);
      const rows = (entry.values_lists ?? []).map((row) => row.map((value) => frame.engine.facts(value, at)));
      return rows.length === 0 ? [] : rows.reduce<readonly Facts[]>(joinColumns, rows[0] ?? []);
    }
    case Rte.cte:
      return withColumns(frame, entry, index);
    default:
      return [];
  }
}

/**
 * Where an entry is read: as LATERAL sees it. Whatever holds for the rows that come out of FROM and WHERE holds
 * for those that an entry's own row ends up in.
 */
function entryContext(frame: Frame, index: number): Context {
  const { outer, proven } = frame;
  const at: Context = { frame, outer, proven, stage: 'row', caseTest: null, sublink: null };
  const regions = enclosing(frame.regions.of.get(index));
  return regions.length === 0
    ? at
    : learnOfRows(at, new Set(regions.map((region) => regionKey(frame, region))));
}

function relationColumns(frame: Frame, entry: RangeTblEntry, index: number): readonly Facts[] {
  const { catalog, trust } = frame.engine;
  const relation = catalog.relations.get(entry.relid ?? 0);
  const view = relation?.kind === 'v' && trust.definitions ? definingQuery(relation) : null;
  const conditions =
    view === null || isLocking(frame.scope.query) ? [] : pushDownPredicates(frame, index, view);
  if (view !== null && conditions.length > 0) return frame.engine.open(view, null).columnsGiven(conditions);
  const { columns } = frame.engine.relation(
    entry.relid ?? 0,
    entry.inh ?? false,
    isLocking(frame.scope.query) ? { foreignKeys: false } : {},
  );
  const found: Facts[] = [];
  for (const [number, facts] of columns) found[number - 1] = facts;
  return found;
}

function functionColumns(frame: Frame, entry: RangeTblEntry, index: number): readonly Facts[] {
  const functions = entry.functions ?? [];
  const at = entryContext(frame, index);
  const columns: Facts[] = [];
  for (const { funcexpr, funccolcount } of functions) {
    const found = rowsOf(funcexpr, at);
    // ROWS FROM fills the shorter ones up with NULL.
    const padded = functions.length > 1 || found?.length !== funccolcount;
    for (let i = 0; i < funccolcount; i++) columns.push(padded ? unknownFacts : (found?.[i] ?? unknownFacts));
  }
  if (entry.funcordinality) columns.push(notNull);
  return columns;
}

/** The columns of a function's rows; null if nothing is known of them. */
function rowsOf(expr: Expr, at: Context): readonly Facts[] | null {
  const { catalog } = at.frame.engine;
  const found =
    expr.tag === 'FUNCEXPR' && expr.funcretset
      ? setFacts(expr.funcid, argumentFacts(expr, at), at)
      : [at.frame.engine.facts(expr, at)];
  const type = catalog.types.get(baseType(catalog, expressionType(expr) ?? 0));
  // The fields of a row become columns.
  const isRow = type === undefined || type.kind === 'c' || type.kind === 'p';
  const [row, another] = found ?? [];
  if (!isRow || row === undefined || another !== undefined) return found;
  const last = row.fields?.at(-1)?.number ?? 0;
  return row.fields === undefined ? null : Array.from({ length: last }, (_, i) => fieldFacts(row, i + 1));
}

function tableFunctionColumns(table: TableFunc): readonly Facts[] {
  const isXml = (table.functype ?? 0) === 0;
  if (!isXml) return jsonTableColumns(table);
  return (table.coltypes ?? []).map((_, i) => {
    const given = i === table.ordinalitycol || (table.notnulls?.includes(i) ?? false);
    return given ? notNull : unknownFacts;
  });
}

function withColumns(frame: Frame, entry: RangeTblEntry, index: number): readonly Facts[] {
  const found = withQueryOf(frame.scope, entry);
  const holder = found === null ? null : frameAt(frame, entry.ctelevelsup ?? 0);
  if (found === null || holder === null) return [];
  const known = holder.withQueries.get(found.node);
  const columns =
    known ?? (found.node.cterecursive ? recursive(holder, found.node) : opened(holder, found.node));
  holder.withQueries.set(found.node, columns);
  if (found.node.cterecursive) return [...columns, ...columnsAdded(found.node, entryContext(frame, index))];
  if (holder.empty.has(found.node)) frame.empty.add(index);
  const conditions = pushDownPredicates(frame, index, found.node.ctequery);
  if (conditions.length === 0 || columns.every(({ nullable }) => !nullable)) return columns;
  return openWith(holder, found.node).columnsGiven(conditions);
}

/** SEARCH's column of the order, CYCLE's mark, which is one of two constants, and its path (PostgreSQL documentation, 7.8.2). */
function columnsAdded({ search_clause, cycle_clause }: CommonTableExpr, at: Context): readonly Facts[] {
  const added = search_clause === null ? [] : [notNull];
  if (cycle_clause === null) return added;
  const { facts } = at.frame.engine;
  const [marked, unmarked] = [cycle_clause.cycle_mark_value, cycle_clause.cycle_mark_default];
  return [...added, joinFacts(facts(marked, at), facts(unmarked, at)), notNull];
}

function frameAt(frame: Frame, levels: number): Frame | null {
  let at: Frame | null = frame;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer?.frame ?? null;
  return at;
}

function opened(holder: Frame, cte: CommonTableExpr): readonly Facts[] {
  return columnsOfWith(holder, cte, openWith(holder, cte));
}

function columnsOfWith(holder: Frame, cte: CommonTableExpr, query: Opened): readonly Facts[] {
  if (query.isEmpty()) holder.empty.add(cte);
  return query.columns();
}

function openWith(holder: Frame, cte: CommonTableExpr): Opened {
  return holder.engine.open(cte.ctequery, placeOfWith(holder));
}

/** A WITH query knows nothing of the rows of the query that it is in. */
function placeOfWith(holder: Frame): Context {
  return {
    frame: holder,
    outer: holder.outer,
    proven: holder.start,
    stage: 'row',
    caseTest: null,
    sublink: null,
  };
}

const MOST_ROUNDS = 50;

/**
 * A recursive WITH query: its rows are those of the first arm, and what the second arm makes of rows found
 * before. Starting with what holds for the first arm, what holds for all is weakened until it holds for both.
 */
function recursive(holder: Frame, cte: CommonTableExpr): readonly Facts[] {
  const arms = cte.ctequery.setOperations;
  const first = arms?.tag === 'SETOPERATIONSTMT' ? arms.larg : null;
  if (first === null) return [];
  const firstArm = { ...cte.ctequery, setOperations: first };
  let found = columnsOfWith(holder, cte, holder.engine.reopen(firstArm, placeOfWith(holder)));
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    holder.withQueries.set(cte, found);
    // Its own rows are taken to be what was found so far: each round is another query.
    const round = holder.engine.reopen(cte.ctequery, placeOfWith(holder));
    const next = joinColumns(found, columnsOfWith(holder, cte, round));
    if (next.every((facts, i) => sameFacts(facts, found[i] ?? unknownFacts))) return found;
    found = next;
  }
  return [];
}
