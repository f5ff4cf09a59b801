import type { Catalog } from '../catalog/catalog.ts';
import { entryOf, type InScope, type Scope } from '../scope.ts';
import type { Expr, RangeTblEntry, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';

/** The array that a column of `unnest` in FROM takes its values from; null for every other column. */
export function unnestedColumn(variable: Var, scope: Scope): InScope<Expr> | null {
  const found = entryOf(scope, variable);
  if (found === null || found.node.rtekind !== Rte.function) return null;
  const call = functionOf(found.node, variable.varattno);
  const array = call === null ? null : unnestedArray(call, scope.catalog);
  return array === null ? null : { node: array, scope: found.scope };
}

/** The array whose elements `unnest(array)` gives; null for everything else. */
export function unnestedArray(call: Expr, catalog: Catalog): Expr | null {
  if (call.tag !== 'FUNCEXPR') return null;
  const entry = catalog.functions.get(call.funcid);
  const [array, another] = call.args ?? [];
  if (entry?.schema !== 'pg_catalog' || entry.name !== 'unnest') return null;
  return array === undefined || another !== undefined ? null : array;
}

function functionOf(entry: RangeTblEntry, column: number): Expr | null {
  let first = 1;
  for (const { funcexpr, funccolcount } of entry.functions ?? []) {
    if (column < first + funccolcount) return funccolcount === 1 ? funcexpr : null;
    first += funccolcount;
  }
  return null;
}
