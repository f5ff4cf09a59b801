import type { Column, Variants } from '../analysis/analysed-query.ts';
import type { Expression } from './expression.ts';
import { stringLiteral } from './literal.ts';
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
}

/** @param names of the types of the query's variants, in their order */
export function rowType(
  { query, row, keys }: NamedQuery,
  names: readonly string[],
  scope: ModuleScope,
): RowType {
  const { columns, variants } = query;
  if (columns.length === 0) return { blocks: [], codecs: [] };
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
  if (variants === undefined || !areToldApart(variants, scope)) {
    const all = columns.map((column, index) => read(column, index, scope));
    const fields = all.map(({ field }) => field);
    return { blocks: [printInterface(row, fields)], codecs: all.map(({ codec }) => codec) };
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
  };
}

/** Whether TypeScript can tell the variants apart: the configuration may call the discriminant something else. */
function areToldApart({ discriminant, members }: Variants, scope: ModuleScope): boolean {
  const types = members.flatMap(({ columns }) => {
    const column = columns[discriminant];
    if (column === undefined) return [];
    return flatType(shapeOf(column.value, 'result', column.source, typesOnly(scope)).type);
  });
  return new Set(types).size === members.length;
}
