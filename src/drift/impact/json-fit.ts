import type { Json } from '../../analysis/type.ts';

/** Whether all that `value` can be is allowed by `expected`. */
export function jsonFits(value: Json, expected: Json): boolean {
  if (expected.kind === 'unknown') return true;
  if (value.kind === 'union') return value.members.every((member) => jsonFits(member, expected));
  if (expected.kind === 'union') return expected.members.some((member) => jsonFits(value, member));
  switch (value.kind) {
    case 'literal':
      return expected.kind === 'literal'
        ? expected.value === value.value
        : expected.kind === typeof value.value;
    case 'array':
      return expected.kind === 'array' && jsonFits(value.element, expected.element);
    case 'record':
      return expected.kind === 'record' && jsonFits(value.value, expected.value);
    case 'object':
      return expected.kind === 'object' && objectFits(value, expected);
    case 'unknown':
      return false;
    default:
      return expected.kind === value.kind;
  }
}

type JsonObject = Extract<Json, { kind: 'object' }>;

/** More fields than expected do no harm. */
function objectFits(value: JsonObject, expected: JsonObject): boolean {
  return expected.fields.every((field) => {
    const found = value.fields.find(({ name }) => name === field.name);
    if (found === undefined) return field.optional === true;
    return (field.optional === true || found.optional !== true) && jsonFits(found.value, field.value);
  });
}
