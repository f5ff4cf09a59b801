import stringWidth from 'string-width';
import { type Diagnostic, endOf } from '../diagnostic.ts';
import {
  type CliContext,
  type Colors,
  colorsFor,
  count,
  displayPath,
  escapeControlChars,
  type PathContext,
  writeNotes,
} from './terminal.ts';

/** Prints diagnostics on the error stream, internal errors with their stack traces. `root` is the configuration's folder. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], root: string, io: CliContext): void {
  const options = { colors: colorsFor(io.stderr, io.env), root, cwd: io.cwd };
  const text = (found: Diagnostic) => {
    const trace =
      found.stack === undefined ? '' : `\n${options.colors.dim(escapeControlChars(indented(found.stack)))}`;
    return `${renderDiagnostic(found, options)}${trace}\n`;
  };
  io.stderr.write(diagnostics.map(text).join('\n'));
  if (diagnostics.length > 1)
    io.stderr.write(`\n${options.colors.bold(count(diagnostics.length, 'error'))}\n`);
}

interface Notes {
  readonly notes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Prints what the database omitted on the way, and what the author should know of the queries.
 * @param root the configuration's folder
 */
export function printNotes({ notes, warnings }: Notes, root: string, io: CliContext): void {
  const options = { colors: colorsFor(io.stderr, io.env), root, cwd: io.cwd, severity: 'warning' } as const;
  for (const warning of warnings) io.stderr.write(`${renderDiagnostic(warning, options)}\n\n`);
  writeNotes(notes, io);
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

export interface RenderOptions extends PathContext {
  readonly colors: Colors;
  /** `error` where it is omitted. */
  readonly severity?: 'warning';
}

/**
 * A diagnostic as lines of text, without a closing line feed:
 *
 *     queries/cars.sql:3:12: error ND3001: column "mak" does not exist
 *       3 | SELECT id, mak FROM cars
 *         |            ^^^
 *       SQLSTATE 42703
 *       hint: Perhaps you meant to reference the column "cars.make".
 */
export function renderDiagnostic(found: Diagnostic, options: RenderOptions): string {
  const { colors } = options;
  const location = locationText(found, options);
  const word = options.severity === 'warning' ? colors.yellow('warning') : colors.red('error');
  const code = colors.isColorSupported ? terminalLink(found.code, errorPage(found.code)) : found.code;
  const head = `${location === null ? '' : `${colors.bold(`${location}:`)} `}${word} ${code}:`;
  const lines = [`${head} ${indentRest(escapeControlChars(found.message))}`, ...excerptOf(found, colors)];
  if (found.sqlstate !== null) lines.push(colors.dim(`  SQLSTATE ${escapeControlChars(found.sqlstate)}`));
  if (found.hint !== null)
    lines.push(`  ${colors.cyan('hint:')} ${indentRest(escapeControlChars(found.hint))}`);
  return lines.join('\n');
}

/** OSC 8: terminals that don't know it show the text alone. */
function terminalLink(text: string, url: string): string {
  return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`;
}

/** What the documentation in this package says of an error. */
function errorPage(code: Diagnostic['code']): string {
  return new URL(`../../docs/errors.md#${code.toLowerCase()}`, import.meta.url).href;
}

function locationText(found: Diagnostic, options: RenderOptions): string | null {
  if (found.file === null) return null;
  const parts = [displayPath(found.file, options), found.line, found.line === null ? null : found.column];
  return parts.filter((part) => part !== null).join(':');
}

function excerptOf(found: Diagnostic, colors: Colors): readonly string[] {
  if (found.line === null || found.excerpt === null) return [];
  const number = String(found.line);
  const end = endOf(found);
  const endColumn = end === null || end.line === found.line ? end?.column : found.excerpt.length + 1;
  const excerpt = layOutExcerpt(found.excerpt, found.column ?? 1, endColumn);
  const line = `  ${colors.dim(`${number} |`)} ${excerpt.text}`.trimEnd();
  if (found.column === null) return [line];
  const gutter = `  ${' '.repeat(number.length)} ${colors.dim('|')} `;
  return [line, `${gutter}${' '.repeat(excerpt.caret)}${colors.red('^'.repeat(excerpt.underlined))}`];
}

function indentRest(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n  ');
}

const tabStop = 4;
const widest = 100;
/** How far from the caret a line is considered: more than fits, whatever the characters' width. */
const scanLimit = 400;

/** A line of a file as it is shown, how many terminal cells precede the caret, and how many are underlined. */
interface Excerpt {
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
  const offset = Math.min(Math.max(column - 1, 0), line.length);
  const from = boundary(line, Math.max(offset - scanLimit, 0));
  const to = boundary(line, Math.min(offset + scanLimit, line.length));
  const before = cells(line.slice(from, offset));
  const after = cells(line.slice(offset, to));

  const room = widest - Math.min(width(after), widest / 2);
  const head = takeLast(before, room, from > 0);
  const tail = takeFirst(after, widest - head.width, to < line.length);
  const marked = cells(line.slice(offset, boundary(line, Math.min(endColumn - 1, to))));
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
