import type { Relation } from '../catalog/catalog.ts';
import {
  defaultOf,
  isRewritten,
  type WriteEvent,
  type WriteTarget,
  writeTargets,
} from '../catalog/updatable.ts';
import type { Context } from '../nullability/context.ts';
import { openStatement } from '../nullability.ts';
import { Cmd, type Expr, type QueryNode, type TargetEntry } from '../tree/nodes.ts';
import { readExpr } from '../tree/read.ts';
import { arbitratedBy, notArbitrated } from './arbiter.ts';
import type { FoundViolations } from './found.ts';
import { collectViolations, type TableWrite } from './table-write.ts';

/** Adds what the writes of one query, that of a statement, a WITH query or a function's body, can violate. */
export function writeViolations(query: QueryNode, found: FoundViolations): void {
  const { catalog } = found;
  const relation = catalog.relations.get(query.rtable?.[query.resultRelation - 1]?.relid ?? 0);
  if (relation === undefined) {
    found.open = true;
    return;
  }
  const rows: Context = { ...openStatement(query, catalog).result, stage: 'row' };
  // Of the row in conflict nothing is known, nor of what was to be inserted.
  const conflict: Context = { ...rows, proven: rows.frame.start };
  switch (query.commandType) {
    case Cmd.insert:
      write('insert', relation, query, query.targetList, rows, found);
      if (query.onConflict?.action === 2)
        write('update', relation, query, query.onConflict.onConflictSet, conflict, found);
      break;
    case Cmd.update:
      write('update', relation, query, query.targetList, rows, found);
      break;
    case Cmd.delete:
      write('delete', relation, query, null, rows, found);
      break;
    default:
      for (const { commandType, targetList } of query.mergeActionList ?? []) {
        const event = EVENTS.get(commandType);
        if (event !== undefined) write(event, relation, query, targetList, null, found);
      }
  }
}

const EVENTS: ReadonlyMap<number, WriteEvent> = new Map([
  [Cmd.insert, 'insert'],
  [Cmd.update, 'update'],
  [Cmd.delete, 'delete'],
]);

/** @param at where the values are evaluated; null if nothing must be proven of them */
function write(
  event: WriteEvent,
  relation: Relation,
  query: QueryNode,
  list: readonly TargetEntry[] | null | undefined,
  at: Context | null,
  found: FoundViolations,
): void {
  const { catalog } = found;
  const targets = writeTargets(relation, catalog, event);
  const target = targets.at(-1);
  // Rules may do something else, also beside it, and a foreign server has constraints of its own.
  if (targets.some((link) => isRewritten(link.relation, event))) found.open = true;
  if (target === undefined || (target.relation.kind !== 'r' && target.relation.kind !== 'p')) {
    found.open = true;
    return;
  }
  const table = target.relation;
  const given = valuesByColumn(list ?? [], target);
  // In VALUES of several rows, DEFAULT may be in one of them.
  const mixed = hasDefaults(query);
  const names = [...table.columns.values()];
  const values = names.map((column): Value => {
    const value = given.get(column.number);
    if (value !== undefined && value !== 'default') {
      const written = writtenValue(value, at);
      if (!mayBeDefault(value)) return written;
      return written === valueByDefault(table, column.number, targets, at, found) ? written : 'any';
    }
    if (event !== 'insert' && value === undefined) return 'kept';
    return valueByDefault(table, column.number, targets, at, found);
  });
  const those = (wanted: Value) =>
    new Set(names.filter((_, i) => values[i] === wanted).map(({ name }) => name));
  const isGiven = (column: string) => {
    const value = given.get(names.find(({ name }) => name === column)?.number ?? 0);
    return value !== undefined && value !== 'default' && !mayBeDefault(value);
  };
  const isDefault = (column: string) =>
    given.get(names.find(({ name }) => name === column)?.number ?? 0) === 'default';
  const by: TableWrite = {
    event,
    relation: table,
    columns: new Set(names.filter(({ number }) => given.has(number)).map(({ name }) => name)),
    neverNull: those('never null'),
    alwaysNull: those('always null'),
    defaulted: (column) => (event === 'insert' ? mixed || !isGiven(column) : mixed || isDefault(column)),
    arbitrated:
      event === 'insert' && query.commandType === Cmd.insert
        ? arbitratedBy(query.onConflict, table, target.columnOf, catalog)
        : notArbitrated,
    satisfied: null,
  };
  collectViolations(by, found);
}

type Value = 'never null' | 'always null' | 'any' | 'kept';

/** The expressions by the table's `attnum`; several for one column, as of its elements, are any value. */
function valuesByColumn(
  list: readonly TargetEntry[],
  target: WriteTarget,
): ReadonlyMap<number, Expr | 'default' | null> {
  const values = new Map<number, Expr | 'default' | null>();
  for (const { expr, resno, resjunk } of list) {
    const column = resjunk ? null : target.columnOf(resno);
    if (column === null) continue;
    const value = expr.tag === 'SETTODEFAULT' ? 'default' : expr;
    values.set(column, values.has(column) ? null : value);
  }
  return values;
}

/** A value that can be omitted is one or the other. */
function mayBeDefault(value: Expr | null): boolean {
  return value?.tag === 'CASEEXPR' && value.defresult?.tag === 'SETTODEFAULT';
}

function writtenValue(expr: Expr | null, at: Context | null): Value {
  if (expr === null) return 'any';
  if (expr.tag === 'CONST' && expr.constisnull) return 'always null';
  return at === null || at.frame.engine.facts(expr, at).nullable ? 'any' : 'never null';
}

function valueByDefault(
  table: Relation,
  column: number,
  targets: readonly WriteTarget[],
  at: Context | null,
  found: FoundViolations,
): Value {
  const { types } = found.catalog;
  const attribute = table.columns.get(column);
  if (attribute === undefined || attribute.generated !== '') return 'any';
  if (attribute.identity !== '') return 'never null';
  const expression = defaultOf(targets, column);
  const type = types.get(attribute.type);
  if (expression === undefined || type === undefined) return 'any';
  if (expression !== null) return at === null ? 'any' : writtenValue(readExpr(expression), at);
  // Domains and user-defined base types can have defaults.
  return type.kind === 'd' || (type.kind === 'b' && type.oid >= 16384) ? 'any' : 'always null';
}

function hasDefaults(query: QueryNode): boolean {
  let found = false;
  for (const { values_lists } of query.rtable ?? [])
    found ||= (values_lists ?? []).some((row) => row.some(({ tag }) => tag === 'SETTODEFAULT'));
  return found;
}
