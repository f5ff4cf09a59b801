import type { Catalog } from '../catalog/catalog.ts';
import { unnestedArray, unnestedColumn } from '../literals/unnest.ts';
import { entryOf, type InScope, innerScope, resultExpression, type Scope } from '../scope.ts';
import { Cmd, type Expr, Join, Rte } from '../tree/nodes.ts';

/**
 * The array whose elements a query writes, each in a row of its own: `INSERT … SELECT x FROM unnest($1) x`, or with the
 * set in the SELECT list or in VALUES. A row that has an element which the column refuses is omitted by a condition, as if
 * the element were not there, or raises an error.
 */
export function writtenElements(expr: Expr, scope: Scope): InScope<Expr> | null {
  const { commandType } = scope.query;
  if (expr.tag === 'FUNCEXPR') return commandType === Cmd.insert ? unnestedHere(expr, scope) : null;
  if (expr.tag !== 'VAR' || expr.varlevelsup > 0) return null;
  // A row of UPDATE's FROM can do nothing else than to be written; in MERGE another action may take it.
  if (commandType === Cmd.update) return unnestedColumn(expr, scope);
  const entry = entryOf(scope, expr)?.node;
  if (commandType !== Cmd.insert || entry?.rtekind !== Rte.subquery || !entry.subquery) return null;
  const inside = innerScope(scope, entry.subquery);
  const selected = resultExpression(entry.subquery, expr.varattno - 1);
  // OFFSET counts rows that are not written.
  if (entry.subquery.setOperations !== null || entry.subquery.limitOffset !== null) return null;
  if (selected?.tag === 'FUNCEXPR') return unnestedHere(selected, inside);
  return selected?.tag === 'VAR' && selected.varlevelsup === 0 ? unnestedColumn(selected, inside) : null;
}

function unnestedHere(call: Expr, scope: Scope): InScope<Expr> | null {
  const array = unnestedArray(call, scope.catalog);
  return array === null ? null : { node: array, scope };
}

/** Whether it is a NOT NULL column of a table that no outer join can make NULL. */
export function isNeverNull(expr: Expr, { query, catalog }: Scope): boolean {
  const bare = expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR' ? expr.arg : expr;
  if (bare.tag !== 'VAR' || bare.varlevelsup > 0 || query.commandType === Cmd.merge) return false;
  const entries = query.rtable ?? [];
  if (entries.some(({ rtekind, jointype }) => rtekind === Rte.join && jointype !== Join.inner)) return false;
  const entry = entries[bare.varno - 1];
  return entry?.rtekind === Rte.relation && isNotNull(entry.relid ?? 0, bare.varattno, catalog);
}

function isNotNull(relation: number, attnum: number, catalog: Catalog): boolean {
  const found = catalog.relations.get(relation);
  // Before PostgreSQL 18 a child's column can be nullable where its parent's is not.
  const isOneTable = found?.kind === 'p' || (found?.kind === 'r' && found.children.length === 0);
  return isOneTable && (found.columns.get(attnum)?.notNull ?? false);
}
