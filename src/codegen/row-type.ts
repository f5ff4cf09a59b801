import type { Column, Variants } from '../analysis/analysed-query.ts';
import type { Expression } from './expression.ts';
import { stringLiteral } from './literal.ts';
import { nestedRow } from './nested-row.ts';
import type { NamedQuery } from './query-names.ts';
import { codecsOnly, type ModuleScope, shapeOf, typesOnly } from './shape.ts';
import {
  flatType,
  named,
  orNull,
  printInterface,
  printType,
  spaced,
  type TsField,
  unionOf,
} from './ts-type.ts';

/** What a row of a query is declared to be, and how it is decoded. */
export interface RowType {
  /** Declarations of the row's type, and of those that it is a union of; none for a query without columns. */
  readonly blocks: readonly string[];
  /** For each column its key, its codec and what the server is to describe it as: see ColumnDefinition. */
  readonly codecs: readonly Expression[];
  /** What is made of the columns where aliases are dotted; null: nothing. */
  readonly nested: Expression | null;
}

/**
 * @param names of the types of the query's variants, in their order
 * @param taken the names that the file declares; more are added
 */
export function rowType(
  { query, row, stem, keys }: NamedQuery,
  names: readonly string[],
  taken: Set<string>,
  scope: ModuleScope,
): RowType {
  const { columns, variants, nesting } = query;
  if (columns.length === 0) return { blocks: [], codecs: [], nested: null };
  const read = (column: Column, index: number, from: ModuleScope): { field: TsField; codec: Expression } => {
    const key = keys[index] ?? column.name;
    const shape = shapeOf(column.value, 'result', column.source, from);
    const { name, type } = column.described;
    return {
      field: { name: key, type: orNull(shape.type, column.value.nullable), comment: column.comment },
      codec: {
        list: [stringLiteral(key), shape.codec, String(type), ...(name === key ? [] : [stringLiteral(name)])],
      },
    };
  };
  if (nesting !== undefined) {
    const field = (index: number, nullable: boolean): TsField => {
      const column = columns[index];
      if (column === undefined) throw new Error(`No column ${index}`);
      return read({ ...column, value: { ...column.value, nullable } }, index, typesOnly(scope)).field;
    };
    const codecs = columns.map((column, index) => read(column, index, codecsOnly(scope)).codec);
    return { ...nestedRow(nesting, { stem, row }, field, taken, scope.config), codecs };
  }
  if (variants === undefined || !variantsToldApart(variants, scope)) {
    const all = columns.map((column, index) => read(column, index, scope));
    const fields = all.map(({ field }) => field);
    return { blocks: [printInterface(row, fields)], codecs: all.map(({ codec }) => codec), nested: null };
  }
  const members = variants.members.map((member, i) => {
    const fields = member.columns.map((column, index) => {
      // The type that all queries of a JSON column share is that of all variants together.
      const sameJson = JSON.stringify(column.value.json) === JSON.stringify(columns[index]?.value.json);
      const own = sameJson ? scope : { ...scope, sharedJson: () => null };
      return read(column, index, typesOnly(own)).field;
    });
    return printInterface(names[i] ?? '', fields);
  });
  const union = printType(unionOf(names.map((name) => named(name))), '', `export type ${row} = ;`.length);
  return {
    blocks: [...members, `export type ${row} =${spaced(union)};\n`],
    codecs: columns.map((column, index) => read(column, index, codecsOnly(scope)).codec),
    nested: null,
  };
}

/** Whether TypeScript can tell the variants apart: the configuration may call the discriminant something else. */
export function variantsToldApart({ discriminant, members }: Variants, scope: ModuleScope): boolean {
  const types = members.flatMap(({ columns }) => {
    const column = columns[discriminant];
    if (column === undefined) return [];
    return flatType(shapeOf(column.value, 'result', column.source, typesOnly(scope)).type);
  });
  return new Set(types).size === members.length;
}
