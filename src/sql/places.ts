import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import { isNewline } from './characters.ts';
import type { Problem } from './problem.ts';

/** 1-based; the column in UTF-16 code units. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns in one file's text. */
export interface FilePositions {
  place(offset: number): FilePosition;
  diagnostic(problem: Problem): Diagnostic;
}

/**
 * Lines and columns of a file's text, as `diagnosticAt` counts them, except many offsets: the lines
 * are counted once. Lines end in `\n`, `\r\n` or `\r`; a byte order mark takes no column.
 */
export function filePositions(file: string, text: string): FilePositions {
  const starts = lineStarts(text);
  return { place: placeAt, diagnostic: at };

  function placeAt(offset: number): FilePosition {
    const line = lineAt(starts, offset);
    return { line: line + 1, column: Math.max(0, offset - (starts[line] ?? 0)) + 1 };
  }

  function at({ offset, message, hint }: Problem): Diagnostic {
    const line = lineAt(starts, offset);
    let end = starts[line + 1] ?? text.length;
    while (end > offset && isNewline(text.charCodeAt(end - 1))) end -= 1;
    return diagnostic({ file, ...placeAt(offset), message, hint, excerpt: text.slice(starts[line], end) });
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
