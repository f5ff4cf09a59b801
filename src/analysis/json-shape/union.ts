import type { JsonField, JsonShape, Literal } from '../type.ts';
import { keyOf } from './written-out.ts';

export const unknown: JsonShape = { kind: 'unknown' };
export const jsonNull: JsonShape = { kind: 'null' };

/** Either of the shapes: flat, without repetitions and without what another member holds anyway. */
export function union(members: readonly JsonShape[]): JsonShape {
  const flat = members.flatMap((member) => (member.kind === 'union' ? member.members : [member]));
  const [single] = flat;
  if (single !== undefined && flat.length === 1) return single;
  if (flat.some(({ kind }) => kind === 'unknown')) return unknown;
  const kinds = new Set(flat.map(({ kind }) => kind));
  const distinct = new Map<string, JsonShape>();
  const elements: JsonShape[] = [];
  for (const member of flat) {
    if (member.kind === 'array') elements.push(member.element);
    else if (member.kind !== 'literal' || !kinds.has(kindOf(member.value)))
      distinct.set(keyOf(member), member);
  }
  if (elements.length > 0) distinct.set('array', { kind: 'array', element: union(elements) });
  const all = [...distinct.values()];
  const [only] = all;
  return only !== undefined && all.length === 1 ? only : { kind: 'union', members: all };
}

/** Nothing at all: an empty array's elements. */
export const never: JsonShape = { kind: 'union', members: [] };

export function literals(values: readonly Literal[]): JsonShape {
  return union(values.map((value) => ({ kind: 'literal', value })));
}

export function jsonOrNull(shape: JsonShape, nullable: boolean): JsonShape {
  return nullable ? union([shape, jsonNull]) : shape;
}

export function membersOf(shape: JsonShape): readonly JsonShape[] {
  return shape.kind === 'union' ? shape.members : [shape];
}

/** An object's fields; of those with one name the last that is there stays, as JSON.parse and jsonb have it. */
export function object(fields: readonly JsonField[]): JsonShape {
  const last = new Map<string, JsonField>();
  for (const field of fields) {
    const before = last.get(field.name);
    const kept = field.optional && before !== undefined;
    last.set(field.name, kept ? { ...before, value: union([before.value, field.value]) } : field);
  }
  return { kind: 'object', fields: [...last.values()] };
}

/** `a || b || c`. */
export function concatenated(terms: readonly JsonShape[]): JsonShape {
  // Objects that follow on each other are put together at once: each time anew it takes quadratic time.
  const merged: JsonShape[] = [];
  let fields: JsonField[] | null = null;
  for (const term of terms) {
    if (term.kind !== 'object') {
      if (fields !== null) merged.push(object(fields));
      fields = null;
      merged.push(term);
    } else if (fields === null) fields = [...term.fields];
    else fields.push(...term.fields);
  }
  if (fields !== null) merged.push(object(fields));
  const [first = unknown, ...others] = merged;
  return others.reduce(concatenatedPair, first);
}

function concatenatedPair(left: JsonShape, right: JsonShape): JsonShape {
  const pairs = membersOf(left).flatMap((a) => membersOf(right).map((b) => [a, b] as const));
  if (pairs.length > MOST_PAIRS) return unknown;
  return union(
    pairs.map(([a, b]) => {
      if (a.kind === 'object' && b.kind === 'object') return object([...a.fields, ...b.fields]);
      return a.kind === 'array' && b.kind === 'array' ? union([a, b]) : unknown;
    }),
  );
}

const MOST_PAIRS = 16;

/** What json_strip_nulls leaves: fields that are null are gone, on every level. */
export function stripped(shape: JsonShape): JsonShape {
  switch (shape.kind) {
    case 'array':
      return { ...shape, element: stripped(shape.element) };
    case 'record':
      return { ...shape, value: stripped(withoutNull(shape.value)) };
    case 'union':
      return union(shape.members.map(stripped));
    case 'object':
      return {
        kind: 'object',
        fields: shape.fields.flatMap((field): readonly JsonField[] => {
          const value = stripped(withoutNull(field.value));
          if (value.kind === 'union' && value.members.length === 0) return [];
          return [{ ...field, value, ...(mayBeNull(field.value) && { optional: true }) }];
        }),
      };
    default:
      return shape;
  }
}

/** Whether it may be JSON's null; of what nothing is known, it may. */
export function mayBeNull(shape: JsonShape): boolean {
  return membersOf(shape).some(({ kind }) => kind === 'null' || kind === 'unknown');
}

export function withoutNull(shape: JsonShape): JsonShape {
  return union(membersOf(shape).filter(({ kind }) => kind !== 'null'));
}

/** Without the fields of these names, as `- 'name'` leaves an object. */
export function without(shape: JsonShape, names: readonly string[]): JsonShape {
  if (shape.kind !== 'object') return unknown;
  return { kind: 'object', fields: shape.fields.filter(({ name }) => !names.includes(name)) };
}

/** The shape of a value that JSON.parse gave. */
export function shapeOfValue(value: unknown): JsonShape {
  if (value === null) return jsonNull;
  if (Array.isArray(value)) return { kind: 'array', element: union(value.map(shapeOfValue)) };
  if (typeof value === 'object')
    return object(Object.entries(value).map(([name, field]) => ({ name, value: shapeOfValue(field) })));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'literal', value };
  return unknown;
}

function kindOf(value: Literal): 'string' | 'number' | 'boolean' {
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'boolean';
}
