import type { JsonShape } from '../analysis/type.ts';
import { stringLiteral } from './literal.ts';
import { arrayType, named, type TsType, unionOf } from './ts-type.ts';

/**
 * The TypeScript type of a JSON structure.
 * @param any the name of the type of all JSON values, asked for only if it is needed
 */
export function jsonType(json: JsonShape, any: () => string): TsType {
  switch (json.kind) {
    case 'unknown':
      return named(any());
    case 'literal':
      return named(typeof json.value === 'string' ? stringLiteral(json.value) : String(json.value));
    case 'array':
      return arrayType(jsonType(json.element, any));
    case 'record':
      return { kind: 'record', value: jsonType(json.value, any) };
    case 'union':
      return unionOf(json.members.map((member) => jsonType(member, any)));
    case 'object':
      return {
        kind: 'object',
        fields: json.fields.map(({ name, value, optional }) => ({
          name,
          type: jsonType(value, any),
          ...(optional && { optional }),
        })),
      };
    default:
      return named(json.kind);
  }
}
