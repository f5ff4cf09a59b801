import { compareTexts } from '../sql/compare-texts.ts';
import type { Schema, SchemaKind, SchemaObject } from './schema-object.ts';

/** A fact that is not the same; null where that side has none. */
export interface FactChange {
  readonly fact: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface SchemaChange {
  readonly kind: SchemaKind;
  readonly name: string;
  /** See SchemaObject. */
  readonly table: string | null;
  /** `missing`: it is only in `before`; `unexpected`: only in `after`. */
  readonly change: 'missing' | 'unexpected' | 'different';
  /** In the order of their names; all facts of an object that one side lacks. */
  readonly facts: readonly FactChange[];
}

/**
 * What is not the same in two schemas, sorted by kind and name. What goes away or comes with its table is not
 * listed beside it; nor is what a partition has by itself once it is none, or no longer once it is one.
 */
export function diffSchemas(before: Schema, after: Schema): readonly SchemaChange[] {
  const [left, right] = [byKey(before), byKey(after)];
  const compared = before.flatMap((object) => {
    const other = right.get(keyOf(object)) ?? inherited(object, right);
    return other === null ? [] : [change(object, 'different', object, other)];
  });
  const ofPartitions = after.flatMap((object) => {
    const other = left.has(keyOf(object)) ? null : inherited(object, left);
    return other === null ? [] : [change(object, 'different', other, object)];
  });
  const different = [...compared, ...ofPartitions].filter(({ facts }) => facts.length > 0);
  const moved = new Set(different.filter(isMoved).map(({ name }) => name));
  const alone = (other: ReadonlyMap<string, SchemaObject>) => (object: SchemaObject) =>
    !other.has(keyOf(object)) && inherited(object, other) === null && !moved.has(object.table ?? '');
  const missing = withoutParts(before.filter(alone(right)));
  const unexpected = withoutParts(after.filter(alone(left)));
  return [
    ...different,
    ...missing.map((object) => change(object, 'missing', object, null)),
    ...unexpected.map((object) => change(object, 'unexpected', null, object)),
  ].sort((a, b) => compareTexts(a.kind, b.kind) || compareTexts(a.name, b.name));
}

/** The column that a partition has from the tables above it: its own is listed only where it is another. */
function inherited(
  { kind, name, table }: SchemaObject,
  schema: ReadonlyMap<string, SchemaObject>,
): SchemaObject | null {
  if (kind !== 'column' || table === null) return null;
  const bound = schema.get(keyOf({ kind: 'table', name: table }))?.facts['partition of'];
  const parent = bound?.replace(/ (?:FOR VALUES .*|DEFAULT)$/s, '');
  if (parent === undefined) return null;
  const column = { kind, name: parent + name.slice(table.length), table: parent, facts: {} };
  return schema.get(keyOf(column)) ?? inherited(column, schema);
}

/** A partition that was detached or attached: as one, it lists only what is not as in its parent. */
function isMoved({ facts }: SchemaChange): boolean {
  return facts.some(
    ({ fact, before, after }) => fact === 'partition of' && (before === null || after === null),
  );
}

function withoutParts(objects: Schema): Schema {
  const wholes = new Set(objects.filter(({ kind }) => holders.has(kind)).map(({ name }) => name));
  return objects.filter(({ table }) => table === null || !wholes.has(table));
}

const holders: ReadonlySet<SchemaKind> = new Set([
  'aggregate',
  'base type',
  'domain',
  'enum',
  'foreign table',
  'function',
  'materialized view',
  'procedure',
  'range type',
  'sequence',
  'table',
  'view',
]);

function change(
  { kind, name, table }: SchemaObject,
  how: SchemaChange['change'],
  before: SchemaObject | null,
  after: SchemaObject | null,
): SchemaChange {
  const names = [
    ...new Set([...Object.keys(before?.facts ?? {}), ...Object.keys(after?.facts ?? {})]),
  ].sort();
  const facts = names
    .map((fact) => ({ fact, before: before?.facts[fact] ?? null, after: after?.facts[fact] ?? null }))
    .filter(({ fact, before: was, after: is }) => was !== is && !(fact === 'populated' && is === null));
  return { kind, name, table, change: how, facts };
}

function byKey(schema: Schema): ReadonlyMap<string, SchemaObject> {
  return new Map(schema.map((object) => [keyOf(object), object]));
}

function keyOf({ kind, name }: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
