import type { Relation } from '../catalog/catalog.ts';
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
  const columns = at === null || entry === undefined ? null : columnsOf(entry, at.frame.scope);
  if (at === null || columns === null) return unknown;
  // The row is not that of an outer join's missing side: its columns are as in their own place.
  const inPlace = entryFacts(at.frame, row.varno);
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

function columnsOf(entry: RangeTblEntry, scope: Scope): readonly RowColumn[] | null {
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
    default:
      return null;
  }
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
