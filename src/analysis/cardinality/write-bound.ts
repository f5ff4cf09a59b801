import { isIntercepted, isRewritten, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import type { JoinExpr, MergeAction } from '../tree/nodes.ts';
import { Cmd, Join } from '../tree/nodes.ts';
import type { Cardinality, Frame } from './frame.ts';
import { treeBound, treeMinimum } from './join-tree.ts';
import { entryMinimum, grows } from './range-table.ts';
import { nothingKnown } from './settled.ts';

const unknown: Cardinality = { min: 0, max: null };

/** How many rows an INSERT, UPDATE, DELETE or MERGE affects, which are those that RETURNING gives. */
export function writeBound(frame: Frame): Cardinality {
  const { query } = frame.scope;
  switch (query.commandType) {
    case Cmd.insert:
      return insertBound(frame);
    case Cmd.update:
      return changeBound(frame, 'update');
    case Cmd.delete:
      return changeBound(frame, 'delete');
    default:
      return mergeBound(frame);
  }
}

function insertBound(frame: Frame): Cardinality {
  const { query } = frame.scope;
  const events: readonly WriteEvent[] = query.onConflict?.onConflictSet ? ['insert', 'update'] : ['insert'];
  if (query.hasTargetSRFs || rewritten(frame, events)) return unknown;
  const { max } = treeBound(query.jointree, [], frame, nothingKnown(), null);
  const min = treeMinimum(query.jointree, (index) => entryMinimum(index, frame));
  const { onConflict } = query;
  const skips =
    (onConflict !== null && (onConflict.action === 1 || onConflict.onConflictWhere !== null)) ||
    events.some((event) => intercepted(frame, event));
  // A list at run time is never empty, but it may be long.
  return { min: skips ? 0 : min, max: grows(query.targetList, frame) ? null : max };
}

function changeBound(frame: Frame, event: WriteEvent): Cardinality {
  const { query } = frame.scope;
  if (rewritten(frame, [event])) return unknown;
  // Several partners change a row once.
  return { min: 0, max: treeBound(query.jointree, [], frame, nothingKnown(), query.resultRelation).max };
}

/** Each source row meets each target row that it matches, or none. */
function mergeBound(frame: Frame): Cardinality {
  const { query } = frame.scope;
  const actions = query.mergeActionList ?? [];
  const events: readonly WriteEvent[] = ['insert', 'update', 'delete'];
  if (rewritten(frame, events) || actions.some(startsFromTarget)) return unknown;
  const [source] = query.jointree?.fromlist ?? [];
  if (query.jointree?.fromlist?.length !== 1 || source === undefined || !query.mergeJoinCondition)
    return unknown;
  const join: JoinExpr = {
    tag: 'JOINEXPR',
    jointype: Join.left,
    larg: source,
    rarg: { tag: 'RANGETBLREF', rtindex: query.resultRelation },
    quals: query.mergeJoinCondition,
    rtindex: 0,
  };
  return { min: 0, max: treeBound(join, [], frame, nothingKnown(), null).max };
}

/** WHEN NOT MATCHED BY SOURCE. */
function startsFromTarget(action: MergeAction): boolean {
  return action.matchKind === 1;
}

function rewritten(frame: Frame, events: readonly WriteEvent[]): boolean {
  return events.some((event) => targets(frame, event).some(({ relation }) => isRewritten(relation, event)));
}

function intercepted(frame: Frame, event: WriteEvent): boolean {
  const { catalog } = frame;
  return targets(frame, event).some(({ relation }) => isIntercepted(relation, catalog, event));
}

function targets({ scope, catalog }: Frame, event: WriteEvent) {
  const entry = scope.query.rtable?.[scope.query.resultRelation - 1];
  const relation = catalog.relations.get(entry?.relid ?? 0);
  return relation === undefined ? [] : writeTargets(relation, catalog, event);
}
