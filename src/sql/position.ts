import { placeholder } from './render.ts';
import type { Statement } from './statement.ts';

/**
 * Where an offset of `statement.sql` lies in the file.
 * @param sqlOffset 0-based, UTF-16 code units; past the end counts as the end
 * @returns the same in the file's text; inside a `$n` the place of the parameter it represents
 */
export function fileOffset(statement: Statement, sqlOffset: number): number {
  const { copied } = statement;
  let low = 0;
  let high = copied.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((copied[middle]?.sql ?? 0) <= sqlOffset) low = middle;
    else high = middle - 1;
  }
  const run = copied[low];
  return run === undefined
    ? statement.offset
    : run.file + Math.max(0, Math.min(sqlOffset - run.sql, run.length));
}

/**
 * Turns a position as Postgres reports it (`P` of an ErrorResponse: 1-based, in characters) into an
 * offset of the text (0-based, UTF-16 code units); past the end gives the text's length.
 */
export function sqlOffsetOfPosition(sql: string, position: number): number {
  let offset = 0;
  for (let character = 1; character < position && offset < sql.length; character += 1) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** One use of a parameter: its index in `params` and its place in the file's text, marks included. */
export interface ParameterUse {
  readonly param: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The places of a statement's parameters in the file, in the order of the text. */
export function parameterUses(statement: Statement): ParameterUse[] {
  const { copied, params } = statement;
  const uses: ParameterUse[] = [];
  let at = 0;
  let run = 0;
  for (const part of statement.parts) {
    if (typeof part === 'string') {
      at += part.length;
      continue;
    }
    while ((copied[run + 1]?.sql ?? Number.POSITIVE_INFINITY) <= at) run += 1;
    const [before, after] = [copied[run], copied[run + 1]];
    if (before !== undefined && after !== undefined) {
      uses.push({ param: part, start: before.file + before.length, end: after.file });
    }
    const param = params[part];
    at += param === undefined ? 0 : placeholder(param).length;
  }
  return uses;
}
