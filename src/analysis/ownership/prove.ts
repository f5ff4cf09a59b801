import type { Catalog, Relation } from '../catalog/catalog.ts';
import { setOperationArms } from '../scope.ts';
import { countSteps, step } from '../steps.ts';
import { calledFunctions } from '../tree/calls.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import {
  Cmd,
  type Expr,
  Join,
  type JoinTreeNode,
  type MergeAction,
  type Node,
  type QueryNode,
  Rte,
} from '../tree/nodes.ts';
import { selectFrom } from '../tree/select-from.ts';
import { walk } from '../tree/walk.ts';
import { calledBodies, isOwnFunction } from './calls.ts';
import { areEqual, type Equalities, noEqualities, OWNER, type Pair, withPairs } from './equalities.ts';
import {
  heldIn,
  heldWhere,
  isInlined,
  ownerColumnsOfRecursion,
  sameTypes,
  viewUse,
  whereReturned,
} from './held.ts';
import { isOwned, isOwnedBy } from './owned-row.ts';
import type { OwnerScope } from './owner-scope.ts';
import {
  canFilter,
  columnValue,
  comesFromRows,
  innerUse,
  isOneRow,
  numberedResults,
  type QueryUse,
  rootUse,
  rowValue,
  withQueryUse,
} from './query-use.ts';
import { limitedBy } from './row-security.ts';
import { showsOwned } from './stored.ts';
import type { ProofWalk, Unproven } from './unproven.ts';
import { notRewritten, proveConflict, proveInsert, proveUpdate } from './writes.ts';
import { writtenPairs } from './written-row.ts';

/** What a proof may cost, in steps. */
const BUDGET = 200_000;

/**
 * What of a statement is not proven to read, show and change rows of one owner only: the rows of other owners have no part in
 * its result and none of them is written. Sound, not complete: each kind of condition that is not known proves nothing.
 *
 * Not considered: triggers, foreign keys' actions, defaults, errors that an expression raises for another owner's row before
 * the condition is applied, unique keys that two owners share, system catalogs, and how long a statement takes.
 *
 * `uses`: whether the statement uses a table with owners at all.
 *
 * @param ownerParams numbers of the parameters that are the owner
 * @param variadicParams numbers of the parameters that are more than one value
 * @param rowSecurity whether forced row-level security counts
 */
export function ownership(
  query: QueryNode,
  catalog: Catalog,
  owner: OwnerScope,
  ownerParams: ReadonlySet<number>,
  variadicParams: ReadonlySet<number>,
  rowSecurity = false,
): { readonly unproven: readonly Unproven[]; readonly uses: boolean } {
  const limited = new Map<string, boolean>();
  const proof = newProof(catalog, owner, ownerParams, variadicParams, (relation, limit) => {
    if (!rowSecurity) return false;
    const key = `${relation.oid} ${limit}`;
    const known = limited.get(key);
    if (known !== undefined) return known;
    // Within its own policies a table has not been shown to be limited.
    limited.set(key, false);
    const isLimited = limitedBy(relation, limit, (condition) => provePolicy(relation, condition, proof));
    limited.set(key, isLimited);
    return isLimited;
  });
  const { exhausted } = countSteps(() => proveStatement(query, proof), BUDGET);
  const unproven: readonly Unproven[] = exhausted
    ? [{ relation: null, alias: null, kind: 'costly' }]
    : proof.found;
  return { unproven, uses: proof.usesOwned };
}

/** What a policy's condition proves, by itself, of the rows that meet it. */
function provePolicy(
  relation: Relation,
  condition: Expr,
  { catalog, owner, isLimited }: ProofWalk,
): { readonly isProven: boolean; readonly isOwned: boolean } {
  const proof = newProof(catalog, owner, new Set(), new Set(), isLimited);
  const use = rootUse(proof, selectFrom(relation.oid, false, condition));
  const rows = withPairs(noEqualities, heldWhere(condition, use, proof));
  proveCondition(condition, rows, use, proof);
  const owned = owner.tables.get(relation.oid);
  const value = (column: number) => columnValue(use, 1, column);
  return {
    isProven: proof.found.length === 0,
    isOwned: owned !== undefined && isOwnedBy(owned, value, rows, proof, new Set([relation.oid])),
  };
}

function newProof(
  catalog: Catalog,
  owner: OwnerScope,
  ownerParams: ReadonlySet<number>,
  variadicParams: ReadonlySet<number>,
  isLimited: ProofWalk['isLimited'],
): ProofWalk {
  return {
    catalog,
    owner,
    ownerParams,
    variadicParams,
    uses: 0,
    tables: new Map(),
    assumed: new Map(),
    known: new Map(),
    recursions: new Map(),
    bodies: [],
    isLimited,
    found: [],
    mayAct: false,
    usesOwned: false,
    recursing: 0,
    returning: null,
    reached: new Set(),
  };
}

function proveStatement(query: QueryNode, proof: ProofWalk): void {
  try {
    proveQuery(rootUse(proof, query), noEqualities, noColumns, proof, true);
  } catch (error) {
    // JavaScript's stack is at its end.
    if (!(error instanceof RangeError)) throw error;
    proof.found.push({ relation: null, alias: null, kind: 'costly' });
    return;
  }
  let isWhole = true;
  walk(proof.catalog, query, null, (node) => {
    if (!step()) return false;
    const matters = node.tag === 'QUERY' || calledFunctions(node, proof.catalog).some(isOwnFunction);
    if (matters && !proof.reached.has(node)) isWhole = false;
    return isWhole;
  });
  if (!isWhole) proof.found.push({ relation: null, alias: null, kind: 'costly' });
}

const noColumns: ReadonlySet<number> = new Set();

/**
 * @param around what is equal where the query matters
 * @param wanted result columns of which only rows with the owner matter
 * @param isExecuted whether each of its rows is asked for, as a statement's: nothing around it drops some
 */
function proveQuery(
  use: QueryUse,
  surrounding: Equalities,
  wantedAround: ReadonlySet<number>,
  proof: ProofWalk,
  isExecuted = false,
): void {
  if (!step()) return;
  const mayAct = proof.mayAct;
  proof.mayAct = false;
  proveParts(use, surrounding, wantedAround, proof, isExecuted);
  proof.mayAct = mayAct;
}

function proveParts(
  use: QueryUse,
  surrounding: Equalities,
  wantedAround: ReadonlySet<number>,
  proof: ProofWalk,
  isExecuted: boolean,
): void {
  const { query } = use.scope;
  proof.reached.add(query);
  // FOR UPDATE locks what the query finds, also what conditions around it drop afterwards.
  const locks = query.rowMarks !== null;
  const around = locks ? noEqualities : surrounding;
  const wanted = locks ? noColumns : wantedAround;
  for (const cte of query.cteList ?? []) {
    if (isInlined(cte)) continue;
    const inner = innerUse(proof, use, cte, cte.ctequery);
    if (cte.cterecursive) ownerColumnsOfRecursion(inner, proof);
    proveQuery(inner, around, noColumns, proof, isExecuted && cte.ctequery.commandType !== Cmd.select);
  }
  proveExpressions([query.limitCount, query.limitOffset], around, use, proof);
  if (query.setOperations !== null) {
    const filtered = query.limitCount === null && query.limitOffset === null ? wanted : noColumns;
    const types = query.setOperations.tag === 'SETOPERATIONSTMT' ? query.setOperations.colTypes : [];
    for (const entry of setOperationArms(query)) {
      if (!entry.subquery) continue;
      const arm = innerUse(proof, use, entry, entry.subquery);
      const same = sameTypes(arm, types, proof);
      proveQuery(arm, around, new Set([...filtered].filter((column) => same.has(column))), proof, isExecuted);
    }
    return;
  }
  const only = numberedResults(use).flatMap(([column, entry]): readonly Pair[] => {
    if (!wanted.has(column) || !canFilter(use.scope, entry, proof.catalog)) return [];
    const value = rowValue(entry.expr, use, proof);
    return value === null ? [] : [[value, OWNER]];
  });
  const merged = query.commandType === Cmd.merge && query.mergeActionList != null;
  // PostgreSQL 15 and 16 have MERGE's ON there, which is not true of source rows without a partner.
  const from = merged && query.jointree !== null ? { ...query.jointree, quals: null } : query.jointree;
  const source = withPairs(around, [...heldIn(from, use, proof), ...only]);
  const condition = merged ? (query.mergeJoinCondition ?? query.jointree?.quals ?? null) : null;
  const rows = merged ? withPairs(source, heldWhere(condition, use, proof)) : source;
  proveFrom(from, source, use, isExecuted, proof);
  if (condition !== null) proveCondition(condition, rows, use, proof);
  const written = proveWrite(query, use, { around, source, rows, isExecuted }, proof);
  // An aggregate without GROUP BY has a row also where no row meets the conditions.
  const inRows = comesFromRows(query) ? rows : around;
  proveExpressions([query.havingQual, query.windowClause], inRows, use, proof, rows);
  // From PostgreSQL 18 on expressions of GROUP BY are there.
  for (const entry of query.rtable ?? [])
    if (entry.rtekind === Rte.group) proveExpressions(entry.groupexprs, source, use, proof);
  proof.mayAct = isExecuted;
  proveExpressions(query.targetList, inRows, use, proof, rows);
  whereReturned(use, proof, () => proveExpressions(query.returningList, written, use, proof));
}

/** @param isExecuted whether each row of the query is asked for */
function proveFrom(
  node: JoinTreeNode | null,
  rows: Equalities,
  use: QueryUse,
  isExecuted: boolean,
  proof: ProofWalk,
): void {
  if (node === null) return;
  // What INSERT … SELECT and INSERT … VALUES insert.
  const isInserted = isExecuted && use.scope.query.commandType === Cmd.insert;
  const inserted = isInserted && node.tag === 'FROMEXPR' && node.quals === null ? node.fromlist : null;
  const waiting: { readonly node: JoinTreeNode; readonly rows: Equalities }[] = [{ node, rows }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!step()) return;
    const { node: at, rows: known } = next;
    if (at.tag === 'RANGETBLREF')
      proveEntry(at.rtindex, known, use, inserted?.length === 1 && inserted[0] === at, proof);
    else if (at.tag === 'FROMEXPR') {
      for (const item of at.fromlist ?? []) waiting.push({ node: item, rows: known });
      proveCondition(at.quals, known, use, proof);
    } else {
      const on = withPairs(known, heldWhere(at.quals, use, proof));
      const side = (part: JoinTreeNode, isNullable: boolean) => {
        // A row of the nullable side matters where ON is true, or keeps the other side's row from being without a partner.
        const base = isNullable && at.jointype !== Join.full ? on : known;
        waiting.push({ node: part, rows: isNullable ? withPairs(base, heldIn(part, use, proof)) : known });
      };
      side(at.larg, at.jointype === Join.right || at.jointype === Join.full);
      side(at.rarg, at.jointype === Join.left || at.jointype === Join.full);
      proveCondition(at.quals, on, use, proof);
    }
  }
}

/** A condition that drops the rows of which it is not true: the operands of AND and OR are conditions, too. */
function proveCondition(condition: Expr | null, rows: Equalities, use: QueryUse, proof: ProofWalk): void {
  const waiting: { readonly expr: Expr | null; readonly rows: Equalities }[] = [{ expr: condition, rows }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const one of conjuncts(next.expr)) {
      if (!step()) return;
      if (one.tag === 'BOOLEXPR' && one.boolop === 'or') {
        for (const arm of one.args)
          waiting.push({ expr: arm, rows: withPairs(next.rows, heldWhere(arm, use, proof)) });
      } else proveExpressions(one, next.rows, use, proof);
    }
  }
}

/**
 * The subqueries and function calls of expressions.
 * @param aggregated what is equal in the rows that aggregates are computed from
 */
function proveExpressions(
  nodes: unknown,
  rows: Equalities,
  use: QueryUse,
  proof: ProofWalk,
  aggregated = rows,
): void {
  walk(proof.catalog, nodes, use.scope, (node) => {
    if (!step()) return false;
    if (node.tag === 'SUBLINK') {
      const isCalled = proof.mayAct && isOneRow(node.subselect);
      proveQuery(innerUse(proof, use, node, node.subselect), rows, noColumns, proof, isCalled);
      proveExpressions(node.testexpr, rows, use, proof);
      return false;
    }
    proof.reached.add(node);
    proveCalls(node, use, proof);
    if (node.tag === 'AGGREF' && node.agglevelsup === 0) {
      proveExpressions([node.args, node.aggfilter], aggregated, use, proof);
      proveExpressions(node.aggdirectargs, rows, use, proof);
      return false;
    }
    return true;
  });
}

/** Expressions that are computed for rows that have met all conditions, if the query is executed. */
function proveCalled(
  nodes: unknown,
  rows: Equalities,
  use: QueryUse,
  isExecuted: boolean,
  proof: ProofWalk,
): void {
  const mayAct = proof.mayAct;
  proof.mayAct = isExecuted;
  proveExpressions(nodes, rows, use, proof);
  proof.mayAct = mayAct;
}

/** @param isExecuted whether each of its rows is asked for */
function proveEntry(
  varno: number,
  rows: Equalities,
  use: QueryUse,
  isExecuted: boolean,
  proof: ProofWalk,
): void {
  const entry = use.scope.query.rtable?.[varno - 1];
  if (entry === undefined) return;
  const wanted = (query: QueryNode): ReadonlySet<number> => {
    const count = (query.commandType === Cmd.select ? query.targetList : query.returningList)?.length ?? 0;
    const columns = Array.from({ length: count }, (_, i) => i + 1);
    return new Set(columns.filter((column) => areEqual(rows, columnValue(use, varno, column), OWNER)));
  };
  switch (entry.rtekind) {
    case Rte.relation: {
      proveExpressions(entry.tablesample, rows, use, proof);
      const view = viewUse(use, varno, proof);
      if (view === null) proveTable(varno, rows, use, proof);
      // A FOR UPDATE of the query locks in the view, too, before the conditions around it.
      else if (use.scope.query.rowMarks !== null) proveQuery(view, noEqualities, noColumns, proof);
      else proveQuery(view, rows, wanted(view.scope.query), proof);
      break;
    }
    case Rte.subquery:
      if (entry.subquery)
        proveQuery(
          innerUse(proof, use, entry, entry.subquery),
          rows,
          wanted(entry.subquery),
          proof,
          isExecuted,
        );
      break;
    case Rte.cte: {
      const found = withQueryUse(use, entry);
      if (found === null || !isInlined(found.node)) break;
      const { ctequery } = found.node;
      proveQuery(innerUse(proof, found.holder, entry, ctequery, use), rows, wanted(ctequery), proof);
      break;
    }
    default:
      proveCalled(entry.values_lists, rows, use, isExecuted, proof);
      proveExpressions([entry.functions, entry.tablefunc], rows, use, proof);
  }
}

function proveTable(varno: number, rows: Equalities, use: QueryUse, proof: ProofWalk): void {
  const { catalog, owner } = proof;
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  if (entry === undefined || relation === undefined) return;
  const alias = entry.alias?.aliasname ?? relation.name;
  const missing = (kind: Unproven['kind']) => proof.found.push({ relation, alias, kind });
  if (owner.parents.has(relation.oid) && entry.inh !== false) missing('parent');
  if (!owner.tables.has(relation.oid)) {
    if (relation.kind === 'm' && showsOwned(relation, proof)) missing('stored');
    return;
  }
  proof.usesOwned = true;
  if (entry.tablesample) missing('sampled');
  else if (!isOwned(relation, { use, varno, isWritten: false }, rows, proof)) missing('read');
}

/** What is equal around a statement, in the rows that it reads beside its target, and in all of them. */
interface Places {
  readonly around: Equalities;
  readonly source: Equalities;
  readonly rows: Equalities;
  readonly isExecuted: boolean;
}

/**
 * What an INSERT, UPDATE, DELETE or MERGE writes.
 * @returns what is equal in the rows that are returned
 */
function proveWrite(query: QueryNode, use: QueryUse, places: Places, proof: ProofWalk): Equalities {
  const { resultRelation, targetList } = query;
  const { around, source, rows } = places;
  const written = proof.catalog.relations.get(query.rtable?.[resultRelation - 1]?.relid ?? 0);
  if (query.commandType === Cmd.select || written === undefined) return around;
  switch (query.commandType) {
    case Cmd.insert:
      proveInsert(written, targetList, query.override, use, source, proof);
      return withPairs(source, writtenPairs(use, proveMet(query, written, use, places, proof), proof));
    case Cmd.update:
      proveUpdate(written, targetList, use, rows, proof);
      return withPairs(rows, writtenPairs(use, [], proof));
    case Cmd.delete:
      notRewritten(written, 'delete', proof);
      return rows;
    default:
      if (written.kind === 'v') proof.found.push({ relation: written, alias: null, kind: 'rewritten' });
      proveTable(resultRelation, rows, use, proof);
      for (const action of query.mergeActionList ?? []) proveAction(action, written, use, places, proof);
      // Some of the rows are those of an action, which the join does not have.
      return around;
  }
}

/**
 * ON CONFLICT and its parts.
 * @returns what is equal where its condition is true
 */
function proveMet(
  query: QueryNode,
  written: Relation,
  use: QueryUse,
  { source, isExecuted }: Places,
  proof: ProofWalk,
): readonly Pair[] {
  const { onConflict } = query;
  const condition = onConflict?.onConflictWhere ?? null;
  const where = heldWhere(condition, use, proof);
  const rows = proveConflict(query, written, use, source, where, proof);
  proveExpressions([onConflict?.arbiterElems, onConflict?.arbiterWhere], source, use, proof);
  proveCondition(condition, rows, use, proof);
  proveCalled(onConflict?.onConflictSet, rows, use, isExecuted, proof);
  return where;
}

function proveAction(
  action: MergeAction,
  written: Relation,
  use: QueryUse,
  { around, source, rows, isExecuted }: Places,
  proof: ProofWalk,
): void {
  const isUnmatchedTarget = action.matchKind === 1;
  const isUnmatchedSource = action.matchKind === 2 || action.matched === false;
  const known = isUnmatchedTarget ? around : isUnmatchedSource ? source : rows;
  const own = withPairs(known, heldWhere(action.qual, use, proof));
  proveCondition(action.qual, own, use, proof);
  proveCalled(action.targetList, own, use, isExecuted, proof);
  if (isUnmatchedTarget && action.commandType !== Cmd.nothing) {
    const { tables, parents } = proof.owner;
    if (tables.has(written.oid) || parents.has(written.oid))
      proof.found.push({ relation: written, alias: null, kind: 'unmatched' });
  }
  if (action.commandType === Cmd.insert) {
    proveInsert(written, action.targetList, action.override ?? 0, use, own, proof);
  }
  if (action.commandType === Cmd.update) proveUpdate(written, action.targetList, use, own, proof);
  if (action.commandType === Cmd.delete) notRewritten(written, 'delete', proof);
}

/** The bodies of the functions that a node calls. */
function proveCalls(node: Node, use: QueryUse, proof: ProofWalk): void {
  for (const { called, queries } of calledBodies(node, use, proof)) {
    proof.bodies.push(called);
    for (const query of queries) proveQuery(query, noEqualities, noColumns, proof, proof.mayAct);
    proof.bodies.pop();
  }
}
