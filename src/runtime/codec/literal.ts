import { CodecError } from './codec-error.ts';

const QUOTE = 34;
const BACKSLASH = 92;

/** One value of a composite's or range's text: its content, null where nothing is, and where it ended. */
export interface LiteralPart {
  readonly content: string | null;
  readonly end: number;
}

/**
 * Reads one value from `from` up to one of `closers`, which quotes protect. Inside quotes `""` and
 * `\x` represent one character (record_in in rowtypes.c and range_parse in rangetypes.c read the same way).
 */
export function readLiteralPart(text: string, from: number, closers: string): LiteralPart {
  let content = '';
  let quoted = false;
  let seen = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      if (quoted && text.charCodeAt(at + 1) === QUOTE) {
        content += '"';
        at += 1;
      } else {
        quoted = !quoted;
        seen = true;
      }
    } else if (code === BACKSLASH) {
      at += 1;
      content += text.charAt(at);
      seen = true;
    } else if (!quoted && closers.includes(text.charAt(at))) {
      return { content: seen ? content : null, end: at };
    } else {
      content += text.charAt(at);
      seen = true;
    }
  }
  throw new CodecError('a composite or range that ends too early');
}

/** The counterpart: nothing for null, everything else in quotes. */
export function writeToken(content: string | null): string {
  return content === null ? '' : `"${content.replace(/["\\]/g, '$&$&')}"`;
}
