import { codecReason } from './codec/codec-error.ts';
import type { QueryDefinition } from './definition.ts';
import { type ColumnCheck, columnCheck } from './described.ts';
import { DecodeError, StaleQueryError } from './errors.ts';

/** Turns the texts of one row into a row object. Throws DecodeError or StaleQueryError. */
export interface RowReader<Row> {
  (texts: readonly (string | null)[]): Row;
  /** Holds the description of a result against what is read; null where that is done already. */
  readonly check: ColumnCheck | null;
}

/** What a statement answered. */
export interface Executed<Row> {
  readonly rows: Row[];
  /** Of the command tag: rows returned, or affected. */
  readonly rowCount: number;
}

/** Returns a query's reader: it makes plain objects, keys in the order of the columns. */
export function rowReader<Row>(definition: QueryDefinition): RowReader<Row> {
  const names = definition.columns.map(([name]) => name);
  const decoders = definition.columns.map(([, codec]) => codec.decode);
  const width = names.length;
  // Copied for each row. It owns all its keys from the start, so that a column named `__proto__` is
  // a key like any other, and all rows have one shape.
  const template: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));

  const read = (texts: readonly (string | null)[]): Row => {
    if (texts.length !== width) {
      throw new StaleQueryError(definition, null, 'found', `${texts.length} columns`, `${width}`);
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
        codecReason(error, 'its value does not fit the type'),
      );
    }
    return row as Row;
  };
  return Object.assign(read, { check: columnCheck(definition) });
}

/** The same for further rows of a result that was described. */
export function withoutCheck<Row>(read: RowReader<Row>): RowReader<Row> {
  return Object.assign((texts: readonly (string | null)[]) => read(texts), { check: null });
}
