import { standsFor } from '../cardinality/terms.ts';
import { baseType } from '../catalog/base-type.ts';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { innerScope, resultEntries, rootScope, type Scope } from '../scope.ts';
import { constantValue } from '../tree/constants.ts';
import { expressionType } from '../tree/expression-type.ts';
import {
  Cmd,
  type Coercion,
  type CommonTableExpr,
  type Expr,
  type FuncExpr,
  type QueryNode,
  type RangeTblEntry,
  Sub,
  type TargetEntry,
} from '../tree/nodes.ts';
import { OWNER, type RowValue } from './equalities.ts';
import type { OwnerScope } from './owner-scope.ts';

/**
 * One use of a query within a statement. A view that is used twice has two uses: what is known of the rows of one is not
 * true of the other's.
 */
export interface QueryUse {
  readonly id: number;
  readonly scope: Scope;
  readonly outer: QueryUse | null;
  /** By the node that uses them. */
  readonly inner: Map<object, QueryUse>;
  /** What the arguments of a function are, in the body of one; null: the parameters are the statement's. */
  readonly args: readonly (RowValue | null)[] | null;
  /** Whether it is about a row that was found, see `foundRow`, or within such a use. */
  readonly isFound: boolean;
  /** Whether its tables may be read by a role that no policy of row-level security binds. */
  readonly bypasses: boolean;
}

/** What a proof is about. */
export interface Proof {
  readonly catalog: Catalog;
  readonly owner: OwnerScope;
  /** Numbers of the statement's parameters that are the owner, and of those that are more than one value. */
  readonly ownerParams: ReadonlySet<number>;
  readonly variadicParams: ReadonlySet<number>;
  /** How many uses there are. */
  uses: number;
  /** The statement whose RETURNING is read: columns of its target are those of the rows as they are written. */
  returning: QueryUse | null;
}

export function rootUse(
  proof: Proof,
  query: QueryNode,
  args: QueryUse['args'] = null,
  bypasses = false,
): QueryUse {
  return newUse(proof, rootScope(proof.catalog, query), null, { args, isFound: false, bypasses });
}

/**
 * The use of a subquery or of a WITH query, by the node that uses it.
 * @param at where that node is: for a WITH query not where it is written
 */
export function innerUse(proof: Proof, outer: QueryUse, by: object, query: QueryNode, at = outer): QueryUse {
  const { args, bypasses } = outer;
  const { isFound } = at;
  return usedBy(at, by, () =>
    newUse(proof, innerScope(outer.scope, query), outer, { args, isFound, bypasses }),
  );
}

/** The use of a view's query, by the range table entry that names the view. */
export function useOfView(
  proof: Proof,
  outer: QueryUse,
  by: object,
  query: QueryNode,
  { invoker, ownerBypasses }: Relation,
): QueryUse {
  const { isFound } = outer;
  const bypasses = invoker ? outer.bypasses : ownerBypasses;
  return usedBy(outer, by, () =>
    newUse(proof, rootScope(proof.catalog, query), null, { args: [], isFound, bypasses }),
  );
}

/**
 * Some row that a query returned, as another use of the query: what is known of that row is so whatever other rows there
 * are, and does not say which rows the query reads.
 */
export function foundRow(proof: Proof, use: QueryUse, at = use, by: object = use): QueryUse {
  return usedBy(at, by, () => newUse(proof, use.scope, use.outer, { ...use, isFound: true }));
}

function usedBy(at: QueryUse, by: object, make: () => QueryUse): QueryUse {
  let found = at.inner.get(by);
  if (found === undefined) {
    found = make();
    at.inner.set(by, found);
  }
  return found;
}

function newUse(
  proof: Proof,
  scope: Scope,
  outer: QueryUse | null,
  { args, isFound, bypasses }: Pick<QueryUse, 'args' | 'isFound' | 'bypasses'>,
): QueryUse {
  proof.uses++;
  return { id: proof.uses, scope, outer, inner: new Map(), args, isFound, bypasses };
}

/** The query `levels` further out. */
function outerUse(use: QueryUse, levels: number): QueryUse | null {
  let at: QueryUse | null = use;
  for (let i = 0; i < levels && at !== null; i++) at = at.outer;
  return at;
}

/** A WITH query that a range table entry names, and the use of the query that has it. */
export function withQueryUse(
  use: QueryUse,
  entry: RangeTblEntry,
): { readonly node: CommonTableExpr; readonly holder: QueryUse } | null {
  const holder = outerUse(use, entry.ctelevelsup ?? 0);
  const node = holder?.scope.query.cteList?.find(({ ctename }) => ctename === entry.ctename);
  return holder === null || node === undefined ? null : { node, holder };
}

export function columnValue(use: QueryUse, varno: number, column: number): RowValue {
  return `${use.id}.${varno}.${column}`;
}

// src/include/catalog/pg_type.dat: types whose values are compared alike
const TEXTS: ReadonlySet<number> = new Set([25, 1043]);

/** Whether a value is the same one as another type, as a domain's is as its base, and a varchar's as text. */
function keepsEquality({ arg, resulttype = 0 }: Coercion, catalog: Catalog): boolean {
  const from = baseType(catalog, expressionType(arg) ?? 0);
  const to = baseType(catalog, resulttype);
  return from === to || (TEXTS.has(from) && TEXTS.has(to));
}

/** What an expression is, if that is one value without a computation; null otherwise. */
export function rowValue(written: Expr | null | undefined, around: QueryUse, proof: Proof): RowValue | null {
  let expr = written;
  let use = around;
  for (;;) {
    switch (expr?.tag) {
      case 'RELABELTYPE':
        if (!keepsEquality(expr, proof.catalog)) return null;
        expr = expr.arg;
        break;
      case 'COERCETODOMAIN':
        expr = expr.arg;
        break;
      case 'FUNCEXPR': {
        const fitted = fittedText(expr, proof.catalog);
        if (fitted === null) return isOwnerCall(expr, proof) ? OWNER : null;
        expr = fitted;
        break;
      }
      case 'PARAM':
        if (expr.paramkind !== 0) return null;
        if (use.args !== null) return use.args[expr.paramid - 1] ?? null;
        if (proof.ownerParams.has(expr.paramid)) return OWNER;
        return proof.variadicParams.has(expr.paramid) ? null : `$${expr.paramid}`;
      case 'VAR': {
        if (expr.varreturningtype) return null;
        const holder = outerUse(use, expr.varlevelsup);
        if (holder === null) return null;
        const below = standsFor(expr, holder.scope.query);
        if (below === undefined) {
          if (expr.varattno <= 0) return null;
          const isWritten = holder === proof.returning && expr.varno === holder.scope.query.resultRelation;
          return isWritten
            ? writtenValue(holder, expr.varattno)
            : columnValue(holder, expr.varno, expr.varattno);
        }
        expr = below;
        use = holder;
        break;
      }
      case 'SUBLINK': {
        if (expr.subLinkType !== Sub.expr || !isOneRow(expr.subselect) || proof.owner.isDistribution)
          return null;
        const inner = innerUse(proof, use, expr, expr.subselect);
        expr = expr.subselect.targetList?.[0]?.expr;
        use = inner;
        break;
      }
      default:
        return expr !== null && expr !== undefined && isOwnerCall(expr, proof) ? OWNER : null;
    }
  }
}

/** What is assigned to a varchar(n), which is an error where it is longer, blanks at its end aside; null for other calls. */
function fittedText({ funcid, args }: FuncExpr, catalog: Catalog): Expr | null {
  const [text, , isCast] = args ?? [];
  const called = catalog.functions.get(funcid);
  const isFitting = called?.schema === 'pg_catalog' && called.name === 'varchar' && isCast?.tag === 'CONST';
  return isFitting && constantValue(isCast) === false ? (text ?? null) : null;
}

/** Whether a query is `SELECT` and a list, nothing else: it has one row, in any case. */
export function isOneRow(query: QueryNode): boolean {
  const isEmpty = query.jointree?.fromlist == null && query.jointree?.quals == null;
  const isWhole = query.limitCount === null && query.limitOffset === null && query.setOperations === null;
  const isRow = comesFromRows(query) && query.groupClause === null && !query.hasTargetSRFs;
  return query.commandType === Cmd.select && isEmpty && isWhole && isRow;
}

/** `current_setting('app.user_id')::uuid`, or a function that the configuration says returns the owner. */
function isOwnerCall(written: Expr, { catalog, owner }: Proof): boolean {
  let expr = written;
  while (expr.tag === 'COERCEVIAIO' || expr.tag === 'RELABELTYPE') expr = expr.arg;
  if (expr.tag !== 'FUNCEXPR') return false;
  const { setting, functions } = owner.settings;
  const called = catalog.functions.get(expr.funcid);
  if (called === undefined) return false;
  const [first] = expr.args ?? [];
  if (first === undefined) return isListed(functions?.owner ?? [], called);
  const isSetting = called.schema === 'pg_catalog' && called.name === 'current_setting';
  return isSetting && setting !== undefined && first.tag === 'CONST' && constantValue(first) === setting;
}

/** What a column of a target is in the row that is written. */
export function writtenValue(use: QueryUse, column: number): RowValue {
  return `${columnValue(use, use.scope.query.resultRelation, column)} written`;
}

/** Whether a list of `name` and `schema.name` has a function. */
export function isListed(
  names: readonly string[],
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean {
  return names.includes(`${schema}.${name}`) || names.includes(name);
}

/**
 * Whether rows with another value in a result column can be dropped before the query: the rest of the result is the
 * same, as no other row had a part in it.
 */
export function canFilter({ query }: Scope, entry: TargetEntry, catalog: Catalog): boolean {
  if (query.commandType !== Cmd.select || query.limitCount !== null || query.limitOffset !== null)
    return false;
  if (query.hasTargetSRFs || query.groupingSets !== null || query.rowMarks !== null) return false;
  const isMerged =
    query.groupClause !== null || query.distinctClause !== null || (query.windowClause ?? []).length > 0;
  if (isMerged && mayFold(entry.expr, catalog)) return false;
  const isIn = (list: readonly { readonly tleSortGroupRef: number }[] | null) =>
    list?.some(({ tleSortGroupRef }) => tleSortGroupRef === entry.ressortgroupref) ?? false;
  if (
    query.hasWindowFuncs &&
    !(query.windowClause ?? []).every(({ partitionClause }) => isIn(partitionClause))
  )
    return false;
  if (query.hasDistinctOn && !isIn(query.distinctClause)) return false;
  return query.groupClause === null ? !isAggregated(query) : isIn(query.groupClause);
}

/** Whether a query has aggregates or HAVING: without GROUP BY it has a row also where no row meets its conditions. */
function isAggregated({ hasAggs, havingQual }: QueryNode): boolean {
  return hasAggs || havingQual !== null;
}

/** Whether each row of a query's result comes from a row of its FROM, which meets its conditions. */
export function comesFromRows(query: QueryNode): boolean {
  return query.groupingSets === null && (query.groupClause !== null || !isAggregated(query));
}

// src/include/catalog/pg_type.dat: "char", name, text, bpchar, varchar
const COLLATED: ReadonlySet<number> = new Set([18, 19, 25, 1042, 1043]);

/** Whether different values can be one by a collation. The tree that is read does not tell which one an expression has. */
export function mayFold(expr: Expr, catalog: Catalog): boolean {
  return catalog.nondeterministic.size > 0 && COLLATED.has(baseType(catalog, expressionType(expr) ?? 0));
}

/** Whether a column of a set operation has the type of an arm's, so that equal values are equal in both. */
export function hasColumnType(entry: TargetEntry, type: number | undefined, catalog: Catalog): boolean {
  return (
    baseType(catalog, expressionType(entry.expr) ?? 0) === baseType(catalog, type ?? -1) &&
    !mayFold(entry.expr, catalog)
  );
}

/** A query's result columns, from 1. */
export function numberedResults(use: QueryUse): readonly (readonly [column: number, entry: TargetEntry])[] {
  return resultEntries(use.scope.query).map((entry, i) => [i + 1, entry] as const);
}
