import { placedParameters } from './pieces.ts';
import type { Statement } from './statement.ts';

/** A statement's text for many keys, and how deep the statement is in it. */
export interface LoaderText {
  readonly sql: string;
  /** How many queries are around the statement. */
  readonly depth: number;
}

/**
 * Runs a statement for each key of a list: `$n` are arrays, and its last column is the key's number in them. Each key's
 * rows are in the order in which the statement has them.
 *
 * @param types the SQL types of `$1`, `$2`, ...
 * @param columns the names of the result's columns, as Postgres has them
 * @param isSorted the statement says in which order its rows are
 */
export function loaderText(
  statement: Statement,
  types: readonly string[],
  columns: readonly string[],
  isSorted: boolean,
): LoaderText {
  const names = columns.map((name) => `"${name.replaceAll('"', '""')}"`);
  const keys = unusedName('k', statement.sql);
  const rows = unusedName('q', statement.sql);
  const [number, order] = [unusedName('n', names.join()), unusedName('o', names.join())];
  const arrays = types.map((type, i) => `$${i + 1}::${type}[]`);
  const fields = types.map((_, i) => `p${i + 1}`);
  const one = `(\n${withFields(statement, keys)}\n) AS ${rows} (${names.join(', ')})`;
  // A row's place is numbered where the order is made, since a join promises none.
  const numbered = `(SELECT ${rows}.*, row_number() OVER () AS ${order} FROM ${one}) AS ${rows}`;
  const sql = [
    `SELECT ${[...names.map((name) => `${rows}.${name}`), `${keys}.${number}`].join(', ')}`,
    `FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS ${keys} (${[...fields, number].join(', ')})`,
    `CROSS JOIN LATERAL ${isSorted ? numbered : one}`,
    ...(isSorted ? [`ORDER BY ${keys}.${number}, ${rows}.${order}`] : []),
  ].join('\n');
  return { sql, depth: isSorted ? 2 : 1 };
}

/** The statement with fields of the key in the places of `$n`. */
function withFields(statement: Statement, keys: string): string {
  const { sql, params } = statement;
  let at = 0;
  let text = '';
  for (const { param, start, end } of placedParameters(statement)) {
    const slots = params[param];
    const all = slots === undefined ? [] : 'fields' in slots ? slots.fields : [slots];
    text += `${sql.slice(at, start)}(${all.map(({ index }) => `${keys}.p${index}`).join(', ')})`;
    at = end;
  }
  return text + sql.slice(at);
}

/** A name that is nowhere in a text, as a word or as part of one. */
function unusedName(start: string, text: string): string {
  const lower = text.toLowerCase();
  let name = start;
  for (let i = 1; new RegExp(`\\b${name}\\b`).test(lower); i++) name = `${start}${i}`;
  return name;
}
