import type { ErrorCode } from './error-codes.ts';

/** A place in a text: both 1-based, the column in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What went wrong, where it is in a file and what to do about it. Plain data: printing is the CLI's. */
export interface Diagnostic {
  /** Path relative to the configuration's folder, '/' separated; null where no file is to blame. */
  readonly file: string | null;
  /** 1-based; null where the place is unknown. */
  readonly line: number | null;
  /** 1-based, in UTF-16 code units; null where the place is unknown. */
  readonly column: number | null;
  /** Where it ends, exclusive; absent where it is the word, literal or operator that begins at `line` and `column`. */
  readonly end?: TextPosition;
  /** Which error it is; docs/errors.md has them all. */
  readonly code: ErrorCode;
  readonly message: string;
  /** Postgres's five-character error code (PostgreSQL documentation, appendix A), if Postgres said it. */
  readonly sqlstate: string | null;
  /** What to do about it. */
  readonly hint: string | null;
  /** The text of the line that `line` names, for the excerpt with a caret. */
  readonly excerpt: string | null;
  /** The stack trace of an internal error, which is a bug of nodrift; absent for everything else. */
  readonly stack?: string;
}

/** The process's exit code that a failure leads to; see docs/cli.md. */
export type ExitCode = 1 | 2 | 3 | 70;

/**
 * The one error that nodrift's rooms throw on purpose.
 * Exit codes: 1 stale or broken queries or migrations, 2 usage or configuration, 3 database unreachable, 70 an
 * internal error in some statement.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  readonly diagnostics: readonly Diagnostic[];
  /** What must be said once, below all of them; null: nothing. */
  readonly footnote: string | null;

  constructor(exitCode: ExitCode, diagnostics: readonly Diagnostic[], remark: string | null = null) {
    super(diagnostics.map((d) => d.message).join('\n'));
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
    this.footnote = remark;
  }
}

/** What every diagnostic has, and what else is known of one. */
type KnownDiagnostic = Partial<Diagnostic> & Pick<Diagnostic, 'code' | 'message'>;

/** Makes a diagnostic from what is known; everything omitted is null. */
export function diagnostic(known: KnownDiagnostic): Diagnostic {
  return { file: null, line: null, column: null, sqlstate: null, hint: null, excerpt: null, ...known };
}

/** The line and column of an offset (UTF-16 code units, 0-based). */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: before.split(/\r\n|\n|\r/).length, column: offset - start + 1 };
}

/** Makes a diagnostic at an offset (UTF-16 code units, 0-based) of a file's text. */
export function diagnosticAt(file: string, text: string, offset: number, known: KnownDiagnostic): Diagnostic {
  const { line, column } = positionAt(text, offset);
  const start = offset - column + 1;
  const end = text.slice(start).search(/[\r\n]/);
  return diagnostic({
    file,
    line,
    column,
    excerpt: end === -1 ? text.slice(start) : text.slice(start, start + end),
    ...known,
  });
}

const word = String.raw`(?:"(?:[^"]|"")*"|[\p{L}\p{N}_$]+)`;
const token = new RegExp(
  String.raw`[:@$]?${word}(?:\.${word})*|'(?:[^']|'')*'|/\*.*?(?:\*/|$)|--.*|[-+*/<>=~!@#%^&|?:]+|.`,
  'uy',
);

/** Where what a diagnostic is about ends, exclusive; null where its place or the text there is unknown. */
export function endOf({ line, column, end, excerpt }: Diagnostic): TextPosition | null {
  if (end !== undefined) return end;
  if (line === null || column === null || excerpt === null) return null;
  token.lastIndex = column - 1;
  const length = token.exec(excerpt)?.[0].trimEnd().length ?? 0;
  return { line, column: column + Math.max(length, 1) };
}

/** A diagnostic as JSON has it, in every command that prints some. */
export interface DiagnosticJson {
  /** Relative to the configuration's folder; null where no file is to blame. */
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  /** 1-based, in UTF-16 code units. */
  readonly column: number | null;
  readonly endLine: number | null;
  /** Exclusive. */
  readonly endColumn: number | null;
  /** Such as `ND3001`; docs/errors.md has them all. */
  readonly code: string;
  readonly message: string;
  readonly sqlstate: string | null;
  readonly hint: string | null;
}

/** A diagnostic without the excerpt and the stack trace. */
export function diagnosticJson(found: Diagnostic): DiagnosticJson {
  const { file, line, column, code, message, sqlstate, hint } = found;
  const end = endOf(found);
  return {
    file,
    line,
    column,
    endLine: end?.line ?? null,
    endColumn: end?.column ?? null,
    code,
    message,
    sqlstate,
    hint,
  };
}

/** Where a statement is: what an internal error in it is reported with. */
interface StatementPosition {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The diagnostic for an exception in the code that works on one statement: a bug of nodrift, which must not hide what
 * there is to say of the other statements.
 * @throws the error itself where it is a Failure: that was thrown on purpose
 */
export function internalError(
  error: unknown,
  { name, file, line, column }: StatementPosition,
  text: string | null = null,
): Diagnostic {
  if (error instanceof Failure) throw error;
  const what = error instanceof Error ? error : new Error(String(error));
  return diagnostic({
    file,
    line,
    column,
    code: 'ND9001',
    message: `${name}: internal error of nodrift, which is a bug: ${what.message}`,
    hint: 'Please report it with the statement and the tables it uses. The other statements were still checked.',
    excerpt: text?.split(/\r\n|\n|\r/, line)[line - 1] ?? null,
    stack: what.stack ?? what.message,
  });
}

/** The exit code for diagnostics of queries: an internal error outweighs what is wrong with the queries themselves. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): 1 | 70 {
  return diagnostics.some(isInternal) ? 70 : 1;
}

/** Whether a diagnostic is of an internal error. */
export function isInternal({ stack }: Diagnostic): boolean {
  return stack !== undefined;
}
