import type { BindingForeignKey } from '../catalog/bindings.ts';
import type { BindingCatalog, Relation } from '../catalog/catalog.ts';
import { tableConditions } from '../catalog/conditions.ts';
import { mayChangeInside } from '../catalog/may-change.ts';
import { hasTrigger, isIntercepted, type WriteEvent } from '../catalog/updatable.ts';
import { descendants } from '../nullability/relation.ts';
import type { Arbitrated } from './arbiter.ts';
import { type FoundViolations, functionViolations, isNew, typeViolations, violates } from './found.ts';

/** A write to a table, by the statement or by a foreign key's action. Columns by name: partitions number them anew. */
export interface TableWrite {
  readonly event: WriteEvent;
  readonly relation: Relation;
  /** Null: all. */
  readonly columns: ReadonlySet<string> | null;
  /** Columns that surely are not NULL, or surely are, in what is written. */
  readonly neverNull: ReadonlySet<string>;
  readonly alwaysNull: ReadonlySet<string>;
  /** Whose default is taken. */
  readonly defaulted: (column: string) => boolean;
  readonly arbitrated: Arbitrated;
  /** The foreign key whose action it is, if that is satisfied by it. */
  readonly satisfied: BindingForeignKey | null;
}

const none: ReadonlySet<string> = new Set();

/**
 * Adds every constraint that a write can violate: those of the table and of its partitions and children, and those of
 * the foreign keys that refer to it, with what their actions write.
 */
export function collectViolations(by: TableWrite, found: FoundViolations): void {
  const { relation, event } = by;
  const { catalog } = found;
  const members = event === 'insert' && relation.kind !== 'p' ? [relation] : descendants(catalog, relation);
  // A row that leaves its partition is deleted here and inserted there.
  const moves = event === 'update' && relation.kind === 'p';
  const events: readonly WriteEvent[] = moves ? ['update', 'insert', 'delete'] : [event];
  const intercepted = events.some((each) => isIntercepted(relation, catalog, each));
  const at: TableWrite = {
    ...by,
    ...((intercepted || moves) && { columns: null }),
    ...(intercepted && { neverNull: none, alwaysNull: none }),
  };
  for (const member of members) {
    if (member.kind === 'f' || events.some((each) => hasTrigger(member, each))) found.open = true;
    if (event !== 'delete') ownConstraints(member, at, found);
    if (event !== 'insert') references(member, at, moves, found);
  }
}

/** Those that bind the rows of the table itself. */
function ownConstraints(member: Relation, by: TableWrite, found: FoundViolations): void {
  const { catalog } = found;
  const { bindings } = catalog;
  const sets = (column: number) => isSet(member, column, by);
  const nameOf = (column: number) => member.columns.get(column)?.name ?? '';
  for (const column of bindings.notNull.get(member.oid) ?? []) {
    const isUnproven = !(member.columns.get(column)?.notNull ?? false);
    if ((sets(column) || isUnproven) && !by.neverNull.has(nameOf(column)))
      violates(found, 'notNull', member, null, [column]);
  }
  for (const { name, columns } of bindings.checks.get(member.oid) ?? []) {
    const looks = columns.some((column) => column <= 0 || sets(column));
    if (looks || columns.length === 0 || isChangeable(member, name, catalog))
      violates(found, 'check', member, name, columns);
  }
  if (isBounded(member, catalog)) violates(found, 'check', member, null);
  for (const index of bindings.uniqueIndexes.get(member.oid) ?? []) {
    if (by.arbitrated(index) || (index.valid && !index.depends.some(sets))) continue;
    violates(found, index.exclusion ? 'exclusion' : 'unique', member, index.name, index.columns);
    // WITHOUT OVERLAPS rejects empty ranges.
    if (index.temporal) violates(found, 'check', member, null);
  }
  for (const key of bindings.foreignKeys.get(member.oid) ?? []) {
    const nulls = key.columns.map((column) => by.alwaysNull.has(nameOf(column)));
    const spared = key.full ? nulls.every(Boolean) : nulls.some(Boolean);
    if (key.columns.some(sets) && !spared && !isSame(key, by.satisfied))
      violates(found, 'foreignKey', member, key.name, key.columns);
  }
  for (const { number, type } of member.columns.values()) if (sets(number)) typeViolations(type, found);
  for (const { column, function: called, type } of bindings.evaluated.get(member.oid) ?? []) {
    if (column !== 0 && !by.defaulted(nameOf(column))) continue;
    functionViolations(called, found);
    typeViolations(type, found);
  }
}

/** Whether a column may get another value: it is written to, or generated from others. */
function isSet(member: Relation, column: number, { event, columns }: TableWrite): boolean {
  const attribute = member.columns.get(column);
  if (event === 'insert' || columns === null || attribute === undefined) return true;
  return columns.has(attribute.name) || attribute.generated !== '';
}

/** Whether a condition may come out otherwise though its columns did not change; one that is NOT VALID may. */
function isChangeable(member: Relation, name: string, catalog: BindingCatalog): boolean {
  const condition = tableConditions(member)[member.checks.findIndex((check) => check.name === name)];
  return condition === undefined || mayChangeInside(condition, catalog);
}

/** The foreign keys that refer to rows that are changed or deleted. */
function references(member: Relation, by: TableWrite, moves: boolean, found: FoundViolations): void {
  const { catalog } = found;
  for (const key of catalog.bindings.references.get(member.oid) ?? []) {
    const child = catalog.relations.get(key.relation);
    if (child === undefined) {
      found.open = true;
      continue;
    }
    const changed =
      by.event === 'update' && key.referencedColumns.some((column) => isSet(member, column, by));
    if (by.event === 'delete' || moves) act(key, child, key.onDelete, 'delete', found);
    if (changed) act(key, child, key.onUpdate, 'update', found);
  }
}

function act(
  key: BindingForeignKey,
  child: Relation,
  action: string,
  on: 'update' | 'delete',
  found: FoundViolations,
): void {
  const names = (columns: readonly number[]) =>
    new Set(columns.flatMap((column) => child.columns.get(column)?.name ?? []));
  const all = names(key.columns);
  const set = on === 'delete' ? names(key.setColumns) : all;
  const write: TableWrite = {
    event: 'update',
    relation: child,
    columns: set,
    neverNull: none,
    alwaysNull: none,
    defaulted: () => false,
    arbitrated: () => false,
    satisfied: key,
  };
  // Foreign keys can lead in circles.
  if (!isNew(`k${on}${key.relation} ${key.name}`, found)) return;
  switch (action) {
    case 'c': {
      const changed: TableWrite = { ...write, columns: all, neverNull: keysNeverNull(key, child, found) };
      collectViolations(on === 'delete' ? { ...write, event: 'delete', columns: null } : changed, found);
      break;
    }
    case 'n':
      collectViolations({ ...write, alwaysNull: set, satisfied: null }, found);
      break;
    case 'd':
      collectViolations({ ...write, satisfied: null, defaulted: (column) => set.has(column) }, found);
      violates(found, 'foreignKey', child, key.name, key.columns);
      break;
    default:
      violates(found, 'foreignKey', child, key.name, key.columns);
  }
}

/** The columns that take the values of columns that are NOT NULL. */
function keysNeverNull(key: BindingForeignKey, child: Relation, found: FoundViolations): ReadonlySet<string> {
  const parent = found.catalog.relations.get(key.references);
  const taken = key.columns.filter((_, i) => parent?.columns.get(key.referencedColumns[i] ?? 0)?.notNull);
  return new Set(taken.flatMap((column) => child.columns.get(column)?.name ?? []));
}

function isSame(key: BindingForeignKey, other: BindingForeignKey | null): boolean {
  return other !== null && key.name === other.name && key.relation === other.relation;
}

const partitions = new WeakMap<BindingCatalog, ReadonlySet<number>>();

/** Whether the table's rows must be within bounds: it is a partition, or leads to some. */
function isBounded(relation: Relation, catalog: BindingCatalog): boolean {
  let all = partitions.get(catalog);
  if (all === undefined) {
    const parents = [...catalog.relations.values()].filter(({ kind }) => kind === 'p');
    all = new Set(parents.flatMap(({ oid, children }) => [oid, ...children]));
    partitions.set(catalog, all);
  }
  return all.has(relation.oid);
}
