import { asArrayType } from '../catalog/pg-type.ts';
import { holdsJson } from '../column-comment.ts';
import type { JsonShape, Literal, PgType, Value } from '../type.ts';
import { membersOf } from './union.ts';

/** A value with what the structure that to_json would write says of the JSON and the constants in it. */
export function withShape(value: Value, shape: JsonShape): Value {
  const array = asArrayType(value.type);
  if (array !== null) return withElements(value, array.element, shape);
  if (holdsJson(value.type)) return shape.kind === 'unknown' ? value : { ...value, json: shape };
  if (value.fields !== undefined && isBase(value.type, /^record$/)) return withFields(value, shape);
  const literals = literalsOf(value.type, shape);
  return literals === null || value.literals !== undefined ? value : { ...value, literals };
}

/** What is said of an array's elements is with the array itself. */
function withElements(value: Value, type: PgType, shape: JsonShape): Value {
  const [dimensions = 1, another] = value.dimensions ?? [1];
  let elements = shape;
  for (let i = 0; i < dimensions; i++) {
    const inner = present(elements);
    if (another !== undefined || inner?.kind !== 'array') return value;
    elements = inner.element;
  }
  const { dimensions: _, literals: __, ...of } = value;
  const { json, fields } = withShape({ ...of, type }, elements);
  return { ...value, ...(json && { json }), ...(fields && { fields }) };
}

function withFields(value: Value, shape: JsonShape): Value {
  const object = present(shape);
  const { fields } = value;
  if (object?.kind !== 'object' || fields === undefined || object.fields.length !== fields.length)
    return value;
  return {
    ...value,
    fields: fields.map((field, i) => {
      const found = object.fields[i];
      const isSame = found !== undefined && (field.name === '' || field.name === found.name);
      return isSame ? { ...field, value: withShape(field.value, found.value) } : field;
    }),
  };
}

/** The structure besides null, if there is one only. */
function present(shape: JsonShape): JsonShape | null {
  const [only, another] = membersOf(shape).filter(({ kind }) => kind !== 'null');
  return only === undefined || another !== undefined ? null : only;
}

/** The constants that a value is one of, for types whose values are in JSON as they are in TypeScript. */
function literalsOf(type: PgType, shape: JsonShape): readonly Literal[] | null {
  if (!isBase(type, /^(text|varchar|bool|int2|int4)$/)) return null;
  const members = membersOf(shape).filter(({ kind }) => kind !== 'null');
  const literals = members.flatMap((member) => (member.kind === 'literal' ? [member.value] : []));
  return literals.length === 0 || literals.length !== members.length ? null : literals;
}

function isBase(type: PgType, name: RegExp): boolean {
  if (type.kind === 'domain') return isBase(type.base, name);
  return type.kind === 'base' && type.schema === 'pg_catalog' && name.test(type.name);
}
