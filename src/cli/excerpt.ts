import stringWidth from 'string-width';
import { escapeControlChars } from './escape-control-chars.ts';

const tabStop = 4;
const widest = 100;
/** How far from the caret a line is considered: more than fits, whatever the characters' width. */
const scanLimit = 400;

/** A line of a file as it is shown, how many terminal cells precede the caret, and how many are underlined. */
export interface Excerpt {
  readonly text: string;
  readonly caret: number;
  readonly underlined: number;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/**
 * Lays out a line around a place in it: tabs as spaces, wide characters counted as two cells, control
 * characters made visible, at most about 100 cells with `…` where something is cut off.
 * `column` and `endColumn`, exclusive, are 1-based in UTF-16 code units, as in a Diagnostic.
 */
export function layOutExcerpt(line: string, column: number, endColumn = column + 1): Excerpt {
  const place = Math.min(Math.max(column - 1, 0), line.length);
  const from = boundary(line, Math.max(place - scanLimit, 0));
  const to = boundary(line, Math.min(place + scanLimit, line.length));
  const before = cells(line.slice(from, place));
  const after = cells(line.slice(place, to));

  const room = widest - Math.min(width(after), widest / 2);
  const head = takeLast(before, room, from > 0);
  const tail = takeFirst(after, widest - head.width, to < line.length);
  const marked = cells(line.slice(place, boundary(line, Math.min(endColumn - 1, to))));
  const underlined = Math.min(width(marked), widest - head.width);
  return { text: (head.text + tail).trimEnd(), caret: head.width, underlined: Math.max(underlined, 1) };
}

/** Moves an offset off the middle of a surrogate pair. */
function boundary(line: string, offset: number): number {
  const code = line.charCodeAt(offset);
  return code >= 0xdc00 && code <= 0xdfff ? offset - 1 : offset;
}

function cells(text: string): readonly Cell[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => {
    if (segment === '\t') return { text: ' '.repeat(tabStop), width: tabStop };
    const shown = escapeControlChars(segment);
    return { text: shown, width: stringWidth(shown) };
  });
}

function width(all: readonly Cell[]): number {
  return all.reduce((sum, cell) => sum + cell.width, 0);
}

function takeLast(all: readonly Cell[], room: number, alreadyCut: boolean): Cell {
  const whole = width(all);
  if (!alreadyCut && whole <= room) return { text: all.map((cell) => cell.text).join(''), width: whole };
  const taken: string[] = [];
  let used = 1;
  for (const cell of all.toReversed()) {
    if (used + cell.width > room) break;
    taken.unshift(cell.text);
    used += cell.width;
  }
  return { text: `…${taken.join('')}`, width: used };
}

function takeFirst(all: readonly Cell[], room: number, alreadyCut: boolean): string {
  if (!alreadyCut && width(all) <= room) return all.map((cell) => cell.text).join('');
  const taken: string[] = [];
  let used = 1;
  for (const cell of all) {
    if (used + cell.width > room) break;
    taken.push(cell.text);
    used += cell.width;
  }
  return `${taken.join('')}…`;
}
