import type { Violation } from '../analysed-query.ts';
import type { BindingCatalog, Relation } from '../catalog/catalog.ts';
import { FIRST_NORMAL_OID } from '../catalog/catalog.ts';
import { knownBody, settingsInside } from '../catalog/known-body.ts';
import { readNodes } from '../tree/read.ts';

/** What is found while a statement is looked through. */
export interface FoundViolations {
  readonly catalog: BindingCatalog;
  /** By what tells them apart, which is also what they are sorted by. */
  readonly violations: Map<string, Violation>;
  /** Whether something can raise any of these errors. */
  open: boolean;
  /** What was visited before, and under which settings: `f16500` for a function, and so on. */
  readonly seen: Set<string>;
  /** Settings that the functions around set. */
  settings: readonly string[];
  /** Looks through expressions. */
  readonly visit: (nodes: unknown) => void;
}

/** Whether it is met for the first time. */
export function isNew(key: string, found: FoundViolations): boolean {
  const seen = [key, ...found.settings].join(' ');
  if (found.seen.has(seen)) return false;
  found.seen.add(seen);
  return true;
}

/** @param columns `attnum`s; those that are not columns are omitted */
export function violates(
  found: FoundViolations,
  kind: Violation['kind'],
  relation: Relation | null,
  constraint: string | null,
  columns: readonly number[] = [],
): void {
  const table = relation === null ? null : { schema: relation.schema, name: relation.name };
  const names = columns.flatMap((column) => relation?.columns.get(column)?.name ?? []);
  const key = JSON.stringify([kind, table?.schema ?? '', table?.name ?? '', constraint ?? '', names]);
  if (!found.violations.has(key)) found.violations.set(key, { kind, constraint, table, columns: names });
}

/** Adds what the constraints of a type's domains can raise when a value becomes one of it: also of arrays and fields. */
export function typeViolations(oid: number, found: FoundViolations): void {
  const { types, relations, bindings } = found.catalog;
  const type = types.get(oid);
  if (type === undefined || oid < FIRST_NORMAL_OID || !isNew(`t${oid}`, found)) return;
  for (const below of [type.base, type.element, type.subtype]) typeViolations(below, found);
  for (const { type: field } of relations.get(type.relation)?.columns.values() ?? [])
    typeViolations(field, found);
  if (type.kind !== 'd') return;
  if (type.notNull) violates(found, 'notNull', null, null);
  for (const name of bindings.domainChecks.get(oid) ?? []) violates(found, 'check', null, name);
  for (const { function: called, type: named } of bindings.evaluatedByDomain.get(oid) ?? []) {
    functionViolations(called, found);
    typeViolations(named, found);
  }
}

// They run SQL that they are given as text.
const RUNS_SQL = /_to_xml|^ts_stat$|^ts_rewrite$/;

/**
 * What a call can raise. Built-in functions raise none of these errors, and neither does compiled code that is declared
 * IMMUTABLE, so that it cannot write. Bodies in SQL are looked through; all else may raise anything.
 */
export function functionViolations(oid: number, found: FoundViolations): void {
  if (oid === 0 || !isNew(`f${oid}`, found)) return;
  const entry = found.catalog.functions.get(oid);
  if (oid < FIRST_NORMAL_OID) {
    if (entry === undefined || RUNS_SQL.test(entry.name)) found.open = true;
    return;
  }
  if (found.catalog.bindings.compiled.has(oid)) return;
  const body = entry === undefined ? null : knownBody(entry, found.settings);
  if (entry === undefined || body === null) {
    found.open = true;
    return;
  }
  const around = found.settings;
  found.settings = settingsInside(entry, around);
  found.visit(readNodes(body));
  found.settings = around;
}
