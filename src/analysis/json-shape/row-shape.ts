import { type Context, contextAt } from '../nullability/context.ts';
import { entryFacts } from '../nullability/range-table.ts';
import { RECORD, rowColumns } from '../row-columns.ts';
import type { RowExpr, Var } from '../tree/nodes.ts';
import type { JsonShape } from '../type.ts';
import type { Shaper } from './shaper.ts';
import { jsonOrNull, object, unknown } from './union.ts';

/** A row that is not NULL: `t`, `t.*`, the alias of a subquery. */
export function wholeRowShape(row: Var, context: Context, shaper: Shaper): JsonShape {
  const at = contextAt(context, row.varlevelsup);
  const entry = at?.frame.scope.query.rtable?.[row.varno - 1];
  const columns = at === null || entry === undefined ? null : rowColumns(entry, row.vartype, at.frame.scope);
  if (at === null || columns === null || columns.some(({ name }) => name === '')) return unknown;
  // The row is not that of an outer join's missing side: its columns are as in their own place. What is written need not be
  // as a view or a trigger has it there.
  const inPlace = row.varno === at.frame.scope.query.resultRelation ? [] : entryFacts(at.frame, row.varno);
  return object(
    columns.map(({ name, attnum, type, typeModifier }) => {
      const column: Var = { ...row, varattno: attnum, vartype: type, vartypmod: typeModifier };
      const nullable =
        (inPlace[attnum - 1]?.nullable ?? true) && context.frame.engine.facts(column, context).nullable;
      return { name, value: jsonOrNull(shaper.present(column, context), nullable) };
    }),
  );
}

/** `ROW(a, b)`, and the alias of a join. */
export function rowExpressionShape(row: RowExpr, context: Context, shaper: Shaper): JsonShape {
  const names = row.colnames ?? [];
  const args = row.args ?? [];
  if (row.row_typeid !== RECORD || names.length !== args.length) return unknown;
  return object(args.map((arg, i) => ({ name: names[i] ?? '', value: shaper.value(arg, context) })));
}
