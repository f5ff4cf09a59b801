import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import { dollarQuote, isNewline, type Token } from './lexer.ts';

/** What is wrong at a place of the file's text; `read.ts` makes a Diagnostic of it. */
export interface Problem {
  /** UTF-16 code units, 0-based. */
  readonly offset: number;
  readonly code: Diagnostic['code'];
  readonly message: string;
  readonly hint: string | null;
  /**
   * For a project that is on PgTyped, which has run such statements, it is a warning:
   * - warns: PgTyped warns of it too, and goes on
   * - differs: PgTyped reads it as something else; it is reported to no other project
   */
  readonly pgtyped?: 'warns' | 'differs';
  /** It is a warning in every project. */
  readonly harmless?: true;
}

/** 1-based; the column in UTF-16 code units. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns in one file's text. */
interface FilePositions {
  position(offset: number): FilePosition;
  diagnostic(problem: Problem): Diagnostic;
}

/**
 * Lines and columns of a file's text, as `diagnosticAt` counts them, except many offsets: the lines
 * are counted once. Lines end in `\n`, `\r\n` or `\r`; a byte order mark has no column.
 */
export function filePositions(file: string, text: string): FilePositions {
  const starts = lineStarts(text);
  return { position: positionAt, diagnostic: at };

  function positionAt(offset: number): FilePosition {
    const line = lineAt(starts, offset);
    return { line: line + 1, column: Math.max(0, offset - (starts[line] ?? 0)) + 1 };
  }

  function at({ offset, code, message, hint }: Problem): Diagnostic {
    const line = lineAt(starts, offset);
    let end = starts[line + 1] ?? text.length;
    while (end > offset && isNewline(text.charCodeAt(end - 1))) end -= 1;
    return diagnostic({
      file,
      ...positionAt(offset),
      code,
      message,
      hint,
      excerpt: text.slice(starts[line], end),
    });
  }
}

/** The offsets at which the lines start. */
function lineStarts(text: string): readonly number[] {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  const newline = text.includes('\r') ? /\r\n|\n|\r/g : /\n/g;
  while (newline.test(text)) starts.push(newline.lastIndex);
  return starts;
}

/** The index of the line that holds an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What to say of a quote or comment that is not closed. */
export function unterminated(text: string, token: Pick<Token, 'kind' | 'start'>): Problem {
  const close = closing(text, token);
  return {
    offset: token.start,
    code: 'ND2008',
    message: `Unterminated ${token.kind}.`,
    hint: `Close it with ${close} before the next header or the end of the file.`,
  };
}

function closing(text: string, token: Pick<Token, 'kind' | 'start'>): string {
  switch (token.kind) {
    case 'block comment':
      return '*/ (comments nest: each /* inside needs its own)';
    case 'quoted identifier':
      return '"';
    case 'dollar-quoted string':
      return dollarQuote(text, token.start) ?? '$$';
    default:
      return "'";
  }
}
