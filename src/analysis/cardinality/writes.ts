import { isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import type { MergeAction } from '../tree/nodes.ts';
import { Cmd } from '../tree/nodes.ts';
import type { Block, MaxRows } from './block.ts';
import { countRows, countSingleRows } from './count.ts';
import { startCounting } from './determine.ts';
import { hasVariadicParam } from './entries.ts';
import { plansOf, rootOf } from './plan.ts';

const unknown: MaxRows = { max: null, determined: () => [] };

/** How many rows an INSERT, UPDATE, DELETE or MERGE affects at most, which are those that RETURNING gives. */
export function writtenRows(block: Block): MaxRows {
  const { query } = block;
  switch (query.commandType) {
    case Cmd.insert: {
      const events: readonly WriteEvent[] = query.onConflict?.onConflictSet
        ? ['insert', 'update']
        : ['insert'];
      if (query.hasTargetSRFs || rewritten(block, events)) return unknown;
      return hasVariadicParam(query.targetList, block) ? unknown : counted(block, null);
    }
    // Several partners change a row once.
    case Cmd.update:
      return rewritten(block, ['update']) ? unknown : counted(block, query.resultRelation);
    case Cmd.delete:
      return rewritten(block, ['delete']) ? unknown : counted(block, query.resultRelation);
    default:
      return mergedRows(block);
  }
}

function counted(block: Block, target: number | null): MaxRows {
  const counting = startCounting(block, plansOf(rootOf(block), block), new Map(), () => null);
  countSingleRows(counting);
  return { ...unknown, max: countRows(counting, counting.root, target) };
}

/** Each source row meets each target row that it matches, or none. */
function mergedRows(block: Block): MaxRows {
  const { query } = block;
  const actions = query.mergeActionList ?? [];
  if (rewritten(block, ['insert', 'update', 'delete']) || actions.some(startsFromTarget)) return unknown;
  if (query.jointree?.fromlist?.length !== 1 || !query.mergeJoinCondition) return unknown;
  return counted(block, null);
}

/** WHEN NOT MATCHED BY SOURCE. */
function startsFromTarget(action: MergeAction): boolean {
  return action.matchKind === 1;
}

function rewritten({ query, analysis }: Block, events: readonly WriteEvent[]): boolean {
  const entry = query.rtable?.[query.resultRelation - 1];
  const relation = analysis.catalog.relations.get(entry?.relid ?? 0);
  if (relation === undefined) return false;
  return events.some((event) =>
    writeTargets(relation, analysis.catalog, event).some((target) => isRewritten(target.relation, event)),
  );
}
