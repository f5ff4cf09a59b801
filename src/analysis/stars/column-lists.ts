import { Cmd, type Expr, type QueryNode, type RangeTblEntry, Rte, type TargetEntry } from '../tree/nodes.ts';
import { isNode, type NodePositions } from '../tree/read.ts';

/** An expression of a list that a star can be part of. */
export interface ListedColumn {
  readonly expr: Expr;
  /** The byte of the statement that it begins at; -1: unknown. */
  readonly location: number;
  /** The name of the column or field; null: unknown. */
  readonly name: string | null;
  /** The range table entry that a bare star takes it from; null for what is not a column. */
  readonly entry: RangeTblEntry | null;
}

/** A target list, the arguments of ROW or a row of VALUES. */
export interface ColumnList {
  /** The query that it is in, with those around it. */
  readonly queries: readonly [QueryNode, ...QueryNode[]];
  readonly columns: readonly ListedColumn[];
}

// What could be asked of joins and groups, not what is asked; the server has made both of what is elsewhere.
const DERIVED = new Set(['joinaliasvars', 'groupexprs', 'exclRelTlist']);

/** All lists of a statement in which a star can be. */
export function columnLists(query: QueryNode, places: NodePositions): readonly ColumnList[] {
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
      lists.push({ queries: inside, columns: list.map((one) => listed(one, inside, places)) });
    }
    for (const field in value) {
      if (DERIVED.has(field)) continue;
      const below: unknown = Reflect.get(value, field);
      if (typeof below === 'object' && below !== null) visit(below, inside);
    }
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

function listed(
  node: Expr | TargetEntry,
  queries: ColumnList['queries'],
  places: NodePositions,
): ListedColumn {
  if (node.tag !== 'TARGETENTRY') return column(node, null, queries, places);
  const name = node.resname ?? null;
  return column(node.expr, name === null ? null : String(name), queries, places);
}

function column(
  written: Expr,
  name: string | null,
  queries: ColumnList['queries'],
  places: NodePositions,
): ListedColumn {
  const expr = ungrouped(written, queries[0]);
  const location = locationOf(expr, places);
  if (expr.tag !== 'VAR') return { expr, location, name, entry: null };
  const { varnosyn = 0, varattnosyn = 0 } = places.get(expr) ?? {};
  const entry = queries[expr.varlevelsup]?.rtable?.[varnosyn - 1] ?? null;
  const names = entry === null ? null : places.get(entry)?.eref?.colnames;
  return { expr, location, name: name ?? names?.[varattnosyn - 1] ?? null, entry };
}

/** PostgreSQL 18 puts a Var of its own for a grouped column, without a location. */
function ungrouped(expr: Expr, query: QueryNode): Expr {
  if (expr.tag !== 'VAR' || expr.varlevelsup > 0) return expr;
  const entry = query.rtable?.[expr.varno - 1];
  return entry?.rtekind === Rte.group ? (entry.groupexprs?.[expr.varattno - 1] ?? expr) : expr;
}

/** The name that a statement can call what is in FROM; null where it has none. */
export function entryName(entry: RangeTblEntry, places: NodePositions): string | null {
  // A join and a subquery without an alias are named by the server only.
  const unnamed = !entry.alias && (entry.rtekind === Rte.join || entry.rtekind === Rte.subquery);
  return unnamed ? null : String(places.get(entry)?.eref?.aliasname);
}

function locationOf(expr: Expr, places: NodePositions): number {
  if (expr.tag === 'FIELDSELECT') return locationOf(expr.arg, places);
  return places.get(expr)?.location ?? -1;
}
