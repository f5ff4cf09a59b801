import { diagnosticAt, Failure } from '../../../diagnostic.ts';
import type { SchemaFile } from '../../../project/schema-files.ts';

/**
 * How a tool sends a script: between BEGIN and COMMIT; whole, in one message, which Postgres makes one
 * transaction of unless the script says otherwise; or statement by statement, each for itself.
 */
export type ScriptMode = 'transaction' | 'message' | 'statements';

/** The up migration or down of a migration. */
export interface MigrationScript {
  readonly file: SchemaFile;
  readonly sql: string;
  /** Where it begins in the file's text, in UTF-16 code units. */
  readonly offset: number;
  readonly mode: ScriptMode;
}

/** A migration in SQL, read; down is null where it has no down migration. */
export interface MigrationScripts {
  readonly up: MigrationScript;
  readonly down: MigrationScript | null;
}

/** The part of a file between two offsets. */
export function scriptOf(file: SchemaFile, mode: ScriptMode, start = 0, end?: number): MigrationScript {
  return { file, sql: file.text.slice(start, end), offset: start, mode };
}

/** A Failure (1) at a place of a migration that its tool would not understand either. */
export function misread(file: SchemaFile, offset: number, message: string, hint: string): Failure {
  return new Failure(1, [diagnosticAt(file.file, file.text, offset, { code: 'ND4006', message, hint })]);
}

/** A comment of its tool in a migration: a whole line. */
export interface MarkerLine {
  /** What is behind the mark, without white space around it. */
  readonly words: string;
  /** Of the line, in UTF-16 code units; `end` is exclusive and includes the line's end. */
  readonly start: number;
  readonly end: number;
}

/**
 * The lines of a file that a pattern finds, in the order of the file.
 * @param pattern with the flags g and m; its first group is what is found in the line
 */
export function markerLines(text: string, pattern: RegExp): MarkerLine[] {
  return Array.from(text.matchAll(pattern), (match) => {
    const lineEnd = text.indexOf('\n', match.index);
    return {
      words: (match[1] ?? '').trim(),
      start: match.index,
      end: lineEnd === -1 ? text.length : lineEnd + 1,
    };
  });
}

/** The text with everything but some ranges made white space, so that places in it stay true. */
export function keepOnly(text: string, ranges: readonly { start: number; end: number }[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    pieces.push(text.slice(at, start).replaceAll(/[^\r\n]/g, ' '), text.slice(start, end));
    at = end;
  }
  return pieces.join('') + text.slice(at).replaceAll(/[^\r\n]/g, ' ');
}
