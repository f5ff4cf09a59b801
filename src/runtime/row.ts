import { codecReason } from './codec/codec-error.ts';
import type { QueryDefinition } from './definition.ts';
import { DecodeError, StaleQueryError } from './errors.ts';

/** Turns the texts of one row into a row object. Throws DecodeError or StaleQueryError. */
export type RowReader<Row> = (texts: readonly (string | null)[]) => Row;

/** Returns a query's reader: it makes plain objects, keys in the order of the columns. */
export function rowReader<Row>(definition: QueryDefinition): RowReader<Row> {
  const names = definition.columns.map(([name]) => name);
  const decoders = definition.columns.map(([, codec]) => codec.decode);
  const width = names.length;
  // Copied for each row. It owns all its keys from the start, so that a column named `__proto__` is
  // a key like any other, and all rows have one shape.
  const template: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));

  return (texts) => {
    if (texts.length !== width) {
      throw new StaleQueryError(definition, width, texts.length);
    }
    const row = { ...template };
    let column = 0;
    try {
      for (; column < width; column++) {
        const text = texts[column];
        if (text !== null) {
          row[names[column] as string] = (decoders[column] as (text: string) => unknown)(text as string);
        }
      }
    } catch (error) {
      throw new DecodeError(
        definition,
        names[column] ?? '',
        codecReason(error, "what the database sent does not fit the column's type"),
      );
    }
    return row as Row;
  };
}
