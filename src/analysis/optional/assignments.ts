import type { TextRun } from '../../sql/boolean-terms.ts';
import type { WriteList, WriteLists } from '../../sql/write-lists.ts';
import { type Catalog, FIRST_NORMAL_OID, type Relation } from '../catalog/catalog.ts';
import { defaultOf, type WriteEvent, writeTargets } from '../catalog/updatable.ts';
import { columnRestriction } from '../parameters/restriction.ts';
import { expressionType } from '../tree/expression-type.ts';
import {
  Cmd,
  type Expr,
  type Node,
  type ParamNode,
  type QueryNode,
  type TargetEntry,
} from '../tree/nodes.ts';
import { isNode } from '../tree/read.ts';
import { extentOf, locationOf } from './places.ts';

/** An assignment that is sent, or a value that is not DEFAULT, only if the parameters that it mentions are given. */
export interface OptionalAssignment {
  readonly run: TextRun;
  /** The assignments of its SET; null: it is a value of VALUES. */
  readonly list: WriteList | null;
  /** What it is in the tree: several for `(a, b) = (…)`. */
  readonly entries: readonly TargetEntry[];
  /** The `$n` of it that can be omitted. */
  readonly slots: ReadonlySet<number>;
}

/** The field of a node that has what is written to a table; null: it has none. */
export function writtenField(node: Node): { readonly field: string; readonly event: WriteEvent } | null {
  if (node.tag === 'ONCONFLICTEXPR') return { field: 'onConflictSet', event: 'update' };
  if (node.tag !== 'QUERY' && node.tag !== 'MERGEACTION') return null;
  const { commandType } = node;
  if (commandType === Cmd.update) return { field: 'targetList', event: 'update' };
  return commandType === Cmd.insert ? { field: 'targetList', event: 'insert' } : null;
}

/**
 * The assignments of a list that mention parameters which can be omitted.
 *
 * @param usesIn where an entry mentions them
 * @returns also the uses that are in no assignment, as where the rows that are inserted come from a subquery
 */
export function assignmentsOf(
  entries: readonly TargetEntry[],
  event: WriteEvent,
  usesIn: (entry: TargetEntry) => readonly ParamNode[],
  text: WriteLists,
  offset: (location: number) => number,
): { readonly found: readonly OptionalAssignment[]; readonly misplaced: readonly ParamNode[] } {
  const uses = entries.map(usesIn);
  const [first] = uses.flat();
  if (first === undefined) return { found: [], misplaced: [] };
  const place = offset(locationOf(first));
  const list = event === 'update' ? text.assignmentsAround(place) : text.valuesAround(place);
  const parts = new Map<TextRun, { entries: TargetEntry[]; slots: Set<number> }>();
  const misplaced: ParamNode[] = [];
  for (const [i, entry] of entries.entries()) {
    const extent = extentOf(entry);
    const run = extent === null ? null : runAt(list?.items ?? [], offset(extent.first));
    if (run === null) {
      misplaced.push(...(uses[i] ?? []));
      continue;
    }
    const part = parts.get(run) ?? { entries: [], slots: new Set() };
    part.entries.push(entry);
    for (const { paramid } of uses[i] ?? []) part.slots.add(paramid);
    parts.set(run, part);
  }
  const found = [...parts]
    .filter(([, { slots }]) => slots.size > 0)
    .map(([run, part]) => ({ run, list: event === 'update' ? list : null, ...part }));
  return { found, misplaced };
}

/** The run that holds a place, of runs in order. */
function runAt(runs: readonly TextRun[], place: number): TextRun | null {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.end ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  const run = runs[low];
  return run !== undefined && run.start <= place ? run : null;
}

/** The lists of what a statement writes, in an order that depends on its form alone. */
function writtenLists(query: QueryNode): readonly (readonly TargetEntry[])[] {
  const lists: (readonly TargetEntry[])[] = [];
  mapWritten(query, (entries) => {
    lists.push(entries);
    return entries;
  });
  return lists;
}

/** A statement with other lists; what does not change is the same object. */
export function mapWritten(
  query: QueryNode,
  map: (entries: readonly TargetEntry[], index: number, around: QueryNode) => readonly TargetEntry[],
): QueryNode {
  let index = 0;
  const mapNode = <T extends Node>(node: T, outer: QueryNode): T => {
    const around: QueryNode = node.tag === 'QUERY' ? node : outer;
    const written = writtenField(node);
    let changed: T = node;
    const set = (field: string, value: unknown) => {
      if (value !== Reflect.get(node, field)) changed = { ...changed, [field]: value };
    };
    if (written !== null) {
      const entries = Reflect.get(node, written.field) as readonly TargetEntry[] | null;
      if (entries !== null) set(written.field, map(entries, index++, around));
    }
    // A query that writes is the statement itself or in its WITH.
    for (const field of ['cteList', 'onConflict', 'mergeActionList', 'ctequery']) {
      const below: unknown = Reflect.get(node, field);
      if (Array.isArray(below)) {
        const mapped = below.map((one: unknown) => (isNode(one) ? mapNode(one, around) : one));
        if (mapped.some((one, i) => one !== below[i])) set(field, mapped);
      } else if (isNode(below)) set(field, mapNode(below, around));
    }
    return changed;
  };
  return mapNode(query, query);
}

const BOOL = 16;

/** An expression that is one of two, nothing being known of which. */
function eitherOf(slot: number, one: Expr, type: number, other: Expr): Expr {
  const chosen: ParamNode = { tag: 'PARAM', paramkind: 0, paramid: slot, paramtype: BOOL };
  return {
    tag: 'CASEEXPR',
    casetype: type,
    arg: null,
    args: [{ tag: 'CASEWHEN', expr: chosen, result: one }],
    defresult: other,
  };
}

/**
 * A statement in which each of some assignments may leave the column as it is, or a value may be DEFAULT.
 *
 * @param whole the complete tree that the assignments are of; the statement's own has the same lists
 * @param slot the first `$n` that the statement does not have
 */
export function withAlternatives(
  query: QueryNode,
  assignments: readonly OptionalAssignment[],
  whole: QueryNode,
  slot: number,
  catalog: Catalog,
): QueryNode {
  if (assignments.length === 0) return query;
  const slots = new Map(
    assignments.flatMap(({ entries }, i) => entries.map((entry) => [entry, slot + i] as const)),
  );
  const values = new Set(assignments.flatMap(({ entries, list }) => (list === null ? entries : [])));
  const lists = writtenLists(whole);
  return mapWritten(query, (entries, index, around) => {
    const relation = catalog.relations.get(around.rtable?.[around.resultRelation - 1]?.relid ?? 0);
    return entries.map((entry, i) => {
      const same = lists[index]?.[i];
      const chosen = same === undefined ? undefined : slots.get(same);
      if (same === undefined || chosen === undefined || entry.resjunk) return entry;
      const { expr, resno } = entry;
      const type = relation?.columns.get(resno)?.type ?? expressionType(expr) ?? 0;
      const other: Expr = values.has(same)
        ? { tag: 'SETTODEFAULT', typeId: type }
        : { tag: 'VAR', varno: around.resultRelation, varattno: resno, vartype: type, varlevelsup: 0 };
      return { ...entry, expr: eitherOf(chosen, expr, type, other) };
    });
  });
}

/** Whether DEFAULT for a column can only fail: it takes no NULL and nothing gives it another value. */
export function refusesDefault(relation: Relation, attnum: number, catalog: Catalog): boolean {
  if (columnRestriction(relation, attnum, 'insert', catalog).refusesNull !== true) return false;
  const targets = writeTargets(relation, catalog, 'insert');
  const target = targets.at(-1);
  const column = target?.columnOf(attnum) ?? 0;
  const attribute = target?.relation.columns.get(column);
  // Of a type's own default nothing is known.
  const type = catalog.types.get(attribute?.type ?? 0);
  const isPlain = type?.kind !== 'd' && !(type?.kind === 'b' && type.oid >= FIRST_NORMAL_OID);
  return isPlain && attribute?.identity === '' && defaultOf(targets, column) === null;
}
