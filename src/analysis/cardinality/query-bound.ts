import type { Catalog } from '../catalog/catalog.ts';
import { innerScope, rootScope } from '../scope.ts';
import { constantValue } from '../tree/constants.ts';
import type { Expr, QueryNode, SetOperationStmt, SortGroupClause } from '../tree/nodes.ts';
import { Cmd, SetOp } from '../tree/nodes.ts';
import {
  bareColumn,
  type Cardinality,
  type Frame,
  frameOf,
  isConstant,
  type SettledResults,
} from './frame.ts';
import { treeBound, treeMinimum } from './join-tree.ts';
import { entryMinimum } from './range-table.ts';
import { distinguishes, type Known, nothingKnown, settleColumn, settledColumn } from './settled.ts';
import { writeBound } from './write-bound.ts';

/** The frame of a whole statement. */
export function rootFrame(query: QueryNode, catalog: Catalog, growing: ReadonlySet<number>): Frame {
  // Whoever tries entries in different orders asks for the same again and again.
  const counted = new Map<QueryNode, Map<string, Cardinality>>();
  const count: Frame['count'] = (frame, results) => {
    const key = JSON.stringify([...results]);
    const known = counted.get(frame.scope.query) ?? new Map<string, Cardinality>();
    counted.set(frame.scope.query, known);
    const found = known.get(key) ?? queryBound(frame, results);
    known.set(key, found);
    return found;
  };
  return { catalog, scope: rootScope(catalog, query), growing, count };
}

/** How many rows a query returns, of those whose results are so settled. */
export function queryBound(frame: Frame, results: SettledResults): Cardinality {
  const { query } = frame.scope;
  if (query.commandType !== Cmd.select) return writeBound(frame);
  const all =
    query.setOperations === null
      ? selectBound(frame, results)
      : armsBound(query.setOperations, frame, results);
  return consistent(limited(query, query.hasTargetSRFs ? { min: 0, max: null } : all));
}

/** What is known of a SELECT's FROM from what is settled of its results. */
export function knownFrom(results: SettledResults, query: QueryNode): Known {
  const known = nothingKnown();
  for (const { resno, expr } of query.targetList ?? []) {
    const settled = results.get(resno);
    const column = settled === undefined ? null : bareColumn(expr, query);
    if (settled !== undefined && column !== null) settleColumn(known, column.varno, column.attnum, settled);
  }
  return known;
}

function selectBound(frame: Frame, results: SettledResults): Cardinality {
  const { query } = frame.scope;
  const { groupClause, groupingSets, havingQual } = query;
  const filtered = havingQual !== null;
  if (groupingSets !== null) {
    // GROUP BY () is one group, of no rows too; others depend on the rows.
    const [only] = groupingSets;
    const one = groupClause === null && groupingSets.length === 1 && only?.kind === 0;
    return one ? { min: filtered ? 0 : 1, max: 1 } : { min: 0, max: null };
  }
  if (groupClause === null && (query.hasAggs || filtered)) return { min: filtered ? 0 : 1, max: 1 };

  const from = treeBound(query.jointree, [], frame, knownFrom(results, query), null);
  const rows = treeMinimum(query.jointree, (index) => entryMinimum(index, frame));
  let { max } = from;
  let min = query.rowMarks === null ? rows : 0;
  for (const clause of [groupClause, query.distinctClause]) {
    if (clause === null) continue;
    if (clause.every((item) => isOneGroup(item, frame, from.known, results))) max = 1;
    min = Math.min(min, 1);
  }
  return { min: filtered ? 0 : min, max };
}

function isOneGroup(item: SortGroupClause, frame: Frame, known: Known, results: SettledResults): boolean {
  const { query, catalog } = frame.scope;
  const target = query.targetList?.find(({ ressortgroupref }) => ressortgroupref === item.tleSortGroupRef);
  if (target === undefined) return false;
  if (isConstant(target.expr, frame, known)) return true;
  const column = bareColumn(target.expr, query);
  const settled = [
    column === null ? null : settledColumn(known, column.varno, column.attnum),
    target.resjunk ? null : (results.get(target.resno) ?? null),
  ];
  const families = catalog.equality.get(item.eqop) ?? [];
  return settled.some(
    (found) => found !== null && families.some((family) => distinguishes(found, family, -1, catalog)),
  );
}

function armsBound(node: QueryNode['setOperations'], frame: Frame, results: SettledResults): Cardinality {
  if (node === null) return { min: 0, max: null };
  if (node.tag === 'SETOPERATIONSTMT') return combined(node, frame, results);
  const arm = frame.scope.query.rtable?.[node.rtindex - 1]?.subquery;
  return arm ? queryBound(frameOf(frame, innerScope(frame.scope, arm)), results) : { min: 0, max: null };
}

function combined(node: SetOperationStmt, frame: Frame, results: SettledResults): Cardinality {
  const left = armsBound(node.larg, frame, results);
  const right = armsBound(node.rarg, frame, results);
  const sum = left.max === null || right.max === null ? null : left.max + right.max;
  switch (node.op) {
    case SetOp.union:
      return { min: node.all ? left.min + right.min : Math.min(1, left.min + right.min), max: sum };
    case SetOp.intersect:
      return { min: 0, max: least(left.max, right.max) };
    default:
      return { min: 0, max: left.max };
  }
}

function limited(query: QueryNode, rows: Cardinality): Cardinality {
  let { min, max } = rows;
  if (query.limitOffset !== null) {
    const offset = countOf(query.limitOffset);
    // NULL is no offset.
    const skipped = offset === null ? 0 : offset;
    min = skipped === undefined ? 0 : Math.max(0, min - skipped);
    if (max !== null && skipped !== undefined) max = Math.max(0, max - skipped);
  }
  if (query.limitCount === null) return { min, max };
  const count = countOf(query.limitCount);
  if (count === null) return { min, max };
  if (count === undefined) return { min: 0, max };
  // WITH TIES returns more where rows are equal in order, but not fewer.
  const withTies = query.limitOption === 1 && count > 0;
  return { min: Math.min(min, count), max: withTies ? max : least(max, count) };
}

/** A constant LIMIT or OFFSET: null for NULL, undefined if it is not constant. */
function countOf(expr: Expr): number | null | undefined {
  // The parser casts an integer constant to bigint.
  if (
    expr.tag === 'FUNCEXPR' &&
    expr.args?.length === 1 &&
    expr.funcresulttype === 20 &&
    expr.funcformat !== 0
  ) {
    const [arg] = expr.args;
    return arg?.tag === 'CONST' ? countOf(arg) : undefined;
  }
  if (expr.tag !== 'CONST') return undefined;
  const value = constantValue(expr);
  return value === null || typeof value === 'number' ? value : undefined;
}

function consistent({ min, max }: Cardinality): Cardinality {
  return { min: max === null ? min : Math.min(min, max), max };
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
