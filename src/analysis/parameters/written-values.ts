import type { Catalog, Relation } from '../catalog/catalog.ts';
import { type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { type Expr, type QueryNode, Rte, type TargetEntry } from '../tree/nodes.ts';
import { columnRestriction, type Restriction } from './restriction.ts';

/** What goes into a column: the expression, or one for each row where an INSERT writes its VALUES and nothing else. */
export interface Write {
  readonly exprs: readonly Expr[];
  readonly restriction: Restriction;
}

// OverridingKind: what is given for identity columns is omitted.
const USER_VALUE = 1;

/** What a query writes by a list of assignments. */
export function writesOf(
  query: QueryNode,
  list: readonly TargetEntry[] | null | undefined,
  event: WriteEvent,
  catalog: Catalog,
): readonly Write[] {
  const relation = catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined) return [];
  const rows = event === 'insert' ? insertedRows(query) : null;
  return (list ?? []).flatMap(({ expr, resno, resjunk }) => {
    if (resjunk) return [];
    if (event === 'insert' && query.override === USER_VALUE && isIdentity(relation, resno, catalog))
      return [];
    const exprs =
      expr.tag === 'VAR' && rows !== null ? rows.flatMap((row) => row[expr.varattno - 1] ?? []) : [expr];
    return [{ exprs, restriction: columnRestriction(relation, resno, event, catalog) }];
  });
}

function isIdentity(relation: Relation, attnum: number, catalog: Catalog): boolean {
  const target = writeTargets(relation, catalog, 'insert').at(-1);
  const stored = target?.columnOf(attnum) ?? null;
  return stored !== null && target?.relation.columns.get(stored)?.identity !== '';
}

/** The rows of an INSERT of nothing but VALUES of several rows, all of which it inserts. */
export function insertedRows({ jointree, rtable }: QueryNode): readonly (readonly Expr[])[] | null {
  const [only, another] = jointree?.fromlist ?? [];
  if (only?.tag !== 'RANGETBLREF' || another !== undefined || jointree?.quals !== null) return null;
  const entry = rtable?.[only.rtindex - 1];
  return entry?.rtekind === Rte.values ? (entry.values_lists ?? []) : null;
}
