import type { NestedField, Nesting } from '../analysis/analysed-query.ts';
import type { Config } from '../project/config.ts';
import type { Expression } from './expression.ts';
import { toIdentifier } from './identifier.ts';
import { camelCase, pascalCase } from './names.ts';
import { arrayType, named, orNull, printInterface, type TsField, type TsType } from './ts-type.ts';

/** What the objects of a query with dotted aliases are declared to be, and what the runtime makes them from. */
export interface NestedRow {
  /** Declarations: of the objects within, then of the result's. */
  readonly blocks: readonly string[];
  /** See NestedDefinition. */
  readonly nested: Expression;
}

/** A column as a field: its own, whatever it is in. */
export type ColumnField = (column: number, nullable: boolean) => TsField;

/**
 * @param stem what the names of the query's types begin with
 * @param row the name of the result's type
 * @param taken the names that the file declares; more are added
 */
export function nestedRow(
  { fields, key, inOrder }: Nesting,
  { stem, row }: { readonly stem: string; readonly row: string },
  columnField: ColumnField,
  taken: Set<string>,
  config: Config,
): NestedRow {
  const blocks: string[] = [];
  const declare = (wanted: string, own: readonly TsField[]): TsType => {
    let name = toIdentifier(wanted);
    while (taken.has(name)) name += '_';
    taken.add(name);
    blocks.push(printInterface(name, own));
    return named(name);
  };
  const fieldsOf = (within: readonly NestedField[], before: string): readonly TsField[] =>
    within.map((field) => {
      const name = nestedKey(field.name, config);
      const type = before + pascalCase(field.name);
      if (field.kind === 'column') return { ...columnField(field.column, field.nullable), name };
      if (field.kind === 'object')
        return { name, type: orNull(declare(type, fieldsOf(field.fields, type)), field.present !== null) };
      if (!('column' in field.of)) return { name, type: arrayType(declare(type, fieldsOf(field.of, type))) };
      const { column, nullable } = field.of;
      const value = columnField(column, nullable);
      return { ...value, name, type: arrayType(value.type) };
    });
  blocks.push(printInterface(row, fieldsOf(fields, stem)));
  return {
    blocks,
    nested: {
      record: [
        ...(key === undefined ? [] : [['key', indexes(key)] as const]),
        ...(inOrder === true && key !== undefined ? [['inOrder', 'true'] as const] : []),
        ['fields', fieldsExpression(fields, config)],
      ],
    },
  };
}

/** What a field of an alias is called in the object. */
export function nestedKey(name: string, config: Config): string {
  return config.camelCaseColumnNames ? camelCase(name) || name : name;
}

function fieldsExpression(fields: readonly NestedField[], config: Config): Expression {
  return {
    record: fields.map((field): readonly [string, Expression] => {
      const name = nestedKey(field.name, config);
      if (field.kind === 'column') return [name, String(field.column)];
      const present = field.present === null ? [] : [['present', String(field.present)] as const];
      if (field.kind === 'object')
        return [name, { record: [...present, ['of', fieldsExpression(field.fields, config)]] }];
      const { of, key } = field;
      return [
        name,
        {
          record: [
            ['list', 'true'],
            ...present,
            ...(key === undefined ? [] : [['key', indexes(key)] as const]),
            ['of', 'column' in of ? String(of.column) : fieldsExpression(of, config)],
          ],
        },
      ];
    }),
  };
}

function indexes(columns: readonly number[]): Expression {
  return { list: columns.map(String) };
}
