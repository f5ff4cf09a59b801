import {
  Cmd,
  type Expr,
  type QueryNode,
  type RangeTblEntry,
  Rte,
  type TargetEntry,
  type Var,
} from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';

/** An expression of a list that a star can be part of. */
export interface ListedColumn {
  readonly expr: Expr;
  /** The byte of the statement that it begins at; -1: unknown. */
  readonly location: number;
  /** The name of what it is, a column or a field; null: unknown. */
  readonly name: string | null;
  /** The range table entry that a bare star takes it from; null for what is no column. */
  readonly entry: RangeTblEntry | null;
}

/** A target list, the arguments of ROW or a row of VALUES. */
export interface ColumnList {
  /** The query that it stands in, with those around it. */
  readonly queries: readonly [QueryNode, ...QueryNode[]];
  readonly columns: readonly ListedColumn[];
}

// What could be asked of joins and groups, not what is asked; the server has made both of what is elsewhere.
const DERIVED = new Set(['joinaliasvars', 'groupexprs', 'exclRelTlist']);

/** All lists of a statement in which a star can stand, from a tree that was read with places and names. */
export function columnLists(query: QueryNode): readonly ColumnList[] {
  const lists: ColumnList[] = [];
  visit(query, [query]);
  return lists;

  function visit(value: unknown, queries: ColumnList['queries']): void {
    if (Array.isArray(value)) {
      for (const element of value) visit(element, queries);
      return;
    }
    if (!isNode(value)) return;
    const inside: ColumnList['queries'] =
      value.tag === 'QUERY' && value !== query ? [value, ...queries] : queries;
    for (const list of listsOf(value)) {
      lists.push({ queries: inside, columns: list.map((one) => listed(one, inside)) });
    }
    for (const field in value) if (!DERIVED.has(field)) visit(Reflect.get(value, field), inside);
  }
}

function listsOf(node: { readonly tag: string }): readonly (readonly (Expr | TargetEntry)[])[] {
  const found = node as QueryNode | RangeTblEntry | Extract<Expr, { tag: 'ROWEXPR' }>;
  switch (found.tag) {
    case 'QUERY': {
      // An INSERT's list repeats that of its SELECT, a set operation's that of its first arm.
      const repeats = found.commandType !== Cmd.select || found.setOperations !== null;
      const list = repeats ? found.returningList : found.targetList;
      return [(list ?? []).filter(({ resjunk }) => !resjunk)];
    }
    case 'ROWEXPR':
      return [found.args ?? []];
    case 'RANGETBLENTRY':
      return found.values_lists ?? [];
    default:
      return [];
  }
}

function listed(node: Expr | TargetEntry, queries: ColumnList['queries']): ListedColumn {
  if (node.tag !== 'TARGETENTRY') return column(node, null, queries);
  const name = node.resname ?? null;
  return column(node.expr, name === null ? null : String(name), queries);
}

function column(written: Expr, name: string | null, queries: ColumnList['queries']): ListedColumn {
  const expr = ungrouped(written, queries[0]);
  if (expr.tag !== 'VAR') return { expr, location: locationOf(expr), name, entry: null };
  const { varnosyn = 0, varattnosyn = 0 } = expr as Syntactic;
  const entry = (queries[expr.varlevelsup]?.rtable?.[varnosyn - 1] as Named | undefined) ?? null;
  return {
    expr,
    location: locationOf(expr),
    name: name ?? entry?.eref.colnames?.[varattnosyn - 1] ?? null,
    entry,
  };
}

/** PostgreSQL 18 puts a Var of its own for a grouped column, without a location. */
function ungrouped(expr: Expr, query: QueryNode): Expr {
  if (expr.tag !== 'VAR' || expr.varlevelsup > 0) return expr;
  const entry = query.rtable?.[expr.varno - 1];
  return entry?.rtekind === Rte.group ? (entry.groupexprs?.[expr.varattno - 1] ?? expr) : expr;
}

/** How the statement names a Var, which for the columns of joins is not what it is (primnodes.h). */
interface Syntactic extends Var {
  readonly varnosyn?: number;
  readonly varattnosyn?: number;
}

interface Named extends RangeTblEntry {
  readonly eref: { readonly aliasname: string; readonly colnames: readonly string[] | null };
}

/** The name that a statement can call what is in FROM; null where it has none. */
export function nameOf(entry: RangeTblEntry): string | null {
  // A join and a subquery without an alias are named by the server only.
  const unnamed = !entry.alias && (entry.rtekind === Rte.join || entry.rtekind === Rte.subquery);
  return unnamed ? null : String((entry as Named).eref.aliasname);
}

function locationOf(expr: Expr): number {
  if (expr.tag === 'FIELDSELECT') return locationOf(expr.arg);
  const location: unknown = Reflect.get(expr, 'location');
  return typeof location === 'number' ? location : -1;
}
