import { isDigit, isIdentifierStart, isOperatorPart } from './characters.ts';
import { dollarQuote, endOfEscapeString, endOfLine, endOfNestedComment, endOfQuoted } from './quotes.ts';

export type TokenKind =
  | 'line comment'
  | 'block comment'
  | 'string'
  | 'dollar-quoted string'
  | 'quoted identifier'
  | 'word'
  | 'number'
  /** `$1` */
  | 'positional'
  /** `:name`, put together by the statement's reader. */
  | 'parameter'
  | 'operator'
  /** `::` */
  | 'cast'
  /** `:=` */
  | 'assignment'
  /** A `:` alone: it opens a parameter or is in an array slice. */
  | 'colon'
  | '('
  | ')'
  | '['
  | ']'
  | ','
  | ';'
  | 'other';

/** A run of the text; offsets are UTF-16 code units, `end` is exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** False where a quote or comment is never closed; the token then goes to the end of the text. */
  readonly closed: boolean;
}

/**
 * The token at an offset where neither white space nor the end of the text is, as Postgres's own lexer
 * cuts it (src/backend/parser/scan.l); comments are tokens too.
 */
export function readToken(text: string, at: number): Token {
  const code = text.charCodeAt(at);
  if (isIdentifierStart(code)) return wordOrPrefixedString(text, at, code);
  if (isDigit(code)) return token('number', at, endOfIdentifier(text, at + 1));
  switch (code) {
    case 34:
      return quoted('quoted identifier', text, at, endOfQuoted(text, at + 1, '"'));
    case 39:
      return quoted('string', text, at, endOfQuoted(text, at + 1, "'"));
    case 36:
      return dollar(text, at);
    case 40:
      return token('(', at, at + 1);
    case 41:
      return token(')', at, at + 1);
    case 44:
      return token(',', at, at + 1);
    case 58:
      return colon(text, at);
    case 59:
      return token(';', at, at + 1);
    case 91:
      return token('[', at, at + 1);
    case 93:
      return token(']', at, at + 1);
  }
  if (!isOperatorPart(code)) return token('other', at, at + 1);
  if (opensLineComment(text, at)) return token('line comment', at, endOfLine(text, at + 2));
  if (opensBlockComment(text, at)) {
    return quoted('block comment', text, at, endOfNestedComment(text, at + 2));
  }
  return operator(text, at);
}

const IDENTIFIER_PARTS = /[A-Za-z0-9_$\u0080-\uFFFF]*/y;

function endOfIdentifier(text: string, from: number): number {
  IDENTIFIER_PARTS.lastIndex = from;
  IDENTIFIER_PARTS.test(text);
  return IDENTIFIER_PARTS.lastIndex;
}

function token(kind: TokenKind, start: number, end: number): Token {
  return { kind, start, end, closed: true };
}

function quoted(kind: TokenKind, text: string, start: number, end: number): Token {
  return end === -1 ? { kind, start, end: text.length, closed: false } : token(kind, start, end);
}

/** A word, or the string that a one-letter prefix opens: E'', B'', X'', N'', U&'' and U&"". */
function wordOrPrefixedString(text: string, start: number, code: number): Token {
  const next = text.charCodeAt(start + 1);
  if (next === 39) {
    const letter = code | 32;
    if (letter === 101) return quoted('string', text, start, endOfEscapeString(text, start + 2));
    if (letter === 98 || letter === 120 || letter === 110) {
      return quoted('string', text, start, endOfQuoted(text, start + 2, "'"));
    }
  }
  if (next === 38 && (code | 32) === 117) {
    const quote = text.charCodeAt(start + 2);
    if (quote === 39) return quoted('string', text, start, endOfQuoted(text, start + 3, "'"));
    if (quote === 34) return quoted('quoted identifier', text, start, endOfQuoted(text, start + 3, '"'));
  }
  return token('word', start, endOfIdentifier(text, start + 1));
}

function dollar(text: string, start: number): Token {
  let end = start + 1;
  while (isDigit(text.charCodeAt(end))) end += 1;
  if (end > start + 1) return token('positional', start, end);
  const delimiter = dollarQuote(text, start);
  if (delimiter === null) return token('other', start, start + 1);
  const close = text.indexOf(delimiter, start + delimiter.length);
  return quoted('dollar-quoted string', text, start, close === -1 ? -1 : close + delimiter.length);
}

function colon(text: string, start: number): Token {
  const next = text.charCodeAt(start + 1);
  if (next === 58) return token('cast', start, start + 2);
  if (next === 61) return token('assignment', start, start + 2);
  return token('colon', start, start + 1);
}

/** The longest run of operator characters, cut where a comment opens inside it. */
function operator(text: string, start: number): Token {
  let end = start + 1;
  while (
    isOperatorPart(text.charCodeAt(end)) &&
    !opensLineComment(text, end) &&
    !opensBlockComment(text, end)
  ) {
    end += 1;
  }
  return token('operator', start, end);
}

function opensLineComment(text: string, at: number): boolean {
  return text.charCodeAt(at) === 45 && text.charCodeAt(at + 1) === 45;
}

function opensBlockComment(text: string, at: number): boolean {
  return text.charCodeAt(at) === 47 && text.charCodeAt(at + 1) === 42;
}
