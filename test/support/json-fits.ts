import type { JsonShape } from '../../src/analysis/type.ts';

/**
 * Whether a value that JSON.parse gave is of a structure.
 * @param lenient whether objects may have more keys
 */
export function fits(value: unknown, shape: JsonShape, lenient = false): boolean {
  switch (shape.kind) {
    case 'unknown':
      return true;
    case 'null':
      return value === null;
    case 'literal':
      return value === shape.value;
    case 'array':
      return Array.isArray(value) && value.every((element) => fits(element, shape.element, lenient));
    case 'record':
      return isRecord(value) && Object.values(value).every((field) => fits(field, shape.value, lenient));
    case 'union':
      return shape.members.some((member) => fits(value, member, lenient));
    case 'object':
      return (
        isRecord(value) &&
        (lenient || Object.keys(value).every((key) => shape.fields.some(({ name }) => name === key))) &&
        shape.fields.every(({ name, value: field, optional: left }) =>
          name in value ? fits(value[name], field, lenient) : left === true,
        )
      );
    default:
      return typeof value === shape.kind;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
