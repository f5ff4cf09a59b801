import { minInput } from '../cardinality/min-rows.ts';
import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { aggregateRule } from '../never-null/rule.ts';
import { mayBeEmpty } from '../tree/groups.ts';
import type { Aggref, Expr } from '../tree/nodes.ts';
import { hasInput, hasRow } from './aggregate-input.ts';
import type { Context } from './context.ts';
import { arrayOfArrays } from './dimensions.ts';
import { withNullable } from './join-facts.ts';
import { TRUE } from './outcomes.ts';
import { reachesRow } from './reached-row.ts';
import { refine } from './refine.ts';

/** Aggregates whose value is an array of their argument's values (pg_proc.dat). */
const arrayAgg = 2335;
/** array_agg of arrays. */
const arrayAggArray = 4053;
/** Aggregates whose value is one of their argument's, and may be an array or a row: max, min, any_value, mode. */
const oneOfThem = new Set([2050, 2051, 6291, 3984]);

/** What is proven of an aggregate over the rows of a group. */
export function aggregateFacts(call: Aggref, context: Context): Facts {
  const rule = aggregateRule(call.aggfnoid, context.frame.engine.catalog);
  if (rule === undefined) return unknownFacts;
  if (rule === 'always') return notNull;
  // An aggregate of an outer query's rows: of these nothing is known here.
  if (call.agglevelsup > 0) return unknownFacts;
  const { frame } = context;
  const rows: Context = { ...context, proven: frame.proven, stage: 'row', caseTest: null, sublink: null };
  const filtered =
    call.aggfilter === null ? rows : refine(rows, frame.engine.implications(call.aggfilter, TRUE, rows));
  const args = aggregated(call).map((arg) => frame.engine.facts(arg, filtered));
  const direct = (call.aggdirectargs ?? []).map((arg) => frame.engine.facts(arg, context));
  const someRow =
    call.aggfilter === null &&
    (!mayBeEmpty(frame.scope.query) ||
      hasRow(context.proven, context) ||
      minInput(frame.scope) > 0 ||
      reachesRow(frame));
  const value = valueOverRows(call.aggfnoid, rule, args, direct, someRow);
  return value.nullable && rule === 'args' && hasInput(call, context) ? withNullable(value, false) : value;
}

/** The arguments proper: DISTINCT and ORDER BY add others behind them. */
function aggregated(call: Aggref): readonly Expr[] {
  return (call.args ?? []).filter((entry) => !entry.resjunk).map((entry) => entry.expr);
}

/** @param someRow whether there is at least one row, for sure */
export function valueOverRows(
  oid: number,
  rule: string,
  args: readonly Facts[],
  direct: readonly Facts[],
  someRow: boolean,
): Facts {
  const [first] = args;
  const given =
    direct.every(({ nullable }) => !nullable) && (rule === 'rows' || args.every(({ nullable }) => !nullable));
  const nullable = !(someRow && given);
  if (oid === arrayAgg && first !== undefined) return { nullable, element: first };
  if (oid === arrayAggArray && first !== undefined) return arrayOfArrays(first, nullable);
  return first !== undefined && oneOfThem.has(oid) ? withNullable(first, nullable) : { nullable };
}
