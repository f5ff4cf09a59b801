import { endOfSpace } from './characters.ts';
import { nextHeader } from './next-header.ts';
import { endOfLine, endOfNestedComment } from './quotes.ts';

/** One block comment, or `--` comments on lines that follow each other. */
export interface Comment {
  readonly kind: 'block' | 'line';
  readonly start: number;
  readonly end: number;
}

/** The white space and comments before a statement. */
export interface LeadingComments {
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
