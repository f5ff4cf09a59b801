import { bareColumn, standsFor } from '../cardinality/terms.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ParameterFacts } from '../parameters.ts';
import type { Expr, QueryNode } from '../tree/nodes.ts';
import { valueIdentity } from './page-keys.ts';

/** How a query's expression is called in messages. */
export function columnText(expr: Expr | undefined, query: QueryNode, catalog: Catalog): string {
  const column = bareColumn(expr, query);
  const entry = column === null ? undefined : query.rtable?.[column.varno - 1];
  const attribute = catalog.relations.get(entry?.relid ?? 0)?.columns.get(column?.varattno ?? 0);
  const target = query.targetList?.find((one) => expr !== undefined && isSame(expr, one.expr, query));
  return attribute?.name ?? (typeof target?.resname === 'string' ? target.resname : 'an expression');
}

/** What is known of the column that an expression is. */
export function cursorOf(
  expr: Expr,
  query: QueryNode,
  catalog: Catalog,
): Required<Pick<ParameterFacts, 'column' | 'comment' | 'cursor'>> {
  const column = bareColumn(expr, query);
  const entry = column === null ? undefined : query.rtable?.[column.varno - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  const attribute = relation?.columns.get(column?.varattno ?? 0);
  if (relation === undefined || attribute === undefined)
    return { column: null, comment: null, cursor: { milliseconds: false } };
  const { name, comment, typeModifier } = attribute;
  return {
    column: { schema: relation.schema, table: relation.name, column: name },
    comment,
    cursor: { milliseconds: typeModifier >= 0 && typeModifier <= 3 },
  };
}

/** Whether two expressions of a query have the same value and collation. */
export function isSame(one: Expr, other: Expr | undefined, query: QueryNode): boolean {
  return isSameBesideCollation(one, other, query) && collationOf(one, query) === collationOf(other, query);
}

/** The same whatever their collations. */
export function isSameBesideCollation(one: Expr, other: Expr | undefined, query: QueryNode): boolean {
  return (
    other !== undefined && valueIdentity(bare(one, query).expr) === valueIdentity(bare(other, query).expr)
  );
}

/** That of COLLATE; 0: none. */
function collationOf(expr: Expr | undefined, query: QueryNode): number {
  return expr === undefined ? 0 : bare(expr, query).collation;
}

/** Without COLLATE and casts to binary-compatible types; what a column of a join or of GROUP BY represents. */
function bare(expr: Expr, query: QueryNode): { readonly expr: Expr; readonly collation: number } {
  let at = expr;
  let collation = 0;
  for (;;) {
    if (at.tag === 'COLLATEEXPR') {
      if (collation === 0) collation = at.collOid ?? 0;
      at = at.arg;
    } else if (at.tag === 'RELABELTYPE') at = at.arg;
    else {
      const below = at.tag === 'VAR' && at.varlevelsup === 0 ? standsFor(at, query) : undefined;
      if (!below) return { expr: at, collation };
      at = below;
    }
  }
}
