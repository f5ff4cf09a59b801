import type { Json } from '../type.ts';

const sizes = new WeakMap<Json, number>();

/** How many parts a structure has when it is written out: parts that are used twice count twice. */
export function sizeOf(shape: Json): number {
  let size = sizes.get(shape);
  if (size === undefined) {
    size = 1 + partsOf(shape).reduce((sum, part) => sum + sizeOf(part), 0);
    sizes.set(shape, size);
  }
  return size;
}

function partsOf(shape: Json): readonly Json[] {
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
