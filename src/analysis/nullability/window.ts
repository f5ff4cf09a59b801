import { type Facts, notNull, unknownFacts } from '../facts.ts';
import { aggregateRule } from '../never-null/rule.ts';
import type { WindowClause, WindowFunc } from '../tree/nodes.ts';
import { valueOverRows } from './aggregate.ts';
import type { Context } from './context.ts';
import { joinFacts, withNullable } from './join-facts.ts';
import { TRUE } from './outcomes.ts';
import { refine } from './refine.ts';

/** OIDs of the built-in window functions (pg_proc.dat). */
const Fn = {
  rowNumber: 3100,
  rank: 3101,
  denseRank: 3102,
  percentRank: 3103,
  cumeDist: 3104,
  ntile: 3105,
  lag: 3106,
  lagBy: 3107,
  lagWithDefault: 3108,
  lead: 3109,
  leadBy: 3110,
  leadWithDefault: 3111,
  firstValue: 3112,
  lastValue: 3113,
  nthValue: 3114,
} as const;

/** FRAMEOPTION_* (src/include/nodes/parsenodes.h). */
const Frame = {
  range: 0x2,
  startUnboundedPreceding: 0x20,
  startCurrentRow: 0x200,
  endCurrentRow: 0x400,
  endUnboundedFollowing: 0x100,
  startOffsetPreceding: 0x800,
  endOffsetFollowing: 0x4000,
  excludeCurrentRow: 0x8000,
  excludeGroup: 0x10000,
} as const;

/** What is proven of a window function's value (PostgreSQL documentation, 9.22 and 4.2.8). */
export function windowFacts(call: WindowFunc, context: Context): Facts {
  const { engine, scope } = context.frame;
  const window = scope.query.windowClause?.find(({ winref }) => winref === call.winref);
  if (window === undefined) return unknownFacts;
  const rows: Context = { ...context, proven: context.frame.windowed, caseTest: null };
  const at = call.aggfilter === null ? rows : refine(rows, engine.implications(call.aggfilter, TRUE, rows));
  const args = (call.args ?? []).map((arg) => engine.facts(arg, at));
  const someRow = call.aggfilter === null && holdsCurrentRow(window);
  switch (call.winfnoid) {
    case Fn.rowNumber:
    case Fn.rank:
    case Fn.denseRank:
    case Fn.percentRank:
    case Fn.cumeDist:
      return notNull;
    case Fn.ntile:
      return args.every(({ nullable }) => !nullable) ? notNull : unknownFacts;
    case Fn.lag:
    case Fn.lagBy:
    case Fn.lead:
    case Fn.leadBy:
    case Fn.nthValue:
      return withNullable(args[0] ?? unknownFacts, true);
    case Fn.lagWithDefault:
    case Fn.leadWithDefault: {
      const [value = unknownFacts, offset = unknownFacts, other = unknownFacts] = args;
      const found = joinFacts(value, other);
      return withNullable(found, found.nullable || offset.nullable);
    }
    case Fn.firstValue:
    case Fn.lastValue: {
      const [value = unknownFacts] = args;
      return withNullable(value, value.nullable || !someRow);
    }
  }
  const rule = aggregateRule(call.winfnoid, engine.catalog);
  if (!call.winagg || rule === undefined) return unknownFacts;
  return rule === 'always' ? notNull : valueOverRows(call.winfnoid, rule, args, [], someRow);
}

/**
 * in_range of numbers (pg_proc.dat). Offsets are never negative, so a number is in range of itself. Not so of dates and
 * times: `interval '1 month -30 days'` is not negative and leads forth from 1 March.
 */
const numbersInRange = new Set([4126, 4127, 4128, 4129, 4130, 4131, 4132, 4139, 4140, 4141]);

/** Whether the current row is in its own frame. */
function holdsCurrentRow(window: WindowClause): boolean {
  const { frameOptions: options } = window;
  if (options & (Frame.excludeCurrentRow | Frame.excludeGroup)) return false;
  const isNear = (support: number) => (options & Frame.range) === 0 || numbersInRange.has(support);
  const preceding = isNear(window.startInRangeFunc) ? Frame.startOffsetPreceding : 0;
  const starts = options & (Frame.startUnboundedPreceding | Frame.startCurrentRow | preceding);
  const following = isNear(window.endInRangeFunc) ? Frame.endOffsetFollowing : 0;
  const ends = options & (Frame.endUnboundedFollowing | Frame.endCurrentRow | following);
  return starts !== 0 && ends !== 0;
}
