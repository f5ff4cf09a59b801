import { Cmd, type QueryNode, Rte } from '../tree/nodes.ts';
import type { Catalog, Relation } from './catalog.ts';
import { definingQuery } from './definition.ts';
import { mayAssign } from './trigger-body.ts';

// src/include/catalog/pg_trigger.h
const TRIGGER_ROW = 1;
const TRIGGER_BEFORE = 2;
const TRIGGER_INSTEAD = 64;
const TRIGGER_EVENT = { insert: 4, delete: 8, update: 16 } as const;

export type WriteEvent = keyof typeof TRIGGER_EVENT;

// pg_rewrite.ev_type
const RULE_EVENT = { update: '2', insert: '3', delete: '4' } as const;

/** Where a row that is written ends up. */
export interface WriteTarget {
  readonly relation: Relation;
  /** The target's column that a column of the relation written to represents; null for computed ones. */
  readonly columnOf: (attnum: number) => number | null;
}

/**
 * Follows automatically updatable views (PostgreSQL documentation, CREATE VIEW, "Updatable Views") down to the
 * table. The last one is a view where INSTEAD OF triggers or rules do the writing: what they do is unknown.
 *
 * @returns the relation itself first, the table that is written to last
 */
export function writeTargets(
  relation: Relation,
  catalog: Catalog,
  event: WriteEvent,
): readonly WriteTarget[] {
  const targets: WriteTarget[] = [{ relation, columnOf: (attnum) => attnum }];
  for (let last = targets[0]; last !== undefined; ) {
    const query = definingQuery(last.relation);
    if (last.relation.kind !== 'v' || query === null || isRewritten(last.relation, event)) break;
    const from = query.jointree?.fromlist ?? [];
    const [only] = from;
    const entry =
      from.length === 1 && only?.tag === 'RANGETBLREF' ? query.rtable?.[only.rtindex - 1] : undefined;
    const below = entry?.rtekind === Rte.relation ? catalog.relations.get(entry.relid ?? 0) : undefined;
    if (below === undefined) break;
    const { columnOf } = last;
    last = {
      relation: below,
      columnOf: (attnum) => {
        const column = columnOf(attnum);
        const expr = query.targetList?.find(({ resno }) => resno === column)?.expr;
        return expr?.tag === 'VAR' && expr.varattno > 0 ? expr.varattno : null;
      },
    };
    targets.push(last);
  }
  return targets;
}

/**
 * The default of a column of the table that is written to, as node text; null if it has none, undefined where a view on the
 * way has defaults of its own, which go before it.
 */
export function defaultOf(targets: readonly WriteTarget[], column: number): string | null | undefined {
  const table = targets.at(-1)?.relation;
  const views = targets.filter(({ relation }) => relation.kind === 'v');
  if (
    views.some(({ relation }) => [...relation.columns.values()].some(({ expression }) => expression !== null))
  )
    return undefined;
  const attribute = table?.columns.get(column);
  return attribute?.generated === '' ? attribute.expression : undefined;
}

/** Whether a rule or an INSTEAD OF trigger does something else than the statement says. */
export function isRewritten(relation: Relation, event: WriteEvent): boolean {
  return (
    relation.rules.includes(RULE_EVENT[event]) ||
    relation.triggers.some((type) => (type & TRIGGER_INSTEAD) !== 0 && (type & TRIGGER_EVENT[event]) !== 0)
  );
}

/**
 * Whether RETURNING shows as a range table entry's row what a rule or an INSTEAD OF trigger makes of it: anything, whatever
 * the definition of the view or constraints say.
 */
export function isMadeElsewhere(query: QueryNode, rtindex: number, catalog: Catalog): boolean {
  if (query.commandType === Cmd.select || rtindex !== query.resultRelation) return false;
  const relation = catalog.relations.get(query.rtable?.[rtindex - 1]?.relid ?? 0);
  const events = ['insert', 'update', 'delete'] as const;
  return (
    relation === undefined ||
    events.some((event) =>
      writeTargets(relation, catalog, event).some((target) => isRewritten(target.relation, event)),
    )
  );
}

/** Whether triggers of any kind fire for what is done to the relation itself. */
export function hasTrigger(relation: Relation, event: WriteEvent): boolean {
  return relation.triggers.some((type) => (type & TRIGGER_EVENT[event]) !== 0);
}

/**
 * Whether a value that is written to a column of the relation may be changed before constraints are checked: by a BEFORE row
 * trigger, of a partition or child too, or by a foreign server.
 */
export function isChangeable(
  relation: Relation,
  column: string,
  catalog: Catalog,
  event: WriteEvent,
): boolean {
  return isInterceptedBy(bitsOf(relation, event), relation, catalog, column);
}

/**
 * Whether a row that is written may be changed or omitted: by a BEFORE row trigger of the relation, or of a
 * partition or child that the row may belong to, or by a foreign server. An UPDATE that moves a row to another partition
 * inserts it there (PostgreSQL documentation, "Overview of Trigger Behavior"), before any constraint is checked.
 */
export function isIntercepted(relation: Relation, catalog: Catalog, event: WriteEvent): boolean {
  return isInterceptedBy(bitsOf(relation, event), relation, catalog, null);
}

function bitsOf(relation: Relation, event: WriteEvent): readonly number[] {
  const events: readonly WriteEvent[] =
    event === 'update' && relation.kind === 'p' ? ['update', 'insert'] : [event];
  return events.map((each) => TRIGGER_ROW | TRIGGER_BEFORE | TRIGGER_EVENT[each]);
}

/**
 * @param wanted the bits of the triggers, one of which is enough
 * @param column the one that is asked for; null for all that a trigger can do
 */
function isInterceptedBy(
  wanted: readonly number[],
  relation: Relation,
  catalog: Catalog,
  column: string | null,
): boolean {
  const fires = (type: number) => wanted.some((bits) => (type & bits) === bits);
  return (
    relation.kind === 'f' ||
    relation.triggers.some(
      (type, i) =>
        fires(type) &&
        (type & TRIGGER_INSTEAD) === 0 &&
        (column === null || mayAssign(relation.triggerBodies[i] ?? null, column)),
    ) ||
    relation.children.some((oid) => {
      const child = catalog.relations.get(oid);
      return child === undefined || isInterceptedBy(wanted, child, catalog, column);
    })
  );
}
