import type { QueryParam, SlotValue } from '../analysis/analysed-query.ts';
import { sqlTypeName } from '../analysis/sql-type-name.ts';
import type { Expression } from './expression.ts';
import { stringLiteral } from './literal.ts';
import { delimitedCodec, type ModuleScope, type Shape, shapeOf } from './shape.ts';
import { arrayType, named, orNull, type TsField, type TsType, unionOf } from './ts-type.ts';

/** A parameter as the caller gives it, and how it is encoded. */
export interface Parameter {
  readonly field: TsField;
  readonly definition: Expression;
}

/** @param isArray whether it is a list, or rows, and sent as arrays */
export function parameterShape(param: QueryParam, isArray: boolean, scope: ModuleScope): Parameter {
  return omittable(param, parameter(param, isArray, scope));
}

/** A parameter whose key may be missing, besides what it may be. */
function omittable({ canBeMissing }: QueryParam, { field, definition }: Parameter): Parameter {
  if (canBeMissing === undefined || field.optional === true) return { field, definition };
  return {
    field: { ...field, type: unionOf([field.type, named('undefined')]), optional: true },
    definition,
  };
}

function parameter(param: QueryParam, isArray: boolean, scope: ModuleScope): Parameter {
  const name = stringLiteral(param.name);
  switch (param.kind) {
    case 'scalar': {
      const { field, codec } = slot(param, scope);
      return {
        field,
        definition: {
          record: [
            ['name', name],
            ['codec', codec],
          ],
        },
      };
    }
    case 'list': {
      const { type, codec } = shapeOf(param.value, 'parameter', param.column, scope);
      const sqlType = sqlTypeName(param.value.type);
      return {
        field: { name: param.name, type: listOf(orNull(type, param.value.nullable), scope) },
        definition: {
          record: isArray
            ? [
                ['name', name],
                [
                  'codec',
                  { call: scope.runtime('list'), args: [delimitedCodec(param.value.type, codec, scope)] },
                ],
              ]
            : [
                ['name', name],
                ['list', codec],
                ...(sqlType === null ? [] : [['type', stringLiteral(sqlType)] as const]),
              ],
        },
      };
    }
    default: {
      const fields = param.fields.map((field) => slot(field, scope));
      const object: TsType = { kind: 'object', fields: fields.map((f) => ({ ...f.field, readonly: true })) };
      const codecs = {
        list: fields.map((f, i) => {
          const type = isArray ? param.fields[i]?.value.type : undefined;
          const codec = type === undefined ? f.codec : delimitedCodec(type, f.codec, scope);
          return { list: [stringLiteral(f.field.name), codec] };
        }),
      };
      const many = param.kind === 'objects';
      return {
        field: { name: param.name, type: many ? listOf(object, scope) : object },
        definition: {
          record: [
            ['name', name],
            [many ? 'rows' : 'fields', codecs],
          ],
        },
      };
    }
  }
}

function slot(
  param: SlotValue,
  scope: ModuleScope,
): { readonly field: TsField; readonly codec: Shape['codec'] } {
  const { type, codec } = shapeOf(param.value, 'parameter', param.column, scope);
  const nullable = orNull(type, param.value.nullable);
  // `undefined` is said for those who compile with exactOptionalPropertyTypes.
  const whole = param.optional ? unionOf([nullable, named('undefined')]) : nullable;
  return { field: { name: param.name, type: whole, optional: param.optional }, codec };
}

function listOf(element: TsType, { config }: ModuleScope): TsType {
  return config.nonEmptyArrayParams ? { kind: 'nonEmpty', element } : arrayType(element, true);
}
