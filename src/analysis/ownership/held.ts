import { definingQuery } from '../catalog/definition.ts';
import { armsOf } from '../scope.ts';
import { step } from '../steps.ts';
import { conjuncts } from '../tree/conjuncts.ts';
import { constantValue } from '../tree/constants.ts';
import {
  Cmd,
  type CommonTableExpr,
  type Expr,
  Join,
  type JoinTreeNode,
  type QueryNode,
  Rte,
  type ScalarArrayOpExpr,
  SetOp,
  type SetOperationStmt,
  Sub,
  type SubLink,
} from '../tree/nodes.ts';
import {
  areEqual,
  heldInBoth,
  noEqualities,
  OWNER,
  type Pair,
  type RowValue,
  withPairs,
} from './equalities.ts';
import { type Knowledge, noteRow, type OwnerColumns } from './knowledge.ts';
import { matchedParts, needsOperands } from './matched.ts';
import {
  canFilter,
  columnValue,
  comesFromRows,
  foundRow,
  hasColumnType,
  innerUse,
  mayFold,
  numberedResults,
  type QueryUse,
  rowValue,
  useOfView,
  withQueryUse,
} from './query-use.ts';
import { isFoundByPolicy } from './row-security.ts';
import { writtenPairs } from './written-row.ts';

/** What is equal in every row of a part of FROM. */
export function heldIn(node: JoinTreeNode | null, use: QueryUse, proof: Knowledge): readonly Pair[] {
  if (node === null || !step()) return [];
  const found: Pair[] = [];
  const matched = matchedParts(node, use.scope.query, proof.catalog);
  const waiting: JoinTreeNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    step();
    switch (next.tag) {
      case 'RANGETBLREF':
        found.push(...heldInEntry(use, next.rtindex, proof));
        break;
      case 'FROMEXPR':
        found.push(...heldWhere(next.quals, use, proof));
        matched.add(next.quals);
        waiting.push(...(next.fromlist ?? []));
        break;
      default: {
        const { jointype, larg, rarg, quals } = next;
        const hasLeft = jointype === Join.inner || jointype === Join.left || matched.has(larg);
        const hasRight = jointype === Join.inner || jointype === Join.right || matched.has(rarg);
        if (hasLeft && hasRight) {
          found.push(...heldWhere(quals, use, proof));
          matched.add(quals);
        }
        if (hasLeft) waiting.push(larg);
        if (hasRight) waiting.push(rarg);
      }
    }
  }
  return found;
}

/** What is equal where a condition is true. */
export function heldWhere(condition: Expr | null, use: QueryUse, proof: Knowledge): readonly Pair[] {
  return conjuncts(condition).flatMap((one): readonly Pair[] => {
    step();
    switch (one.tag) {
      case 'OPEXPR':
        return heldWhereEqual(one, use, proof);
      case 'SCALARARRAYOPEXPR':
        return heldWhereAny(one, use, proof);
      case 'SUBLINK':
        return heldWhereFound(one, use, proof);
      case 'BOOLEXPR':
        return one.boolop === 'or' ? heldInEach(one.args, use, proof) : [];
      default:
        return [];
    }
  });
}

/** `a OR b`: what is equal where a is true, and where b is. */
function heldInEach(arms: readonly Expr[], use: QueryUse, proof: Knowledge): readonly Pair[] {
  const [first = null, ...others] = arms;
  let held = heldWhere(first, use, proof);
  for (const arm of others) {
    if (held.length === 0) return [];
    held = heldInBoth(held, heldWhere(arm, use, proof));
  }
  return held;
}

/** `a = b` */
function heldWhereEqual(
  { opno, inputcollid, args }: Extract<Expr, { readonly opno: number }>,
  use: QueryUse,
  proof: Knowledge,
): readonly Pair[] {
  if (!isEquality(opno, inputcollid, proof)) return [];
  const [left, right] = [operand(args?.[0], use, proof), operand(args?.[1], use, proof)];
  return [...left.held, ...right.held, ...pairOf(left.value, right.value)];
}

/** `a = ANY (ARRAY[b, b])`, `a = ANY (ARRAY(SELECT …))` */
function heldWhereAny(
  { opno, inputcollid, useOr, args }: ScalarArrayOpExpr,
  use: QueryUse,
  proof: Knowledge,
): readonly Pair[] {
  const [one, list] = args ?? [];
  if (!useOr || !isEquality(opno, inputcollid, proof)) return [];
  const left = operand(one, use, proof);
  if (list?.tag === 'SUBLINK' && list.subLinkType === Sub.array) {
    const element = elementOf(list, use, proof);
    return [...left.held, ...element.held, ...pairOf(left.value, element.value)];
  }
  if (list?.tag !== 'ARRAYEXPR') return left.held;
  const values = new Set((list.elements ?? []).map((element) => rowValue(element, use, proof)));
  const [value = null] = values.size === 1 ? values : [];
  return [...left.held, ...pairOf(left.value, value)];
}

function pairOf(left: RowValue | null, right: RowValue | null): readonly Pair[] {
  return left === null || right === null ? [] : [[left, right]];
}

/** A side of a comparison that is true: what it is, and what is equal as it is not NULL. */
interface Operand {
  readonly value: RowValue | null;
  readonly held: readonly Pair[];
}

function operand(expr: Expr | undefined, use: QueryUse, proof: Knowledge): Operand {
  const value = rowValue(expr, use, proof);
  return value === null && expr?.tag === 'SUBLINK' && expr.subLinkType === Sub.expr
    ? elementOf(expr, use, proof)
    : { value, held: [] };
}

/** A value that a subquery of one column has found. */
function elementOf(sublink: SubLink, use: QueryUse, proof: Knowledge): Operand {
  const { subselect } = sublink;
  if (!hasFoundRow(subselect, proof)) return { value: null, held: [] };
  const row = foundRow(proof, innerUse(proof, use, sublink, subselect));
  const [first] = numberedResults(row);
  return { value: rowValue(first?.[1].expr, row, proof), held: heldIn(subselect.jointree, row, proof) };
}

/** The equality of a type: equal values are one owner. Not that of a collation for which different strings are equal. */
function isEquality(operator: number, collation: number, { catalog }: Knowledge): boolean {
  const found = catalog.operators.get(operator);
  const isOne = found?.name === '=' && catalog.equality.has(operator) && needsOperands(operator, catalog);
  return isOne && !catalog.nondeterministic.has(collation);
}

/** `EXISTS (SELECT …)` and `a IN (SELECT …)`: some row of the subquery meets its conditions. */
function heldWhereFound(sublink: SubLink, use: QueryUse, proof: Knowledge): readonly Pair[] {
  const { subLinkType, subselect, testexpr } = sublink;
  if (subLinkType !== Sub.exists && subLinkType !== Sub.any) return [];
  if (!isFromRow(subselect)) return [];
  // How many rows are found is no matter to EXISTS.
  const isLimited = subLinkType === Sub.exists && isPositive(subselect.limitCount);
  const isWhole = isPlain(isLimited ? { ...subselect, limitCount: null } : subselect);
  if (!isWhole && !hasFoundRow(subselect, proof)) return [];
  const all = innerUse(proof, use, sublink, subselect);
  const inner = isWhole ? all : foundRow(proof, all);
  const own = heldIn(subselect.jointree, inner, proof);
  if (subLinkType === Sub.exists) return own;
  const results = new Map(numberedResults(inner));
  const tests = conjuncts(testexpr).flatMap((test): readonly Pair[] => {
    if (test.tag !== 'OPEXPR' || !isEquality(test.opno, test.inputcollid, proof)) return [];
    const result = sublinkColumn(test.args?.[1]);
    const entry = result === null ? undefined : results.get(result);
    return pairOf(rowValue(test.args?.[0], use, proof), rowValue(entry?.expr, inner, proof));
  });
  return [...own, ...tests];
}

/** The number of the subquery's column that an operand is. */
function sublinkColumn(expr: Expr | undefined): number | null {
  return expr?.tag === 'PARAM' && expr.paramkind === 2 ? expr.paramid : null;
}

function isPositive(count: Expr | null): boolean {
  // A number as it is written is an integer that is converted to bigint.
  const written = count?.tag === 'FUNCEXPR' && count.funcformat === 2 ? count.args?.[0] : count;
  const value = written?.tag === 'CONST' ? constantValue(written) : null;
  return typeof value === 'number' && value > 0;
}

/** Whether a row that a query returns tells of a row of its FROM. */
function hasFoundRow(query: QueryNode, { owner }: Knowledge): boolean {
  return isFromRow(query) && !owner.isDistribution;
}

/** Whether each row of a query is made from one row of its FROM. */
function isFromRow(query: QueryNode): boolean {
  const isJoin = query.setOperations === null && query.commandType !== Cmd.merge;
  return isJoin && query.groupClause === null && comesFromRows(query);
}

/** Whether each row of a query comes from one row of its FROM, and each of these gives one. */
function isPlain(query: QueryNode): boolean {
  return (
    query.commandType === Cmd.select &&
    query.limitCount === null &&
    query.limitOffset === null &&
    query.groupClause === null &&
    query.groupingSets === null &&
    query.havingQual === null &&
    query.rowMarks === null &&
    !query.hasAggs &&
    !query.hasWindowFuncs &&
    !query.hasDistinctOn &&
    !query.hasTargetSRFs
  );
}

/** What is equal in every row of a range table entry. */
function heldInEntry(use: QueryUse, varno: number, proof: Knowledge): readonly Pair[] {
  const entry = use.scope.query.rtable?.[varno - 1];
  if (entry === undefined) return [];
  switch (entry.rtekind) {
    case Rte.relation: {
      noteRow(entry.relid ?? 0, { use, varno, isWritten: false }, proof);
      const inner = viewUse(use, varno, proof);
      return inner === null ? heldByPolicy(use, varno, proof) : heldInResult(use, varno, inner, proof);
    }
    case Rte.subquery: {
      const inner = entry.subquery ? innerUse(proof, use, entry, entry.subquery) : null;
      return inner === null ? [] : heldInResult(use, varno, inner, proof);
    }
    case Rte.cte: {
      const found = withQueryUse(use, entry);
      if (found === null) return [];
      const assumed = entry.self_reference ? proof.assumed.get(found.node.ctequery) : undefined;
      if (entry.self_reference) return ownerPairs(use, varno, assumed ?? new Set());
      if (isInlined(found.node)) {
        const inner = innerUse(proof, found.holder, entry, found.node.ctequery, use);
        return heldInResult(use, varno, inner, proof);
      }
      const inner = innerUse(proof, found.holder, found.node, found.node.ctequery);
      if (found.node.cterecursive) return ownerPairs(use, varno, ownerColumnsOfRecursion(inner, proof));
      // Only one deep: a chain of queries that each read the one before twice would have twice as many uses at each.
      return use.isFound || !hasFoundRow(found.node.ctequery, proof)
        ? ownerPairs(use, varno, ownerColumns(inner, proof))
        : heldInFound(use, varno, foundRow(proof, inner, use, entry), proof);
    }
    case Rte.values: {
      const rows = entry.values_lists ?? [];
      const columns = (rows[0] ?? []).flatMap((_, i) =>
        rows.every((row) => rowValue(row[i], use, proof) === OWNER) ? [i + 1] : [],
      );
      return ownerPairs(use, varno, new Set(columns));
    }
    default:
      return [];
  }
}

function heldByPolicy(use: QueryUse, varno: number, proof: Knowledge): readonly Pair[] {
  const relation = proof.catalog.relations.get(use.scope.query.rtable?.[varno - 1]?.relid ?? 0);
  const owned = proof.owner.tables.get(relation?.oid ?? 0);
  if (relation === undefined || owned === undefined || !('column' in owned)) return [];
  const isOwn = isFoundByPolicy(relation, { use, varno, isWritten: false }, proof);
  return isOwn ? [[columnValue(use, varno, owned.column), OWNER]] : [];
}

/** The use of a view's query; null for tables. */
export function viewUse(use: QueryUse, varno: number, proof: Knowledge): QueryUse | null {
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = proof.catalog.relations.get(entry?.relid ?? 0);
  if (entry === undefined || relation?.kind !== 'v') return null;
  const query = definingQuery(relation);
  return query === null ? null : useOfView(proof, use, entry, query, relation);
}

/** A WITH query that is read at one place only is like a subquery there. */
export function isInlined(node: CommonTableExpr): boolean {
  return !node.cterecursive && node.cterefcount === 1 && node.ctequery.commandType === Cmd.select;
}

function ownerPairs(use: QueryUse, varno: number, columns: OwnerColumns): readonly Pair[] {
  return [...columns].map((column): Pair => [columnValue(use, varno, column), OWNER]);
}

/** What is equal in every row of a query, seen from the query around it. */
function heldInResult(use: QueryUse, varno: number, inner: QueryUse, proof: Knowledge): readonly Pair[] {
  const { query } = inner.scope;
  const isGrouped = query.groupClause !== null && query.groupingSets === null;
  const mayMerge = isGrouped || query.distinctClause !== null;
  const opaque =
    query.setOperations !== null ||
    query.commandType !== Cmd.select ||
    (!isGrouped && !isPlain(query)) ||
    (mayMerge && numberedResults(inner).some(([, { expr }]) => mayFold(expr, proof.catalog)));
  if (opaque && hasFoundRow(query, proof)) return heldInFound(use, varno, foundRow(proof, inner), proof);
  if (opaque) return ownerPairs(use, varno, ownerColumns(inner, proof));
  if (isGrouped && numberedResults(inner).every(([, entry]) => !canFilter(inner.scope, entry, proof.catalog)))
    return ownerPairs(use, varno, ownerColumns(inner, proof));
  const same = numberedResults(inner).flatMap(([column, entry]): readonly Pair[] => {
    const value =
      isGrouped && !canFilter(inner.scope, entry, proof.catalog) ? null : rowValue(entry.expr, inner, proof);
    return value === null ? [] : [[columnValue(use, varno, column), value]];
  });
  return [...heldIn(query.jointree, inner, proof), ...same];
}

/** What is equal where a row of a query's result is `row`. */
function heldInFound(use: QueryUse, varno: number, row: QueryUse, proof: Knowledge): readonly Pair[] {
  const same = whereReturned(row, proof, () =>
    numberedResults(row).flatMap(([column, { expr }]) =>
      pairOf(columnValue(use, varno, column), rowValue(expr, row, proof)),
    ),
  );
  return [...heldWhereReturned(row, proof), ...same];
}

/** The result columns that are the owner in all rows, whatever is around the query. */
function ownerColumns(use: QueryUse, proof: Knowledge): OwnerColumns {
  const known = proof.known.get(use);
  if (known !== undefined) return known;
  const found = step() ? findOwnerColumns(use, proof) : new Set<number>();
  proof.known.set(use, found);
  return found;
}

function findOwnerColumns(use: QueryUse, proof: Knowledge): OwnerColumns {
  const { query } = use.scope;
  if (query.setOperations !== null) {
    return query.setOperations.tag === 'SETOPERATIONSTMT'
      ? ofSetOperation(query.setOperations, use, proof)
      : new Set();
  }
  if (query.groupingSets !== null) return new Set();
  const held = comesFromRows(query) ? heldWhereReturned(use, proof) : [];
  const equalities = withPairs(noEqualities, held);
  return whereReturned(
    use,
    proof,
    () =>
      new Set(
        numberedResults(use).flatMap(([column, { expr }]) =>
          areEqual(equalities, rowValue(expr, use, proof), OWNER) ? [column] : [],
        ),
      ),
  );
}

/** Reads what a statement returns: the target's columns are those of the rows as they are written. */
export function whereReturned<T>(use: QueryUse, proof: Knowledge, read: () => T): T {
  const { commandType } = use.scope.query;
  const isWritten = commandType === Cmd.insert || commandType === Cmd.update || commandType === Cmd.merge;
  const before = proof.returning;
  proof.returning = isWritten ? use : before;
  try {
    return read();
  } finally {
    proof.returning = before;
  }
}

/** What is equal in every row that a statement returns. */
function heldWhereReturned(use: QueryUse, proof: Knowledge): readonly Pair[] {
  const { query } = use.scope;
  // Its actions are about rows that the join does not have.
  if (query.commandType === Cmd.merge && query.mergeActionList != null) return [];
  const read = heldIn(query.jointree, use, proof);
  const met = heldWhere(query.onConflict?.onConflictWhere ?? null, use, proof);
  return [...read, ...writtenPairs(use, met, proof)];
}

/** The columns of an arm whose type is the set operation's. */
export function sameTypes(arm: QueryUse, types: readonly number[], { catalog }: Knowledge): OwnerColumns {
  return new Set(
    numberedResults(arm).flatMap(([column, entry]) =>
      hasColumnType(entry, types[column - 1], catalog) ? [column] : [],
    ),
  );
}

function ofSetOperation(operation: SetOperationStmt, use: QueryUse, proof: Knowledge): OwnerColumns {
  const { query } = use.scope;
  const types = query.setOperations?.tag === 'SETOPERATIONSTMT' ? query.setOperations.colTypes : [];
  const ofArms = (node: SetOperationStmt | SetOperationStmt['larg']): readonly OwnerColumns[] =>
    armsOf(node).map(({ rtindex }) => {
      const entry = query.rtable?.[rtindex - 1];
      if (!entry?.subquery) return new Set<number>();
      const arm = innerUse(proof, use, entry, entry.subquery);
      const same = sameTypes(arm, types, proof);
      return new Set([...ownerColumns(arm, proof)].filter((column) => same.has(column)));
    });
  // INTERSECT and EXCEPT have rows of the left side only.
  if (operation.op !== SetOp.union) {
    const left = operation.larg;
    return left.tag === 'SETOPERATIONSTMT' ? ofSetOperation(left, use, proof) : inAll(ofArms(left));
  }
  return inAll(ofArms(operation));
}

function inAll(sets: readonly OwnerColumns[]): OwnerColumns {
  const [first, ...others] = sets;
  return new Set([...(first ?? [])].filter((column) => others.every((one) => one.has(column))));
}

/**
 * The columns of a recursive WITH query that are the owner in all rows: those that are in the rows it starts with, and in
 * the further ones where they are in those before.
 */
export function ownerColumnsOfRecursion(use: QueryUse, proof: Knowledge): OwnerColumns {
  const { query } = use.scope;
  const operation = query.setOperations;
  if (operation?.tag !== 'SETOPERATIONSTMT') return ownerColumns(use, proof);
  const known = proof.recursions.get(use);
  if (known !== undefined) return known;
  let assumed: OwnerColumns = new Set(numberedResults(use).map(([column]) => column));
  const isOutermost = proof.recursing === 0;
  proof.recursing++;
  try {
    for (;;) {
      if (!step()) return new Set();
      proof.assumed.set(query, assumed);
      proof.known.clear();
      const found = ofSetOperation({ ...operation, op: SetOp.union }, use, proof);
      const next = new Set([...assumed].filter((column) => found.has(column)));
      if (next.size === assumed.size) {
        // Within another one it holds for what that one assumes.
        if (isOutermost) proof.recursions.set(use, next);
        return next;
      }
      assumed = next;
    }
  } finally {
    proof.recursing--;
  }
}
