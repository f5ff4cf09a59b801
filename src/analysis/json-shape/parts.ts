import type { JsonField, JsonShape } from '../type.ts';
import { membersOf, never, union, unknown } from './union.ts';

/** What is under a key: `->`. A missing one is NULL, of which the structure says nothing. */
export function fieldOf(shape: JsonShape, key: string): JsonShape {
  return found(
    membersOf(shape).map((member) => {
      switch (member.kind) {
        case 'unknown':
          return unknown;
        case 'record':
          return member.value;
        case 'object':
          return member.fields.find(({ name }) => name === key)?.value ?? never;
        default:
          return never;
      }
    }),
  );
}

/** What an array's elements are: `-> 0`, json_array_elements. */
export function elementOf(shape: JsonShape): JsonShape {
  return found(
    membersOf(shape).map((member) =>
      member.kind === 'array' ? member.element : member.kind === 'unknown' ? unknown : never,
    ),
  );
}

/** Where nothing can be found nothing is told. */
function found(parts: readonly JsonShape[]): JsonShape {
  const all = union(parts);
  return all.kind === 'union' && all.members.length === 0 ? unknown : all;
}

/**
 * What jsonb_set makes of a value: a key that is not there is added if it is the last of the path and `create` asks for
 * it; where the path leads nowhere nothing changes (PostgreSQL documentation, 9.16).
 */
export function replaced(
  shape: JsonShape,
  path: readonly string[],
  value: JsonShape,
  create: boolean,
): JsonShape {
  const [key, ...below] = path;
  if (key === undefined) return value;
  return union(
    membersOf(shape).map((member): JsonShape => {
      switch (member.kind) {
        case 'object':
          return { kind: 'object', fields: withField(member.fields, key, below, value, create) };
        case 'record': {
          const inside = below.length === 0 ? value : replaced(member.value, below, value, create);
          return { kind: 'record', value: union([member.value, inside]) };
        }
        case 'array':
        case 'unknown':
          return unknown;
        default:
          return member;
      }
    }),
  );
}

function withField(
  fields: readonly JsonField[],
  key: string,
  below: readonly string[],
  value: JsonShape,
  create: boolean,
): readonly JsonField[] {
  const last = below.length === 0;
  const known = fields.find(({ name }) => name === key);
  if (known === undefined) return last && create ? [...fields, { name: key, value }] : fields;
  const changed = last ? value : replaced(known.value, below, value, create);
  return fields.map((field) => {
    if (field !== known) return field;
    const { optional, ...rest } = field;
    return { ...rest, value: changed, ...(optional && !(last && create) && { optional }) };
  });
}
