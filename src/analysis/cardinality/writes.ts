import { isIntercepted, isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import type { Expr, MergeAction } from '../tree/nodes.ts';
import { Cmd } from '../tree/nodes.ts';
import type { Block, MaxRows } from './block.ts';
import { countRows, countSingleRows } from './count.ts';
import { startCounting } from './determine.ts';
import { hasVariadicParam } from './entries.ts';
import { plansOf, rootOf } from './plan.ts';
import { determinedResults } from './results.ts';

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
  const determined = determinedResults(counting, (result) => returnedAsFound(result, block));
  return { max: countRows(counting, counting.root, target), determined };
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

/** The expression of a RETURNING column that shows what WHERE has seen; null where the write may have changed it. */
function returnedAsFound(result: number, { query, analysis }: Block): Expr | null {
  const expr = query.returningList?.find(({ resno }) => resno === result)?.expr;
  if (expr?.tag !== 'VAR') return null;
  if (query.commandType !== Cmd.update && query.commandType !== Cmd.delete) return null;
  if (expr.varno !== query.resultRelation || query.commandType === Cmd.delete) return expr;
  const entry = query.rtable?.[query.resultRelation - 1];
  const relation = analysis.catalog.relations.get(entry?.relid ?? 0);
  const isTable = relation?.kind === 'r' || relation?.kind === 'p';
  if (!isTable || isIntercepted(relation, analysis.catalog, 'update')) return null;
  const isSet = (query.targetList ?? []).some(({ resno, resjunk }) => !resjunk && resno === expr.varattno);
  return isSet || relation.columns.get(expr.varattno)?.generated !== '' ? null : expr;
}
