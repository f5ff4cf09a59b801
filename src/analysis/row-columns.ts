import type { Catalog, Relation } from './catalog/catalog.ts';
import { resultEntries, resultExpressions, type Scope, withQueryOf } from './scope.ts';
import { expressionType } from './tree/expression-type.ts';
import { type Expr, type QueryNode, type RangeTblEntry, Rte, Sub, type Var } from './tree/nodes.ts';

/** The pseudo-type of rows that have no type of their own. */
export const RECORD = 2249;

/** A column of a row as a whole. */
export interface RowColumn {
  readonly name: string;
  readonly attnum: number;
  /** OID; 0 if it is not told. */
  readonly type: number;
  readonly typeModifier: number;
  /** The table column that it is, unchanged. */
  readonly origin?: ColumnOrigin;
}

/** A relation's OID and the number of one of its columns. */
export type ColumnOrigin = readonly [relation: number, column: number];

/**
 * The columns of an entry's row as a whole, in order: `x` of `FROM (SELECT …) x`. Null where they are not told.
 * @param type of the row
 */
export function rowColumns(entry: RangeTblEntry, type: number, scope: Scope): readonly RowColumn[] | null {
  const { catalog } = scope;
  switch (entry.rtekind) {
    case Rte.relation:
      return relationColumns(catalog.relations.get(entry.relid ?? 0));
    case Rte.subquery:
      return entry.subquery ? queryColumns(entry.subquery, entry.alias?.colnames ?? [], catalog) : null;
    case Rte.cte: {
      const cte = withQueryOf(scope, entry)?.node;
      // SEARCH and CYCLE add columns that the query itself does not have.
      if (cte === undefined || cte.search_clause !== null || cte.cycle_clause !== null) return null;
      const names = cte.ctecolnames ?? [];
      return queryColumns(
        cte.ctequery,
        names.map((name, i) => entry.alias?.colnames?.[i] ?? name),
        catalog,
      );
    }
    case Rte.values: {
      const [first] = entry.values_lists ?? [];
      const names = entry.alias?.colnames ?? [];
      return (first ?? []).map((value, i) => ({
        name: names[i] ?? `column${i + 1}`,
        attnum: i + 1,
        type: entry.coltypes?.[i] ?? typeOf(value, catalog),
        typeModifier: -1,
      }));
    }
    case Rte.function: {
      // Rows of a composite type have its names, whatever the alias calls them.
      const relation = catalog.relations.get(catalog.types.get(type)?.relation ?? 0);
      if (relation !== undefined) return relationColumns(relation);
      const columns = type === RECORD ? functionColumns(entry, catalog) : null;
      const names = entry.alias?.colnames ?? [];
      return (
        columns?.map((column, i) => ({ ...column, name: names[i] ?? column.name, attnum: i + 1 })) ?? null
      );
    }
    case Rte.join:
      return (entry.joinaliasvars ?? []).map((column, i) => ({
        name: entry.alias?.colnames?.[i] ?? (column === null ? '' : nameOf(column, scope)),
        attnum: i + 1,
        type: column === null ? 0 : typeOf(column, catalog),
        typeModifier: -1,
        ...(column?.tag === 'VAR' && originOf(column, scope)),
      }));
    default:
      return null;
  }
}

const BIGINT = 20;

/**
 * The columns of functions in FROM, WITH ORDINALITY's too, as they are called without a list of names
 * (addRangeTableEntryForFunction, src/backend/parser/parse_relation.c); null if one is not told.
 */
function functionColumns(
  entry: RangeTblEntry,
  catalog: Catalog,
): readonly Omit<RowColumn, 'attnum'>[] | null {
  const found: { readonly name: string; readonly type: number }[] = [];
  const functions = entry.functions ?? [];
  for (const { funcexpr, funccolcount, funccolnames, funccoltypes } of functions) {
    const called = funcexpr.tag === 'FUNCEXPR' ? catalog.functions.get(funcexpr.funcid) : undefined;
    if (funcexpr.tag !== 'FUNCEXPR' || called === undefined) return null;
    const alias = functions.length === 1 ? entry.alias?.aliasname : undefined;
    const scalar = {
      name: called.columns?.[0]?.name || (alias ?? called.name),
      type: funcexpr.funcresulttype,
    };
    const own = funccolnames?.length
      ? funccolnames.map((name, i) => ({ name, type: funccoltypes?.[i] ?? 0 }))
      : scalar.type === RECORD
        ? (called.columns ?? [])
        : [scalar];
    // Those of polymorphic functions are of several types.
    if (own.length !== funccolcount || own.some(({ type }) => catalog.types.get(type)?.kind === 'p'))
      return null;
    found.push(...own);
  }
  if (entry.funcordinality) found.push({ name: 'ordinality', type: BIGINT });
  return found.map((column) => ({ ...column, typeModifier: -1 }));
}

function relationColumns(relation: Relation | undefined): readonly RowColumn[] | null {
  if (relation === undefined) return null;
  return [...relation.columns.values()].map(({ name, number, type, typeModifier }) => ({
    name,
    attnum: number,
    type,
    typeModifier,
  }));
}

/** What a join calls a column that it takes from one of its sides, or has merged; empty if that is not told. */
function nameOf(column: Expr, scope: Scope): string {
  switch (column.tag) {
    case 'VAR':
      return columnOf(column, scope)?.name ?? '';
    case 'COALESCEEXPR':
    case 'FUNCEXPR': {
      const [first] = column.args ?? [];
      return first === undefined ? '' : nameOf(first, scope);
    }
    case 'RELABELTYPE':
    case 'COERCETODOMAIN':
      return nameOf(column.arg, scope);
    default:
      return '';
  }
}

function originOf(column: Var, scope: Scope): Pick<RowColumn, 'origin'> {
  const origin = columnOf(column, scope)?.origin;
  return origin === undefined ? {} : { origin };
}

function columnOf(column: Var, scope: Scope): RowColumn | undefined {
  const entry = scope.query.rtable?.[column.varno - 1];
  const columns = entry === undefined ? null : rowColumns(entry, RECORD, scope);
  const at = columns?.findIndex(({ attnum }) => attnum === column.varattno) ?? -1;
  const found = columns?.[at];
  if (found === undefined || entry?.rtekind !== Rte.relation) return found;
  const origin = [entry.relid ?? 0, column.varattno] as const;
  return { ...found, name: entry.alias?.colnames?.[at] ?? found.name, origin };
}

/** @param names what the alias calls the first columns */
function queryColumns(query: QueryNode, names: readonly string[], catalog: Catalog): readonly RowColumn[] {
  return resultEntries(query).map(({ resname, expr, resorigtbl, resorigcol }, i) => ({
    name: names[i] ?? String(resname),
    attnum: i + 1,
    type: typeOf(expr, catalog),
    typeModifier: -1,
    ...(resorigtbl !== 0 && { origin: [resorigtbl, resorigcol] as const }),
  }));
}

/** The type of an expression's value, as an OID, that of ARRAY(...) too; 0 where it is not told. */
export function typeOf(expr: Expr, catalog: Catalog): number {
  const type = expressionType(expr);
  if (type !== null || expr.tag !== 'SUBLINK' || expr.subLinkType !== Sub.array) return type ?? 0;
  const [column] = resultExpressions(expr.subselect);
  const of = column === undefined ? undefined : catalog.types.get(typeOf(column, catalog));
  return of === undefined ? 0 : of.element !== 0 ? of.oid : of.array;
}
