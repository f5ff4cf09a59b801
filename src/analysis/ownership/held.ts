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
  SetOp,
  type SetOperationStmt,
  Sub,
  type SubLink,
  type TargetEntry,
} from '../tree/nodes.ts';
import { areEqual, noEqualities, OWNER, type Pair, withPairs } from './equalities.ts';
import {
  canFilter,
  columnValue,
  comesFromRows,
  hasColumnType,
  innerUse,
  mayFold,
  numberedResults,
  type Proof,
  type QueryUse,
  rowValue,
  withQueryUse,
  writtenValue,
} from './query-use.ts';

/** The result columns of a query that are the owner in all of its rows. */
type OwnerColumns = ReadonlySet<number>;

/** What the proof knows while it goes through a statement. */
export interface Knowledge extends Proof {
  /** By the relation's OID: its uses. */
  readonly tables: Map<number, { readonly use: QueryUse; readonly varno: number }[]>;
  readonly seen: Set<string>;
  /** Of a recursive WITH query: the columns that are assumed to be the owner in its own rows. */
  readonly assumed: Map<QueryNode, OwnerColumns>;
  readonly known: Map<QueryUse, OwnerColumns>;
  readonly recursions: Map<QueryUse, OwnerColumns>;
  /** How many recursions are being worked out, one within the other. */
  recursing: number;
}

/** What is equal in every row of a part of FROM. */
export function heldIn(node: JoinTreeNode | null, use: QueryUse, proof: Knowledge): readonly Pair[] {
  if (node === null || !step()) return [];
  const found: Pair[] = [];
  const waiting: JoinTreeNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    step();
    switch (next.tag) {
      case 'RANGETBLREF':
        found.push(...heldInEntry(use, next.rtindex, proof));
        break;
      case 'FROMEXPR':
        found.push(...heldWhere(next.quals, use, proof));
        waiting.push(...(next.fromlist ?? []));
        break;
      default:
        if (next.jointype === Join.inner) found.push(...heldWhere(next.quals, use, proof));
        if (next.jointype === Join.inner || next.jointype === Join.left) waiting.push(next.larg);
        if (next.jointype === Join.inner || next.jointype === Join.right) waiting.push(next.rarg);
    }
  }
  return found;
}

/** What is equal where a condition is true. */
export function heldWhere(condition: Expr | null, use: QueryUse, proof: Knowledge): readonly Pair[] {
  return conjuncts(condition).flatMap((one): readonly Pair[] => {
    step();
    if (one.tag === 'OPEXPR') return equalPair(one, use, use, proof);
    return one.tag === 'SUBLINK' ? heldWhereFound(one, use, proof) : [];
  });
}

/** `a = b` */
function equalPair(
  { tag, opno, inputcollid, args }: Extract<Expr, { readonly opno: number }>,
  left: QueryUse,
  right: QueryUse,
  proof: Knowledge,
  rightValue = rowValue(args?.[1], right, proof),
): readonly Pair[] {
  if (tag !== 'OPEXPR' || !isEquality(opno, inputcollid, proof)) return [];
  const value = rowValue(args?.[0], left, proof);
  return value === null || rightValue === null ? [] : [[value, rightValue]];
}

/** The equality of a type: equal values are one owner. Not that of a collation for which different strings are equal. */
function isEquality(operator: number, collation: number, { catalog }: Knowledge): boolean {
  const found = catalog.operators.get(operator);
  return found?.name === '=' && catalog.equality.has(operator) && !catalog.nondeterministic.has(collation);
}

/** `EXISTS (SELECT …)` and `a IN (SELECT …)`: some row of the subquery meets its conditions. */
function heldWhereFound(sublink: SubLink, use: QueryUse, proof: Knowledge): readonly Pair[] {
  const { subLinkType, subselect, testexpr } = sublink;
  if (subLinkType !== Sub.exists && subLinkType !== Sub.any) return [];
  if (subselect.setOperations !== null) return [];
  // How many rows are found is no matter to EXISTS.
  const isLimited = subLinkType === Sub.exists && isPositive(subselect.limitCount);
  if (!isPlain(isLimited ? { ...subselect, limitCount: null } : subselect)) return [];
  const inner = innerUse(proof, use, sublink, subselect);
  const own = heldIn(subselect.jointree, inner, proof);
  if (subLinkType === Sub.exists) return own;
  const results = new Map(numberedResults(inner));
  const tests = conjuncts(testexpr).flatMap((test): readonly Pair[] => {
    if (test.tag !== 'OPEXPR') return [];
    const result = sublinkColumn(test.args?.[1]);
    const entry = result === null ? undefined : results.get(result);
    return entry === undefined ? [] : equalPair(test, use, use, proof, rowValue(entry.expr, inner, proof));
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
      note(use, varno, entry.relid ?? 0, proof);
      const inner = viewUse(use, varno, proof);
      return inner === null ? [] : heldInResult(use, varno, inner, proof);
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
        const inner = innerUse(proof, found.holder, entry, found.node.ctequery);
        return heldInResult(use, varno, inner, proof);
      }
      const inner = innerUse(proof, found.holder, found.node, found.node.ctequery);
      const { cterecursive } = found.node;
      return ownerPairs(
        use,
        varno,
        cterecursive ? ownerColumnsOfRecursion(inner, proof) : ownerColumns(inner, proof),
      );
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

function note(use: QueryUse, varno: number, relation: number, proof: Knowledge): void {
  const key = `${use.id}.${varno}`;
  if (proof.seen.has(key)) return;
  proof.seen.add(key);
  const uses = proof.tables.get(relation) ?? [];
  uses.push({ use, varno });
  proof.tables.set(relation, uses);
}

/** The use of a view's query; null for tables. */
export function viewUse(use: QueryUse, varno: number, proof: Knowledge): QueryUse | null {
  const entry = use.scope.query.rtable?.[varno - 1];
  const relation = proof.catalog.relations.get(entry?.relid ?? 0);
  if (entry === undefined || relation?.kind !== 'v') return null;
  const query = definingQuery(relation);
  return query === null ? null : innerUse(proof, use, entry, query, true);
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
  return [...read, ...writtenPairs(use, proof)];
}

/** What the columns of a written row are equal to. */
export function writtenPairs(use: QueryUse, proof: Knowledge): readonly Pair[] {
  const { query } = use.scope;
  const { commandType, onConflict } = query;
  const relation = proof.catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined || (relation.kind !== 'r' && relation.kind !== 'p')) return [];
  const set = (list: readonly TargetEntry[] | null) =>
    new Map((list ?? []).flatMap((entry) => (entry.resjunk ? [] : [[entry.resno, entry] as const])));
  const given = set(query.targetList);
  const changed = set(onConflict?.onConflictSet ?? null);
  const met = arbiterColumns(query);
  return [...relation.columns.values()].flatMap(({ number, generated, identity }): readonly Pair[] => {
    const written = writtenValue(use, number);
    const entry = given.get(number);
    if (generated !== '') return [];
    if (commandType === Cmd.update && entry === undefined)
      return [[written, columnValue(use, query.resultRelation, number)]];
    // The row that ON CONFLICT meets has its own values, except those that make it the same one.
    if (onConflict?.onConflictSet && (changed.has(number) || !met.has(number))) return [];
    if (entry === undefined || isIgnored(query.override, identity)) return [];
    const value = rowValue(entry.expr, use, proof);
    return value === null ? [] : [[written, value]];
  });
}

/** OVERRIDING USER VALUE: the value that is given for an identity column is not used. */
export function isIgnored(override: number, identity: string): boolean {
  return override === 1 && identity !== '';
}

/** The columns of the key that ON CONFLICT names. */
export function arbiterColumns({ onConflict }: Pick<QueryNode, 'onConflict'>): ReadonlySet<number> {
  const named = (onConflict?.arbiterElems ?? []).map(({ expr }) => (expr.tag === 'VAR' ? expr.varattno : 0));
  return new Set(named);
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
