import { type Facts, type FieldFacts, unknownFacts } from '../facts.ts';
import { RECORD, rowColumns } from '../row-columns.ts';
import { Rte, type Var } from '../tree/nodes.ts';
import type { Context } from './context.ts';
import { withNullable } from './join-facts.ts';
import { entryFacts } from './range-table.ts';
import { bounded, columnsOf } from './row.ts';

/**
 * The columns of a whole row, `u` of `FROM users u`, in a row where it is not NULL: that is, not that of an outer join's
 * missing side.
 */
export function wholeRowFields(row: Var, at: Context): readonly FieldFacts[] | undefined {
  const { frame } = at;
  const entry = frame.scope.query.rtable?.[row.varno - 1];
  // What grouping sets do to a row as a whole is not followed.
  if (entry === undefined || frame.scope.query.groupingSets !== null) return undefined;
  const inPlace = entryFacts(frame, row.varno);
  const column = (number: number): Facts => {
    // A join's row is made of its columns where it is, also of those that an outer join has made NULL.
    if (entry.rtekind === Rte.join)
      return frame.engine.facts({ ...row, varattno: number, varlevelsup: 0 }, at);
    const own = inPlace[number - 1] ?? unknownFacts;
    if (!own.nullable) return own;
    return withNullable(own, frame.engine.facts({ ...row, varattno: number, varlevelsup: 0 }, at).nullable);
  };
  switch (entry.rtekind) {
    case Rte.relation: {
      const relation = frame.scope.catalog.relations.get(entry.relid ?? 0);
      return relation && columnsOf(relation, column);
    }
    case Rte.subquery:
    case Rte.cte:
    case Rte.values:
    case Rte.join:
    case Rte.function: {
      const columns = row.vartype === RECORD ? rowColumns(entry, row.vartype, frame.scope) : null;
      if (columns === null) return undefined;
      return bounded(
        columns.map(({ name, attnum, type, origin }) => ({
          number: attnum,
          name,
          type,
          ...(origin && { origin }),
          facts: column(attnum),
        })),
      );
    }
    default:
      return undefined;
  }
}
