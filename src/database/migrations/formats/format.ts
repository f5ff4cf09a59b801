import { diagnostic, diagnosticAt, Failure } from '../../../diagnostic.ts';
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

/** A migration of any tool, read but not run. */
export type Migration = SqlMigration | ProgramMigration;

interface SqlMigration extends MigrationScripts {
  readonly kind: 'sql';
  /** What the tool's history calls it: the file's name without its extension, or that of Prisma's folder. */
  readonly name: string;
  readonly file: SchemaFile;
}

/** A migration of node-pg-migrate in JavaScript or TypeScript: what it does is known once it is loaded. */
export interface ProgramMigration {
  readonly kind: 'program';
  readonly name: string;
  readonly file: SchemaFile;
}

/** Where another tool notes what it has applied, and how. */
export interface OtherToolHistory {
  /** In the schema `public`, by the tool's default. */
  readonly table: string;
  /** Gives one column `id`, as text. */
  readonly sql: string;
  /** Whether there is only one id, that of the last migration. */
  readonly onlyLast: boolean;
}

/** A tool whose migrations nodrift reads: one object, in a file of its own, and an entry of `migrationTools`. */
export interface MigrationTool {
  /** Finds what no other tool would write: the comments that tell the tool's parts from each other. */
  readonly sign?: RegExp;
  /**
   * Reads its migrations, in the order in which it runs them.
   * @throws Failure (1) for files that are not migrations to it
   */
  readonly read: (files: readonly SchemaFile[]) => readonly Migration[];
  /** Where it notes what it has applied, from its source; absent: nowhere, or as nodrift does. */
  readonly history?: OtherToolHistory;
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

/** Those whose names are a migration's, in the order of their numbers; the others are none to the tool. */
export function numbered(files: readonly SchemaFile[], name: RegExp): readonly SchemaFile[] {
  const found = files.flatMap((file) => {
    const digits = name.exec(fileName(file))?.[1];
    return digits === undefined ? [] : [{ file, number: BigInt(digits) }];
  });
  found.sort((a, b) => (a.number < b.number ? -1 : 1));
  found.forEach(({ file, number }, index) => {
    const before = found[index - 1];
    if (before?.number !== number) return;
    const message = `The number ${number} is used by ${before.file.file}, too.`;
    throw new Failure(1, [
      diagnostic({ file: file.file, code: 'ND4003', message, hint: 'Give it another.' }),
    ]);
  });
  return found.map(({ file }) => file);
}

export function sqlMigration(file: SchemaFile, scripts: MigrationScripts): SqlMigration {
  return { kind: 'sql', name: migrationName(file), file, ...scripts };
}

/** The file's, or that of its folder where the files of all migrations are called the same, as Prisma's are. */
export function migrationName(file: SchemaFile): string {
  const name = fileName(file);
  return name === 'migration.sql'
    ? (file.file.split('/').at(-2) ?? name)
    : name.replace(/(?<=.)\.[^.]*$/, '');
}

/** Without the folders. A path is not taken apart with Node's module: this also runs in browsers. */
function fileName({ file }: SchemaFile): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
