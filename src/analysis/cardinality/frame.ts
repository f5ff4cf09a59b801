import type { Catalog } from '../catalog/catalog.ts';
import type { Scope } from '../scope.ts';
import { calledFunctions } from '../tree/calls.ts';
import type { Expr, QueryNode, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import { walk } from '../tree/walk.ts';
import { type Known, type Settled, settledColumn } from './settled.ts';

/** How many rows there are; max null is unbounded. */
export interface Cardinality {
  readonly min: number;
  readonly max: number | null;
}

/** A query's result columns, by number, of which only one value is looked at. */
export type SettledResults = ReadonlyMap<number, Settled>;

/** One query whose rows are counted. */
export interface Frame {
  readonly catalog: Catalog;
  readonly scope: Scope;
  /** Indexes of the `$n` that stand for more than one value at run time. */
  readonly growing: ReadonlySet<number>;
  /** How many rows another query has, of those whose results are so settled. */
  readonly count: (frame: Frame, results: SettledResults) => Cardinality;
}

export function frameOf(frame: Frame, scope: Scope): Frame {
  return { ...frame, scope };
}

/** The column that an expression is, a cast to a binary-compatible type and COLLATE aside; of this query's own FROM. */
export function bareColumn(
  expr: Expr | null | undefined,
  query: QueryNode,
): { readonly varno: number; readonly attnum: number } | null {
  if (expr === null || expr === undefined) return null;
  if (expr.tag === 'RELABELTYPE' || expr.tag === 'COLLATEEXPR') return bareColumn(expr.arg, query);
  if (expr.tag !== 'VAR' || expr.varlevelsup !== 0) return null;
  // OLD and NEW rows of RETURNING are not the rows of FROM.
  if (expr.varreturningtype) return null;
  const below = behind(expr, query);
  if (below !== undefined) return bareColumn(below, query);
  return expr.varattno > 0 ? { varno: expr.varno, attnum: expr.varattno } : null;
}

/** What a join's or grouping entry's column stands for; undefined for others. */
function behind(variable: Var, query: QueryNode): Expr | null | undefined {
  const entry = query.rtable?.[variable.varno - 1];
  if (entry?.rtekind === Rte.join) return entry.joinaliasvars?.[variable.varattno - 1] ?? null;
  if (entry?.rtekind === Rte.group) return entry.groupexprs?.[variable.varattno - 1] ?? null;
  return undefined;
}

/** Whether an expression has one value in all rows that are looked at. */
export function isConstant(expr: unknown, frame: Frame, known: Known): boolean {
  const { catalog, scope, growing } = frame;
  let constant = true;
  walk(catalog, expr, scope, (node, inside) => {
    switch (node.tag) {
      case 'VAR': {
        const levels = depth(inside, scope);
        if (levels !== node.varlevelsup) break;
        const nested = levels > 0;
        const below = behind(node, scope.query);
        if (below !== undefined) constant &&= !nested && below !== null && isConstant(below, frame, known);
        // A subquery that depends on the row is another query for each row: its order of rows may differ.
        else constant &&= !nested && (settledColumn(known, node.varno, node.varattno)?.exact ?? false);
        break;
      }
      case 'PARAM':
        constant &&= node.paramkind === 0 && !growing.has(node.paramid);
        break;
      // Of each group or window they have another value, also without arguments: `count(*)`, `row_number()`.
      case 'AGGREF':
        constant &&= depth(inside, scope) !== node.agglevelsup;
        break;
      case 'WINDOWFUNC':
        constant &&= depth(inside, scope) !== 0;
        break;
      case 'NEXTVALUEEXPR':
      case 'CURRENTOFEXPR':
      case 'SETTODEFAULT':
        constant = false;
        break;
      case 'FUNCEXPR':
        constant &&= !node.funcretset;
        break;
      default:
    }
    for (const oid of calledFunctions(node, catalog)) {
      const entry = catalog.functions.get(oid);
      if (entry === undefined || entry.volatility === 'v') constant = false;
    }
    return constant;
  });
  return constant;
}

/** How many queries `inside` lies within `scope`; -1 if it does not. */
function depth(inside: Scope | null, scope: Scope): number {
  let levels = 0;
  for (let at = inside; at !== null; at = at.outer, levels++) if (at === scope) return levels;
  return -1;
}
