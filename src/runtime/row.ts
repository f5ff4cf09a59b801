import { codecReason } from './codec/codec-error.ts';
import type { QueryDefinition } from './definition.ts';
import { DecodeError, StaleQueryError } from './errors.ts';

/** Turns rows of texts, of which there are `fieldCount` each, into row objects. */
export type RowsReader<Row> = (rows: readonly (readonly unknown[])[], fieldCount: number) => Row[];

/** Returns a query's reader: it makes plain objects, keys in the order of the columns. */
export function rowsReader<Row>(definition: QueryDefinition): RowsReader<Row> {
  const names = definition.columns.map(([name]) => name);
  const decoders = definition.columns.map(([, codec]) => codec.decode);
  const width = names.length;
  // Copied for each row. It owns all its keys from the start, so that a column named `__proto__` is
  // a key like any other, and all rows have one shape.
  const template: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));

  return (rows, fieldCount) => {
    if (fieldCount !== width) {
      throw new StaleQueryError(definition, width, fieldCount);
    }
    const result: Row[] = [];
    let column = 0;
    try {
      for (const texts of rows) {
        const row = { ...template };
        for (column = 0; column < width; column++) {
          const text = texts[column];
          if (text !== null) {
            row[names[column] as string] = (decoders[column] as (text: string) => unknown)(text as string);
          }
        }
        result.push(row as Row);
      }
    } catch (error) {
      throw new DecodeError(
        definition,
        names[column] ?? '',
        codecReason(error, "what the database sent does not fit the column's type"),
      );
    }
    return result;
  };
}

/** The reader of a query whose rows, if the database sends any, nobody asked for. */
export function noRows(): never[] {
  return [];
}
