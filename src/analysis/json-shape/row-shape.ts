import type { Catalog, Relation } from '../catalog/catalog.ts';
import { type Context, contextAt } from '../nullability/context.ts';
import { entryFacts } from '../nullability/range-table.ts';
import { type Scope, withQueryOf } from '../scope.ts';
import { expressionType } from '../tree/expression-type.ts';
import type { QueryNode, RangeTblEntry, RowExpr, Var } from '../tree/nodes.ts';
import { Rte } from '../tree/nodes.ts';
import type { Json } from '../type.ts';
import type { Shaper } from './shaper.ts';
import { object, orNull, unknown } from './union.ts';

interface RowColumn {
  readonly name: string;
  readonly attnum: number;
  readonly type: number;
  readonly typeModifier: number;
}

/** A row that is not NULL: `t`, `t.*`, the alias of a subquery. */
export function wholeRowShape(row: Var, context: Context, shaper: Shaper): Json {
  const at = contextAt(context, row.varlevelsup);
  const entry = at?.frame.scope.query.rtable?.[row.varno - 1];
  const columns = at === null || entry === undefined ? null : columnsOf(entry, row.vartype, at.frame.scope);
  if (at === null || columns === null) return unknown;
  // The row is not that of an outer join's missing side: its columns are as in their own place. What is written need not be
  // as a view or a trigger has it there.
  const inPlace = row.varno === at.frame.scope.query.resultRelation ? [] : entryFacts(at.frame, row.varno);
  return object(
    columns.map(({ name, attnum, type, typeModifier }) => {
      const column: Var = { ...row, varattno: attnum, vartype: type, vartypmod: typeModifier };
      const nullable =
        (inPlace[attnum - 1]?.nullable ?? true) && context.frame.engine.facts(column, context).nullable;
      return { name, value: orNull(shaper.present(column, context), nullable) };
    }),
  );
}

/** `ROW(a, b)`, and the alias of a join. */
export function rowExpressionShape(row: RowExpr, context: Context, shaper: Shaper): Json {
  const names = row.colnames ?? [];
  const args = row.args ?? [];
  if (row.row_typeid !== RECORD || names.length !== args.length) return unknown;
  return object(args.map((arg, i) => ({ name: names[i] ?? '', value: shaper.value(arg, context) })));
}

const RECORD = 2249;

function columnsOf(entry: RangeTblEntry, type: number, scope: Scope): readonly RowColumn[] | null {
  const { catalog } = scope;
  switch (entry.rtekind) {
    case Rte.relation:
      return relationColumns(catalog.relations.get(entry.relid ?? 0));
    case Rte.subquery:
      return entry.subquery ? queryColumns(entry.subquery, entry.alias?.colnames ?? []) : null;
    case Rte.cte: {
      const cte = withQueryOf(scope, entry);
      if (cte === null || cte.node.cterecursive) return null;
      const names = cte.node.ctecolnames ?? [];
      return queryColumns(
        cte.node.ctequery,
        names.map((name, i) => entry.alias?.colnames?.[i] ?? name),
      );
    }
    case Rte.values: {
      const [first] = entry.values_lists ?? [];
      const names = entry.alias?.colnames ?? [];
      return (first ?? []).map((value, i) => ({
        name: names[i] ?? `column${i + 1}`,
        attnum: i + 1,
        type: entry.coltypes?.[i] ?? expressionType(value) ?? 0,
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

/** @param names what the alias calls the first columns */
function queryColumns(query: QueryNode, names: readonly string[]): readonly RowColumn[] {
  const list = (query.commandType === 1 ? query.targetList : query.returningList) ?? [];
  return list
    .filter(({ resjunk }) => !resjunk)
    .map(({ resname, expr }, i) => ({
      name: names[i] ?? String(resname),
      attnum: i + 1,
      type: expressionType(expr) ?? 0,
      typeModifier: -1,
    }));
}
