import { type Catalog, FIRST_NORMAL_OID, type FunctionEntry, type Relation } from '../catalog/catalog.ts';
import { definingQuery } from '../catalog/definition.ts';
import { knownBody } from '../catalog/known-body.ts';
import { isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { setOperationArms } from '../scope.ts';
import { countSteps, step } from '../steps.ts';
import { calledFunctions } from '../tree/calls.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import {
  Cmd,
  type Expr,
  type FuncExpr,
  Join,
  type JoinTreeNode,
  type MergeAction,
  type Node,
  type QueryNode,
  Rte,
  type TargetEntry,
} from '../tree/nodes.ts';
import { isNode, readNodes } from '../tree/read.ts';
import { walk } from '../tree/walk.ts';
import {
  areEqual,
  type Equalities,
  noEqualities,
  OWNER,
  type Pair,
  type RowValue,
  withPairs,
} from './equalities.ts';
import {
  arbiterColumns,
  heldIn,
  heldWhere,
  isIgnored,
  isInlined,
  type Knowledge,
  ownerColumnsOfRecursion,
  sameTypes,
  viewUse,
  whereReturned,
  writtenPairs,
} from './held.ts';
import type { OwnerScope, Ownership } from './owner-scope.ts';
import {
  canFilter,
  columnValue,
  comesFromRows,
  innerUse,
  isListed,
  mayFold,
  numberedResults,
  type QueryUse,
  rootUse,
  rowValue,
  withQueryUse,
} from './query-use.ts';

/** What of a statement is not proven to keep to one owner's rows. */
export interface Unproven {
  /** The table; null for what is not about one table. */
  readonly relation: Relation | null;
  /** As the statement calls the table. */
  readonly alias: string | null;
  readonly kind:
    | 'read'
    | 'sampled'
    | 'parent'
    | 'stored'
    | 'inserted'
    | 'moved'
    | 'conflict'
    | 'unmatched'
    | 'rewritten'
    | 'function'
    | 'costly';
  /** Of a function: its name. */
  readonly name?: string;
}

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
 */
export function ownership(
  query: QueryNode,
  catalog: Catalog,
  owner: OwnerScope,
  ownerParams: ReadonlySet<number>,
  variadicParams: ReadonlySet<number>,
): { readonly unproven: readonly Unproven[]; readonly uses: boolean } {
  const found: Unproven[] = [];
  const proof: Walk = {
    catalog,
    owner,
    ownerParams,
    variadicParams,
    uses: 0,
    tables: new Map(),
    seen: new Set(),
    assumed: new Map(),
    known: new Map(),
    recursions: new Map(),
    bodies: [],
    found,
    usesOwned: false,
    recursing: 0,
    returning: null,
    reached: new Set(),
  };
  const { exhausted } = countSteps(() => proveStatement(query, proof), BUDGET);
  const unproven: readonly Unproven[] = exhausted ? [{ relation: null, alias: null, kind: 'costly' }] : found;
  return { unproven, uses: proof.usesOwned };
}

interface Walk extends Knowledge {
  /** Functions whose bodies are being analysed. */
  readonly bodies: FunctionEntry[];
  readonly found: Unproven[];
  /** Whether it uses a table with owners. */
  usesOwned: boolean;
  /** The queries and calls that the proof has seen. */
  readonly reached: Set<object>;
}

function proveStatement(query: QueryNode, proof: Walk): void {
  try {
    proveQuery(rootUse(proof, query), noEqualities, noColumns, proof);
  } catch (error) {
    // JavaScript's stack is at its end.
    if (!(error instanceof RangeError)) throw error;
    proof.found.push({ relation: null, alias: null, kind: 'costly' });
    return;
  }
  let isWhole = true;
  walk(proof.catalog, query, null, (node) => {
    if (!step()) return false;
    const matters = node.tag === 'QUERY' || calledFunctions(node, proof.catalog).some(isOwn);
    if (matters && !proof.reached.has(node)) isWhole = false;
    return isWhole;
  });
  if (!isWhole) proof.found.push({ relation: null, alias: null, kind: 'costly' });
}

/** Whether a function is not built in. */
function isOwn(oid: number): boolean {
  return oid >= FIRST_NORMAL_OID;
}

const noColumns: ReadonlySet<number> = new Set();

/**
 * @param around what is equal where the query matters
 * @param wanted result columns of which only rows with the owner matter
 */
function proveQuery(
  use: QueryUse,
  surrounding: Equalities,
  wantedAround: ReadonlySet<number>,
  proof: Walk,
): void {
  if (!step()) return;
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
    proveQuery(inner, around, noColumns, proof);
  }
  proveExpressions([query.limitCount, query.limitOffset], around, use, proof);
  if (query.setOperations !== null) {
    const filtered = query.limitCount === null && query.limitOffset === null ? wanted : noColumns;
    const types = query.setOperations.tag === 'SETOPERATIONSTMT' ? query.setOperations.colTypes : [];
    for (const entry of setOperationArms(query)) {
      if (!entry.subquery) continue;
      const arm = innerUse(proof, use, entry, entry.subquery);
      const same = sameTypes(arm, types, proof);
      proveQuery(arm, around, new Set([...filtered].filter((column) => same.has(column))), proof);
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
  proveFrom(from, source, use, proof);
  if (condition !== null) proveCondition(condition, rows, use, proof);
  const written = proveWrite(query, use, { around, source, rows }, proof);
  // An aggregate without GROUP BY has a row also where no row meets the conditions.
  const inRows = comesFromRows(query) ? rows : around;
  proveExpressions([query.targetList, query.havingQual, query.windowClause], inRows, use, proof);
  // From PostgreSQL 18 on expressions of GROUP BY are there.
  for (const entry of query.rtable ?? [])
    if (entry.rtekind === Rte.group) proveExpressions(entry.groupexprs, source, use, proof);
  proveExpressions(query.onConflict, source, use, proof);
  whereReturned(use, proof, () => proveExpressions(query.returningList, written, use, proof));
}

function proveFrom(node: JoinTreeNode | null, rows: Equalities, use: QueryUse, proof: Walk): void {
  if (node === null) return;
  const waiting: { readonly node: JoinTreeNode; readonly rows: Equalities }[] = [{ node, rows }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!step()) return;
    const { node: at, rows: known } = next;
    if (at.tag === 'RANGETBLREF') proveEntry(at.rtindex, known, use, proof);
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
function proveCondition(condition: Expr | null, rows: Equalities, use: QueryUse, proof: Walk): void {
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

/** The subqueries and function calls of expressions. */
function proveExpressions(nodes: unknown, rows: Equalities, use: QueryUse, proof: Walk): void {
  walk(proof.catalog, nodes, use.scope, (node) => {
    if (!step()) return false;
    if (node.tag === 'SUBLINK') {
      proveQuery(innerUse(proof, use, node, node.subselect), rows, noColumns, proof);
      proveExpressions(node.testexpr, rows, use, proof);
      return false;
    }
    proof.reached.add(node);
    proveCalls(node, use, proof);
    return true;
  });
}

function proveEntry(varno: number, rows: Equalities, use: QueryUse, proof: Walk): void {
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
        proveQuery(innerUse(proof, use, entry, entry.subquery), rows, wanted(entry.subquery), proof);
      break;
    case Rte.cte: {
      const found = withQueryUse(use, entry);
      if (found === null || !isInlined(found.node)) break;
      const { ctequery } = found.node;
      proveQuery(innerUse(proof, found.holder, entry, ctequery), rows, wanted(ctequery), proof);
      break;
    }
    default:
      proveExpressions([entry.functions, entry.values_lists, entry.tablefunc], rows, use, proof);
  }
}

function proveTable(varno: number, rows: Equalities, use: QueryUse, proof: Walk): void {
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
  else if (!isOwned(relation.oid, use, varno, rows, proof)) missing('read');
}

/** Whether a row of a table is known to be the owner's. */
function isOwned(oid: number, use: QueryUse, varno: number, rows: Equalities, proof: Walk): boolean {
  const owned = proof.owner.tables.get(oid);
  return (
    owned !== undefined &&
    isOwnedBy(owned, (column) => columnValue(use, varno, column), rows, proof, new Set([oid]))
  );
}

/**
 * @param value what a column of the row is
 * @param below tables on the way, so that a table that belongs to itself ends
 */
function isOwnedBy(
  owned: Ownership,
  value: (column: number) => RowValue | null,
  rows: Equalities,
  proof: Walk,
  below: ReadonlySet<number>,
): boolean {
  if (!step()) return false;
  if ('column' in owned) return areEqual(rows, value(owned.column), OWNER);
  const { columns, parent, referencedColumns } = owned;
  const above = proof.owner.tables.get(parent);
  if (above === undefined || below.has(parent)) return false;
  return (proof.tables.get(parent) ?? []).some(({ use, varno }) => {
    if (!hasUniqueKeys(use, varno, proof)) return false;
    const of = (column: number) => columnValue(use, varno, column);
    return (
      columns.every((column, i) => areEqual(rows, value(column), of(referencedColumns[i] ?? 0))) &&
      isOwnedBy(above, of, rows, proof, new Set([...below, parent]))
    );
  });
}

/** Whether a key of a table is one in what is read of it: children that inherit may have the same keys. */
function hasUniqueKeys(use: QueryUse, varno: number, { catalog }: Walk): boolean {
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  return relation?.kind === 'p' || relation?.children.length === 0 || entry?.inh === false;
}

/** Whether a stored view has been made from rows that have owners. */
function showsOwned(relation: Relation, { catalog, owner }: Walk): boolean {
  let found = false;
  const seen = new Set<Relation>();
  const look = (one: Relation) => {
    const query = seen.has(one) ? null : definingQuery(one);
    seen.add(one);
    walk(catalog, query, null, (node) => {
      step();
      found ||= calledFunctions(node, catalog).some(
        (oid) => isOwn(oid) && catalog.functions.get(oid)?.volatility !== 'i',
      );
      const read = node.tag === 'RANGETBLENTRY' ? catalog.relations.get(node.relid ?? 0) : undefined;
      if (read === undefined || read === one) return true;
      found ||= owner.tables.has(read.oid) || owner.parents.has(read.oid);
      look(read);
      return true;
    });
  };
  look(relation);
  return found;
}

/** What is equal around a statement, in the rows that it reads beside its target, and in all of them. */
interface Places {
  readonly around: Equalities;
  readonly source: Equalities;
  readonly rows: Equalities;
}

/**
 * What an INSERT, UPDATE, DELETE or MERGE writes.
 * @returns what is equal in the rows that are returned
 */
function proveWrite(query: QueryNode, use: QueryUse, places: Places, proof: Walk): Equalities {
  const { resultRelation, targetList } = query;
  const { around, source, rows } = places;
  const written = proof.catalog.relations.get(query.rtable?.[resultRelation - 1]?.relid ?? 0);
  if (query.commandType === Cmd.select || written === undefined) return around;
  switch (query.commandType) {
    case Cmd.insert:
      proveInsert(written, targetList, query.override, use, source, proof);
      proveConflict(query, written, use, source, proof);
      return withPairs(source, writtenPairs(use, proof));
    case Cmd.update:
      proveUpdate(written, targetList, use, rows, proof);
      return withPairs(rows, writtenPairs(use, proof));
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

function proveAction(
  action: MergeAction,
  written: Relation,
  use: QueryUse,
  { around, source, rows }: Places,
  proof: Walk,
): void {
  const isUnmatchedTarget = action.matchKind === 1;
  const isUnmatchedSource = action.matchKind === 2 || action.matched === false;
  const known = isUnmatchedTarget ? around : isUnmatchedSource ? source : rows;
  const own = withPairs(known, heldWhere(action.qual, use, proof));
  proveCondition(action.qual, own, use, proof);
  proveExpressions(action.targetList, own, use, proof);
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

/** Whether a rule or an INSTEAD OF trigger does something else than the statement says. */
function notRewritten(relation: Relation, event: WriteEvent, proof: Walk): boolean {
  const targets = writeTargets(relation, proof.catalog, event);
  const last = targets.at(-1)?.relation;
  const isFine = last?.kind !== 'v' && !targets.some(({ relation: one }) => isRewritten(one, event));
  if (!isFine) proof.found.push({ relation, alias: null, kind: 'rewritten' });
  return isFine;
}

/** An inserted row is the owner's. */
function proveInsert(
  relation: Relation,
  list: readonly TargetEntry[] | null,
  override: number,
  use: QueryUse,
  rows: Equalities,
  proof: Walk,
): void {
  if (!notRewritten(relation, 'insert', proof)) return;
  for (const { relation: target, columnOf } of writeTargets(relation, proof.catalog, 'insert')) {
    if (proof.owner.parents.has(target.oid))
      proof.found.push({ relation: target, alias: null, kind: 'parent' });
    const owned = proof.owner.tables.get(target.oid);
    if (owned === undefined) continue;
    proof.usesOwned = true;
    const value = (column: number) => {
      const given = list?.find(({ resno, resjunk }) => !resjunk && columnOf(resno) === column);
      const identity = target.columns.get(column)?.identity ?? '';
      return given === undefined || isIgnored(override, identity) ? null : rowValue(given.expr, use, proof);
    };
    if (!isOwnedBy(owned, value, rows, proof, new Set([target.oid])))
      proof.found.push({ relation: target, alias: null, kind: 'inserted' });
  }
}

/** A row of the owner's stays with the owner. */
function proveUpdate(
  relation: Relation,
  list: readonly TargetEntry[] | null,
  use: QueryUse,
  rows: Equalities,
  proof: Walk,
): void {
  if (!notRewritten(relation, 'update', proof)) return;
  for (const { relation: target, columnOf } of writeTargets(relation, proof.catalog, 'update')) {
    const owned = proof.owner.tables.get(target.oid);
    if (owned === undefined) continue;
    const set = (column: number) =>
      list?.find(({ resno, resjunk }) => !resjunk && columnOf(resno) === column);
    const owning = 'column' in owned ? [owned.column] : owned.columns;
    if (owning.every((column) => set(column) === undefined)) continue;
    const value = (column: number) => {
      const given = set(column);
      if (given !== undefined) return rowValue(given.expr, use, proof);
      return target === relation ? columnValue(use, use.scope.query.resultRelation, column) : null;
    };
    if (!isOwnedBy(owned, value, rows, proof, new Set([target.oid])))
      proof.found.push({ relation: target, alias: null, kind: 'moved' });
  }
}

/** ON CONFLICT meets and changes rows of the owner only. */
function proveConflict(
  { onConflict, resultRelation, targetList }: QueryNode,
  relation: Relation,
  use: QueryUse,
  inserted: Equalities,
  proof: Walk,
): void {
  if (onConflict === null) return;
  const owned = proof.owner.tables.get(relation.oid);
  const targets = writeTargets(relation, proof.catalog, 'insert');
  if (owned === undefined) {
    if (targets.some(({ relation: { oid } }) => proof.owner.tables.has(oid)))
      proof.found.push({ relation, alias: null, kind: 'conflict' });
    return;
  }
  const excluded = 'column' in owned ? [owned.column] : owned.columns;
  const rows = withPairs(inserted, [
    ...excluded.flatMap((column): readonly Pair[] => {
      const given = targetList?.find(({ resno, resjunk }) => !resjunk && resno === column);
      const value = given === undefined ? null : rowValue(given.expr, use, proof);
      return value === null ? [] : [[columnValue(use, onConflict.exclRelIndex, column), value]];
    }),
  ]);
  const named = arbiterColumns({ onConflict });
  const isFolded = (targetList ?? []).some(
    ({ resno, expr }) => excluded.includes(resno) && mayFold(expr, proof.catalog),
  );
  // Without the columns of a key it is about every key, also about the keys of other owners' rows.
  if (isFolded || !excluded.every((column) => named.has(column)))
    proof.found.push({ relation, alias: null, kind: 'conflict' });
  const set = onConflict.onConflictSet;
  if (set === null || resultRelation === 0) return;
  proveUpdate(relation, set, use, rows, proof);
}

// Built-in functions that run a text of SQL or read a table by its name, and the one that changes a setting.
const READING = new Set(
  `query_to_xml query_to_xml_and_xmlschema query_to_xmlschema table_to_xml table_to_xml_and_xmlschema
  table_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema database_to_xml database_to_xml_and_xmlschema
  cursor_to_xml cursor_to_xmlschema ts_stat ts_rewrite set_config pg_logical_slot_get_changes
  pg_logical_slot_peek_changes pg_logical_slot_get_binary_changes pg_logical_slot_peek_binary_changes`.split(
    /\s+/,
  ),
);

// Extensions whose functions compute, and read no table.
const COMPUTING: ReadonlySet<string> = new Set(
  `btree_gin btree_gist citext cube earthdistance fuzzystrmatch hstore intarray isn ltree pg_trgm pgcrypto seg unaccent
  uuid-ossp vector`.split(/\s+/),
);

function proveCalls(node: Node, use: QueryUse, proof: Walk): void {
  const { catalog, owner, bodies } = proof;
  for (const oid of calledFunctions(node, catalog)) {
    const called = catalog.functions.get(oid);
    if (called === undefined && oid < FIRST_NORMAL_OID) continue;
    const { schema = '', name = String(oid) } = called ?? {};
    const unknown = () => {
      const full = schema === 'pg_catalog' || schema === 'public' ? name : `${schema}.${name}`;
      if (!proof.found.some((one) => one.name === full))
        proof.found.push({ relation: null, alias: null, kind: 'function', name: full });
    };
    if (oid < FIRST_NORMAL_OID) {
      if (schema === 'pg_catalog' && READING.has(name)) unknown();
      continue;
    }
    if (called === undefined) {
      unknown();
      continue;
    }
    const { functions } = owner.settings;
    if (isListed([...(functions?.owner ?? []), ...(functions?.safe ?? [])], called)) continue;
    if (COMPUTING.has(catalog.extensionFunctions.get(oid) ?? '')) continue;
    // Immutable functions do not read tables; an aggregate is always called so.
    if (called.volatility === 'i' && called.kind !== 'a') continue;
    const body = changesOwner(called, owner) ? null : knownBody(called, []);
    if (body === null || bodies.includes(called)) unknown();
    else {
      bodies.push(called);
      const args = node.tag === 'FUNCEXPR' ? valuesOf(node, use, proof) : [];
      // Called perhaps before the conditions around it: only what is the owner in any row is.
      const own = args.map((value) => (value === OWNER ? OWNER : null));
      for (const query of queriesIn(readNodes(body))) {
        if (query.utilityStmt !== null) unknown();
        else proveQuery(rootUse(proof, query, own), noEqualities, noColumns, proof);
      }
      bodies.pop();
    }
  }
}

/** Whether a function's own settings may change who the owner is. */
function changesOwner(
  { settings }: FunctionEntry,
  { settings: { setting, functions } }: OwnerScope,
): boolean {
  const changesSetting = settings.some(
    (one) => one.slice(0, one.indexOf('=')).toLowerCase() === setting?.toLowerCase(),
  );
  return changesSetting || (settings.length > 0 && (functions?.owner ?? []).length > 0);
}

function valuesOf({ args }: FuncExpr, use: QueryUse, proof: Walk): readonly (RowValue | null)[] {
  return (args ?? []).some(({ tag }) => tag === 'NAMEDARGEXPR')
    ? []
    : (args ?? []).map((arg) => rowValue(arg, use, proof));
}

/** RETURN's body is a query, BEGIN ATOMIC's and a string's lists of them (pg_proc.prosqlbody). */
function queriesIn(value: unknown): readonly QueryNode[] {
  if (Array.isArray(value)) return value.flatMap(queriesIn);
  return isNode(value) && value.tag === 'QUERY' ? [value] : [];
}
