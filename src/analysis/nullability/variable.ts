import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { type Expr, type RangeTblEntry, Rte, type Var } from '../tree/nodes.ts';
import { holdsIn } from './atoms.ts';
import { refusedByChecks } from './constraint.ts';
import { type Context, contextAt, type RowVersion } from './context.ts';
import { nulledByGrouping } from './grouping.ts';
import { withNullable } from './join-facts.ts';
import { isInEverySet, targetVersion, variableKey } from './key.ts';
import { entryFacts } from './range-table.ts';
import { isMatched } from './refine.ts';
import { columnsOf } from './row.ts';
import { wholeRowFields } from './whole-row.ts';

/** What is proven of a column of the range table, as seen from `context`. */
export function variableFacts(variable: Var, context: Context): Facts {
  const at = contextAt(context, variable.varlevelsup);
  if (at === null) return unknownFacts;
  const { frame } = at;
  const entry = frame.scope.query.rtable?.[variable.varno - 1];
  // Seen from its own query.
  const own = variable.varlevelsup === 0 ? variable : { ...variable, varlevelsup: 0 };
  if (entry === undefined || nulledByGrouping(own, at)) return unknownFacts;
  const before = (expr: Expr) =>
    frame.engine.facts(expr, { ...at, stage: 'row', caseTest: null, sublink: null });
  const behind = (entry.rtekind === Rte.group ? entry.groupexprs : entry.joinaliasvars)?.[
    variable.varattno - 1
  ];
  if (entry.rtekind === Rte.group) return behind && isInEverySet(variable) ? before(behind) : unknownFacts;
  let found: Facts;
  if (entry.rtekind === Rte.join && own.varattno > 0) {
    // Its columns know of the outer joins themselves.
    found = behind ? before(behind) : unknownFacts;
  } else {
    found = ownFacts(own, entry, at);
    if (!found.nullable && !isMatched(frame, frame.regions.of.get(variable.varno), at.proven))
      found = withNullable(found, true);
  }
  if (!found.nullable) return found;
  const key = variableKey(own, at);
  const isProven = (key !== null && holdsIn(at.proven, key)) || refusedByChecks([own], at);
  return isProven ? withNullable(found, false) : found;
}

/** Where the entry's rows are real. */
function ownFacts(variable: Var, entry: RangeTblEntry, at: Context): Facts {
  const { frame } = at;
  const version = targetVersion(variable, at);
  if (version !== null) return writtenFacts(variable, version, entry, at);
  if (variable.varattno > 0) return entryFacts(frame, variable.varno)[variable.varattno - 1] ?? unknownFacts;
  if (variable.varattno === 0) return withFields(wholeRow(entry), wholeRowFields(variable, at));
  const isTable =
    entry.rtekind === Rte.relation && frame.engine.relation(entry.relid ?? 0, entry.inh ?? false).isTable;
  return isTable ? notNull : unknownFacts;
}

/** What RETURNING sees of a target. */
function writtenFacts(variable: Var, version: RowVersion, entry: RangeTblEntry, at: Context): Facts {
  const { written, engine } = at.frame;
  if (written === null) return unknownFacts;
  const found = written(variable.varattno, version);
  const relation = engine.catalog.relations.get(entry.relid ?? 0);
  if (variable.varattno !== 0 || found.nullable || relation === undefined) return found;
  return withFields(
    found,
    columnsOf(relation, (number) => written(number, version)),
  );
}

function withFields(row: Facts, fields: Facts['fields']): Facts {
  return fields === undefined ? row : { ...row, fields };
}

/** A row is not NULL even if all its columns are; of a function's row that is not so sure. */
function wholeRow(entry: RangeTblEntry): Facts {
  switch (entry.rtekind) {
    case Rte.relation:
    case Rte.subquery:
    case Rte.cte:
    case Rte.values:
    // It is ROW(...) of its columns.
    case Rte.join:
      return notNull;
    default:
      return unknownFacts;
  }
}
