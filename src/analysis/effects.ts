import { compareTexts } from '../sql/compare-texts.ts';
import type { FunctionUse, Operation, RelationUse } from './analysed-query.ts';
import { usedDefaults } from './catalog/arguments.ts';
import type { Catalog, Relation } from './catalog/catalog.ts';
import { FIRST_NORMAL_OID } from './catalog/catalog.ts';
import { domainConditions } from './catalog/conditions.ts';
import { definingQuery } from './catalog/definition.ts';
import { knownBody, settingsInside } from './catalog/known-body.ts';
import { type WriteEvent, type WriteTarget, writeTargets } from './catalog/updatable.ts';
import { entryOf, type Scope } from './scope.ts';
import { calledFunctions } from './tree/calls.ts';
import { Cmd, type Node, type QueryNode, Rte, type TargetEntry } from './tree/nodes.ts';
import { readNodes } from './tree/read.ts';
import { fromIndexes, walk } from './tree/walk.ts';

export interface Effects {
  /** Relations that are read, through views down to their tables, sorted by schema and name. */
  readonly reads: readonly RelationUse[];
  readonly writes: readonly RelationUse[];
  readonly operations: readonly Operation[];
  /** Functions that are called, but by the bodies of others; those that initdb makes are omitted. */
  readonly calls: readonly FunctionUse[];
  /** Null where it cannot be seen. */
  readonly readOnly: boolean | null;
}

/**
 * What a statement reads and writes, as far as it can be seen.
 *
 * A column is read if the statement names it anywhere: in WHERE, RETURNING, a subquery, a CTE, as part of a
 * whole row. A view is listed with the columns used, and the relations below it with the columns that its
 * definition names, used or not; a materialised view is read as it is stored. A column is written if an
 * INSERT lists it or an UPDATE sets it, through updatable views down to the table; a DELETE writes no column.
 * System columns are omitted. Bodies of functions in SQL are analysed.
 *
 * Not seen: what other functions, triggers, rules, foreign keys' actions and defaults read and write.
 * `readOnly` is false for a statement that writes or locks rows itself, null for one that calls volatile functions
 * or aggregates whose parts are unknown, and true for all others; the policies of row security and types' input and
 * output functions are trusted to be harmless.
 */
export function effects(query: QueryNode, catalog: Catalog): Effects {
  const found: Found = {
    catalog,
    reads: new Map(),
    writes: new Map(),
    operations: [],
    calls: new Set(),
    inside: false,
    changes: false,
    unsure: false,
    seen: new Set(),
    settings: [],
  };
  collect(query, found);
  return {
    reads: uses(found.reads, catalog),
    writes: uses(found.writes, catalog),
    operations: found.operations,
    calls: [...found.calls].flatMap((oid) => functionUse(oid, catalog) ?? []),
    readOnly: found.changes || found.writes.size > 0 ? false : found.unsure ? null : true,
  };
}

type Touched = Map<number, Set<number>>;

interface Found {
  readonly catalog: Catalog;
  /** Column numbers by the relation's OID. */
  readonly reads: Touched;
  readonly writes: Touched;
  readonly operations: Operation[];
  /** OIDs. */
  readonly calls: Set<number>;
  /** Whether it is the body of a function that is analysed. */
  inside: boolean;
  /** Something is written or locked for sure. */
  changes: boolean;
  /** Something volatile is called. */
  unsure: boolean;
  /** Views, functions and domains whose definitions have been analysed, where, and under which settings. */
  readonly seen: Set<string>;
  /** Settings that the functions around set. */
  settings: readonly string[];
}

function isNew(oid: number, { seen, settings, inside }: Found): boolean {
  const key = [oid, inside, ...settings].join(' ');
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function collect(nodes: unknown, found: Found): void {
  walk(found.catalog, nodes, null, (node, scope) => {
    visit(node, scope, found);
    return true;
  });
}

function visit(node: Node, scope: Scope | null, found: Found): void {
  switch (node.tag) {
    case 'QUERY':
      visitQuery(node, found);
      break;
    case 'VAR': {
      const owner = scope === null ? null : entryOf(scope, node);
      if (owner === null) break;
      const { node: entry } = owner;
      if (entry.rtekind === Rte.join) {
        const all = entry.joinaliasvars ?? [];
        const named = node.varattno === 0 ? all : [all[node.varattno - 1]];
        walk(found.catalog, named, owner.scope, (below, inside) => {
          visit(below, inside, found);
          return true;
        });
      } else if (
        entry.rtekind === Rte.relation &&
        owner.scope.query.onConflict?.exclRelIndex !== node.varno
      ) {
        read(entry.relid ?? 0, node.varattno, found);
      }
      break;
    }
    case 'COERCETODOMAIN':
      visitDomain(node.resulttype ?? 0, found);
      break;
    case 'NEXTVALUEEXPR':
      found.changes = true;
      break;
    default:
      for (const oid of calledFunctions(node, found.catalog)) visitFunction(oid, found);
      // What walk cannot analyse.
      if (node.tag === 'FUNCEXPR' && usedDefaults(node, found.catalog).includes(null)) found.unsure = true;
  }
}

function visitQuery(query: QueryNode, found: Found): void {
  for (const index of fromIndexes(query.jointree)) {
    const entry = query.rtable?.[index - 1];
    if (entry?.rtekind === Rte.relation && index !== query.resultRelation) {
      read(entry.relid ?? 0, null, found);
    }
  }
  if (query.rowMarks !== null) found.changes = true;
  if (query.commandType === Cmd.select) return;
  found.changes = true;
  const relation = found.catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined) return;
  for (const { event, columns, given } of writesOf(query)) {
    for (const target of writeTargets(relation, found.catalog, event)) {
      const written = columns.flatMap((column) => target.columnOf(column) ?? []);
      touch(found.writes, target.relation.oid, written);
      found.operations.push(operation(event, target, given));
      // To find the rows to change, a view must be read.
      if (event !== 'insert') openView(target.relation, found);
    }
  }
}

interface Write {
  readonly event: WriteEvent;
  readonly columns: readonly number[];
  /** Those of the columns that are not said to be DEFAULT. */
  readonly given: readonly number[];
}

function operation(
  event: WriteEvent,
  { relation, columnOf }: WriteTarget,
  given: readonly number[],
): Operation {
  const columns = given.flatMap((column) => relation.columns.get(columnOf(column) ?? 0)?.name ?? []);
  return { event, schema: relation.schema, table: relation.name, columns: columns.sort() };
}

function writesOf(query: QueryNode): readonly Write[] {
  switch (query.commandType) {
    case Cmd.insert: {
      const insert = write('insert', query.targetList);
      const set = query.onConflict?.onConflictSet;
      return set ? [insert, write('update', set)] : [insert];
    }
    case Cmd.update:
      return [write('update', query.targetList)];
    case Cmd.delete:
      return [write('delete', null)];
    default:
      return (query.mergeActionList ?? []).flatMap((action): Write[] => {
        switch (action.commandType) {
          case Cmd.insert:
            return [write('insert', action.targetList)];
          case Cmd.update:
            return [write('update', action.targetList)];
          case Cmd.delete:
            return [write('delete', null)];
          default:
            return [];
        }
      });
  }
}

function write(event: WriteEvent, list: readonly TargetEntry[] | null): Write {
  const written = (list ?? []).filter(({ resjunk }) => !resjunk);
  const given = written.filter(({ expr }) => expr.tag !== 'SETTODEFAULT');
  return { event, columns: written.map(({ resno }) => resno), given: given.map(({ resno }) => resno) };
}

/** @param attnum 0 is the whole row, null and system columns are no column */
function read(oid: number, attnum: number | null, found: Found): void {
  const relation = found.catalog.relations.get(oid);
  if (relation === undefined) return;
  const columns = attnum === null || attnum < 0 ? [] : attnum === 0 ? [...relation.columns.keys()] : [attnum];
  touch(found.reads, oid, columns);
  openView(relation, found);
}

function openView(relation: Relation, found: Found): void {
  if (relation.kind !== 'v' || !isNew(relation.oid, found)) return;
  collect(definingQuery(relation), found);
}

function visitDomain(oid: number, found: Found): void {
  const domain = found.catalog.types.get(oid);
  if (domain?.kind !== 'd' || !isNew(oid, found)) return;
  collect(domainConditions(domain), found);
  visitDomain(domain.base, found);
}

// txid_current and pg_current_xact_id are stable, and yet a standby refuses them (src/backend/utils/adt/xid8funcs.c).
const ASSIGNS_ID = new Set([2943, 5059]);

function visitFunction(oid: number, found: Found): void {
  if (!found.inside && oid >= FIRST_NORMAL_OID) found.calls.add(oid);
  const entry = found.catalog.functions.get(oid);
  if (entry === undefined) {
    found.unsure = true;
    return;
  }
  // An aggregate's own volatility says nothing about the functions that it is made of.
  if (oid >= FIRST_NORMAL_OID && entry.kind === 'a') found.unsure = true;
  const body = knownBody(entry, found.settings);
  if (body === null) {
    if (entry.volatility === 'v' || ASSIGNS_ID.has(oid)) found.unsure = true;
    return;
  }
  if (!isNew(oid, found)) return;
  const { settings: around, inside } = found;
  found.settings = settingsInside(entry, around);
  found.inside = true;
  collect(readNodes(body), found);
  found.settings = around;
  found.inside = inside;
}

function functionUse(oid: number, { functions, types }: Catalog): FunctionUse | null {
  const entry = functions.get(oid);
  if (entry === undefined) return null;
  const argumentTypes = entry.argumentTypes.map((type) => {
    const { schema = '', name = '' } = types.get(type) ?? {};
    return `${schema}.${name}`;
  });
  return { schema: entry.schema, name: entry.name, argumentTypes };
}

function touch(touched: Touched, oid: number, columns: readonly number[]): void {
  const known = touched.get(oid) ?? new Set();
  for (const column of columns) known.add(column);
  touched.set(oid, known);
}

function uses(touched: Touched, catalog: Catalog): readonly RelationUse[] {
  const found: RelationUse[] = [];
  for (const [oid, numbers] of touched) {
    const relation = catalog.relations.get(oid);
    if (relation === undefined) continue;
    const columns: string[] = [];
    for (const attnum of numbers) {
      const column = relation.columns.get(attnum);
      if (column !== undefined) columns.push(column.name);
    }
    found.push({ schema: relation.schema, table: relation.name, columns: columns.sort() });
  }
  return found.sort((a, b) => compareTexts(a.schema, b.schema) || compareTexts(a.table, b.table));
}
