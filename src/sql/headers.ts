import type { Dialect } from './dialect.ts';
import { endOfLine, endOfNestedComment, endOfSpace } from './lexer.ts';
import { pgtyped } from './pgtyped.ts';
import type { Problem } from './problem.ts';
import { sqlc } from './sqlc.ts';
import { type CommandWord, readTags, type Span, type Tags } from './tags.ts';

/** Of text that is below no header. */
export const defaultDialect = pgtyped;

/** In the order in which they are tried. */
const dialects: readonly Dialect[] = [pgtyped, sqlc];

/** What the comments above a statement say, if any of them is annotated. */
interface HeaderComments {
  /** Null where the header is broken; `problems` then says how. */
  readonly header: Header | null;
  /** Whether its statement can be returned. */
  readonly healthy: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads the comments above a statement. The header may be anywhere among them; the others are
 * ignored, as PgTyped ignores them, be they before the first query or between a header and its
 * statement. Null where no comment is annotated.
 */
export function readHeaderComments(text: string, comments: readonly Comment[]): HeaderComments | null {
  const problems: Problem[] = [];
  let annotated = false;
  let header: Header | null = null;
  let healthy = true;
  for (const comment of comments) {
    const reading = readHeader(text, comment);
    for (const problem of reading.problems) problems.push(problem);
    if (reading.header !== null) {
      if (header !== null) problems.push(withoutStatement(header));
      header = reading.header;
    }
    annotated ||= reading.header !== null || reading.problems.length > 0;
    healthy &&= reading.problems.length === 0;
  }
  return annotated ? { header, healthy, problems } : null;
}

export function withoutStatement(header: Header): Problem {
  return {
    offset: header.offset,
    code: 'ND2006',
    message: `The header of ${header.name} has no statement.`,
    hint: 'Write the statement below its header, or remove the header.',
  };
}

/** Where the command is behind a statement's name; where there is none, the name. */
export function commandOffset({ name, offset }: Pick<Header, 'name' | 'offset'>, text: string): number {
  const behind = /^[^\S\r\n]*(?=:)/.exec(text.slice(offset + name.length));
  return behind === null ? offset : offset + name.length + behind[0].length;
}

/** What the comment above a statement says about it. */
export interface Header {
  readonly dialect: Dialect;
  readonly name: string;
  /** Offset of the name in the file's text. */
  readonly offset: number;
  readonly command: CommandWord | null;
  readonly tags: Tags;
  readonly documentation: string;
}

/** A comment read as a header. Neither a header nor a problem: an ordinary comment, which is ignored. */
interface HeaderReading {
  readonly header: Header | null;
  readonly problems: readonly Problem[];
}

const NO_HEADER: HeaderReading = { header: null, problems: [] };

/**
 * Reads a comment that is before a statement: a block comment or a run of `--` lines.
 *
 * Annotations (`@name`, `@param`, `@temporary`) start a line or follow another annotation; everything else is the
 * query's documentation, other tags such as `@deprecated` included. PgTyped takes annotations only,
 * `@name` first. A comment with no annotation at all is ignored, as PgTyped ignores it; one with a
 * misspelt annotation, or with `@param` but no `@name`, is a problem, for it would silently do nothing.
 */
function readHeader(text: string, comment: Comment): HeaderReading {
  const words = mask(text, comment);
  const { tags, problems, spans, nameless } = readTags(words, comment.start);
  if (problems.length > 0) return { header: null, problems };
  for (const dialect of dialects) {
    const found = dialect.readName(words, comment.start, tags);
    if (found === null) continue;
    const { name, offset, command } = found;
    if (name === null || found.problems.length > 0) return { header: null, problems: found.problems };
    const prose = documentation(words, [...found.spans, ...spans]);
    return { header: { dialect, name, offset, command, tags, documentation: prose }, problems: [] };
  }
  return nameless === null ? NO_HEADER : { header: null, problems: [nameless] };
}

const headerLine = dialects.map((dialect) => dialect.headerLine.source).join('|');

/** The start of a line on which a comment opens that is a header in any dialect. */
const HEADER_LINE = new RegExp(String.raw`^[^\S\r\n]*(?:\/\*|--)[\s*]*(?:${headerLine})`, 'gm');

/** A line of a comment that is a header, with or without the mark that opens the comment. */
const HEADER_IN_COMMENT = new RegExp(
  String.raw`^(?:\/\*+|--)?[^\S\r\n]*(?:\*+[^\S\r\n]*)?(?:${headerLine})`,
  'm',
);

/** Where the next header's line starts, at or after an offset, as far as lines alone can tell; or null. */
export function nextHeader(text: string, from: number): number | null {
  HEADER_LINE.lastIndex = from;
  return HEADER_LINE.exec(text)?.index ?? null;
}

/** Whether a comment that is inside a statement is a header, so that the statement lacks its `;`. */
export function isHeader(comment: string): boolean {
  return HEADER_IN_COMMENT.test(comment);
}

/** One block comment, or `--` comments on lines that follow each other. */
export interface Comment {
  readonly kind: 'block' | 'line';
  readonly start: number;
  readonly end: number;
}

/** The white space and comments before a statement. */
interface LeadingComments {
  readonly comments: readonly Comment[];
  /** Where the statement starts, or the end of the text; after an unterminated comment, where reading goes on. */
  readonly end: number;
  /** Where a block comment opens that is not closed before the next header or the end of the text. */
  readonly unterminated: number | null;
  /** Whether block comments are still read as nested, see readLeadingComments. */
  readonly nested: boolean;
}

/**
 * Reads what is before a statement. `--` comments on neighbouring lines are one comment; an empty
 * line between them, or a statement's end on the first one's line, parts them.
 *
 * Block comments nest as in Postgres. But prose in a header may hold a lone slash and star (a glob, a
 * URL), which PgTyped reads over: where the nesting never ends, this comment and all later ones of the
 * file end at the first closing mark. (All later ones: so that reading stays linear.)
 */
export function readLeadingComments(text: string, from: number, nested: boolean): LeadingComments {
  const comments: Comment[] = [];
  let nests = nested;
  let at = endOfSpace(text, from);
  for (;;) {
    if (text.startsWith('--', at)) {
      const end = endOfLineComments(text, at, trails(text, from, at));
      comments.push({ kind: 'line', start: at, end });
      at = endOfSpace(text, end);
    } else if (text.startsWith('/*', at)) {
      let end = nests ? endOfNestedComment(text, at + 2) : -1;
      if (end === -1) {
        nests = false;
        const close = text.indexOf('*/', at + 2);
        if (close === -1) return { comments, end: text.length, unterminated: at, nested: nests };
        end = close + 2;
        const header = nextHeader(text.slice(at, end), 2);
        if (header !== null) return { comments, end: at + header, unterminated: at, nested: nests };
      }
      comments.push({ kind: 'block', start: at, end });
      at = endOfSpace(text, end);
    } else return { comments, end: at, unterminated: null, nested: nests };
  }
}

/** The end of the `--` comments that start at an offset, over as many neighbouring lines as there are. */
function endOfLineComments(text: string, start: number, alone: boolean): number {
  let end = endOfLine(text, start);
  while (!alone) {
    let next = text.startsWith('\r\n', end) ? end + 2 : end + 1;
    while (text.charCodeAt(next) === 32 || text.charCodeAt(next) === 9) next += 1;
    if (!text.startsWith('--', next)) break;
    end = endOfLine(text, next);
  }
  return end;
}

/** Whether a comment is behind a statement's end on the same line. */
function trails(text: string, from: number, at: number): boolean {
  return text.charAt(from - 1) === ';' && !/[\r\n]/.test(text.slice(from, at));
}

/**
 * A comment's text with everything that is not its own words turned into blanks, so that offsets
 * stay true: the comment marks, and the stars that start its lines if they are decoration, that is,
 * if all lines after the first have one or an annotation follows.
 */
function mask(text: string, comment: Comment): string {
  const raw = text.slice(comment.start, comment.end);
  if (comment.kind === 'line') return raw.replace(/^[^\S\r\n]*--/gm, blank);
  let first = 2;
  let last = raw.length - 2;
  while (first < last && raw[first] === '*') first += 1;
  while (last > first && raw[last - 1] === '*') last -= 1;
  const words = ' '.repeat(first) + raw.slice(first, last) + ' '.repeat(raw.length - last);
  if (!/^[^\S\r\n]*\*/m.test(words)) return words;
  const decorated = words
    .split(/\r\n|\n|\r/)
    .slice(1)
    .every((line) => /^\s*(?:\*|$)/.test(line));
  return words.replace(decorated ? /^[^\S\r\n]*\*/gm : /^[^\S\r\n]*\*+(?=[^\S\r\n]*@)/gm, blank);
}

function blank(marks: string): string {
  return ' '.repeat(marks.length);
}

/**
 * The free text of a masked header comment: what is left when the annotations are taken out, without
 * the indentation that all its lines share and without empty lines around it; lines end in `\n`.
 */
function documentation(words: string, annotations: readonly Span[]): string {
  const lines = withoutAnnotations(words, annotations).split(/\r\n|\n|\r/);
  const shared = lines.reduce((least, line) => {
    const text = line.trimStart();
    return text === '' || text.startsWith(CUT) ? least : Math.min(least, line.length - text.length);
  }, Number.POSITIVE_INFINITY);
  const prose = lines
    .map((line) =>
      line.includes(CUT) ? line.replaceAll(CUT, '').trim() || null : line.slice(shared).trimEnd(),
    )
    .filter((line) => line !== null);
  const first = prose.findIndex((line) => line !== '');
  return first === -1 ? '' : prose.slice(first, prose.findLastIndex((line) => line !== '') + 1).join('\n');
}

/** Stands for an annotation, so that its line is neither kept empty nor counted as indented. */
const CUT = '\0';

function withoutAnnotations(words: string, annotations: readonly Span[]): string {
  let at = 0;
  const kept: string[] = [];
  for (const { start, end } of annotations) {
    kept.push(words.slice(at, start));
    at = end;
  }
  return [...kept, words.slice(at)].join(CUT);
}
