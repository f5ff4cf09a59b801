import { isIdentifierPart } from './characters.ts';
import { placeholder } from './render.ts';
import type { SourceSpan, Statement } from './statement.ts';

/** A run of `Statement.sql` without parameters, and what is put in its place. */
export interface Replacement {
  /** Offsets in `sql`, UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The statement with other text in some places of its `sql` and `parts`; its `body` stays as it is in the file. A
 * position inside of what was put in maps to where the replaced run begins.
 * @param replacements in order, none overlapping another
 */
export function withReplacements(statement: Statement, replacements: readonly Replacement[]): Statement {
  const { sql } = statement;
  const spaced = replacements.map((one) => ({ ...one, text: withBlanks(sql, one) }));
  let at = 0;
  const parts = statement.parts.map((part) => {
    const from = at;
    if (typeof part === 'number') {
      const param = statement.params[part];
      at += param === undefined ? 0 : placeholder(param).length;
      return part;
    }
    at += part.length;
    return replaced(part, from, within(spaced, from, at));
  });
  return { ...statement, sql: replaced(sql, 0, spaced), parts, copied: cut(statement.copied, spaced) };
}

/** A blank keeps names from growing together with a word beside them, as in `SELECT*FROM`. */
function withBlanks(sql: string, { start, end, text }: Replacement): string {
  const before = isIdentifierPart(sql.charCodeAt(start - 1)) ? ' ' : '';
  return before + text + (isIdentifierPart(sql.charCodeAt(end)) ? ' ' : '');
}

function within(replacements: readonly Replacement[], start: number, end: number): readonly Replacement[] {
  return replacements.filter((one) => one.start >= start && one.end <= end);
}

function replaced(text: string, offset: number, replacements: readonly Replacement[]): string {
  let result = '';
  let at = 0;
  for (const one of replacements) {
    result += text.slice(at, one.start - offset) + one.text;
    at = one.end - offset;
  }
  return result + text.slice(at);
}

function cut(copied: readonly SourceSpan[], replacements: readonly Replacement[]): readonly SourceSpan[] {
  let moved = 0;
  return copied.flatMap((run) => {
    const end = run.sql + run.length;
    const runs: SourceSpan[] = [];
    let at = run.sql;
    const copyTo = (to: number) => {
      runs.push({ sql: at + moved, file: run.file + at - run.sql, length: to - at });
    };
    for (const one of within(replacements, run.sql, end)) {
      copyTo(one.start);
      moved += one.text.length - (one.end - one.start);
      at = one.end;
    }
    copyTo(end);
    return runs;
  });
}
