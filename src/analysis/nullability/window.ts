import { anything, type Facts, notNull } from '../facts.ts';
import { aggregates } from '../never-null/aggregates.ts';
import type { WindowClause, WindowFunc } from '../tree/nodes.ts';
import { valueOverRows } from './aggregate.ts';
import type { Context } from './context.ts';
import { learn } from './learn.ts';

/** OIDs of the built-in window functions (pg_proc.dat). */
const Fn = {
  rowNumber: 3100,
  rank: 3101,
  denseRank: 3102,
  percentRank: 3103,
  cumeDist: 3104,
  ntile: 3105,
  lagWithDefault: 3108,
  leadWithDefault: 3111,
  firstValue: 3112,
  lastValue: 3113,
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
  if (window === undefined) return anything;
  const at = call.aggfilter === null ? context : learn(context, engine.assume(call.aggfilter, 1, context));
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
    case Fn.lagWithDefault:
    case Fn.leadWithDefault:
      return args.every(({ nullable }) => !nullable) ? notNull : anything;
    case Fn.firstValue:
    case Fn.lastValue: {
      const [value] = args;
      return value !== undefined && someRow ? value : anything;
    }
  }
  const rule = aggregates.get(call.winfnoid);
  if (!call.winagg || rule === undefined) return anything;
  return rule === 'always' ? notNull : valueOverRows(call.winfnoid, rule, args, [], someRow);
}

/**
 * Whether the current row is in its own frame. With RANGE and an offset that is up to the type's notion of
 * distance, so there it is not relied upon.
 */
function holdsCurrentRow({ frameOptions: options }: WindowClause): boolean {
  if (options & (Frame.excludeCurrentRow | Frame.excludeGroup)) return false;
  const offsets = options & Frame.range ? 0 : Frame.startOffsetPreceding;
  const starts = options & (Frame.startUnboundedPreceding | Frame.startCurrentRow | offsets);
  const following = options & Frame.range ? 0 : Frame.endOffsetFollowing;
  const ends = options & (Frame.endUnboundedFollowing | Frame.endCurrentRow | following);
  return starts !== 0 && ends !== 0;
}
