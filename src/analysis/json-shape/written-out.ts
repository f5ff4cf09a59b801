import { step } from '../steps.ts';
import type { JsonShape } from '../type.ts';

const sizes = new WeakMap<JsonShape, number>();

/** How many parts a structure has when it is written out: parts that are used twice count twice. */
export function sizeOf(shape: JsonShape): number {
  let size = sizes.get(shape);
  if (size === undefined) {
    size = 1 + partsOf(shape).reduce((sum, part) => sum + sizeOf(part), 0);
    sizes.set(shape, size);
  }
  return size;
}

function partsOf(shape: JsonShape): readonly JsonShape[] {
  switch (shape.kind) {
    case 'array':
      return [shape.element];
    case 'record':
      return [shape.value];
    case 'object':
      return shape.fields.map(({ value }) => value);
    case 'union':
      return shape.members;
    default:
      return [];
  }
}

/** The keys of structures, and the numbers that represent long ones. */
let keys = new WeakMap<JsonShape, string>();
let numbers = new Map<string, number>();
let lastNumber = 0;

// A longer one is replaced by its number, so that keys of nested structures don't grow.
const LONGEST_KEY = 128;

/** Begins anew with the next statement; no number is given twice. */
export function forgetKeys(): void {
  keys = new WeakMap();
  numbers = new Map();
}

/**
 * A text that two structures of a statement have in common if they are the same, and only then. Each part's is made once,
 * however often the part is used: written out, what nests in what can have thousands of parts.
 */
export function keyOf(shape: JsonShape): string {
  let key = keys.get(shape);
  if (key === undefined) {
    step();
    const written = JSON.stringify(withKeys(shape));
    key = written.length <= LONGEST_KEY ? written : numberOf(written);
    keys.set(shape, key);
  }
  return key;
}

/** No text that JSON.stringify gives to an object begins like it. */
function numberOf(written: string): string {
  const number = numbers.get(written) ?? ++lastNumber;
  numbers.set(written, number);
  return `#${number}`;
}

/** The structure with keys in the places of its parts. */
function withKeys(shape: JsonShape): object {
  switch (shape.kind) {
    case 'array':
      return { ...shape, element: keyOf(shape.element) };
    case 'record':
      return { ...shape, value: keyOf(shape.value) };
    case 'object':
      return { ...shape, fields: shape.fields.map((field) => ({ ...field, value: keyOf(field.value) })) };
    case 'union':
      return { ...shape, members: shape.members.map(keyOf) };
    default:
      return shape;
  }
}
