/*
 * Character classes of Postgres's lexer (src/backend/parser/scan.l), by UTF-16 code unit. All are
 * false for NaN, which `charCodeAt` gives past the end.
 */

const SPACE = 1;
const LETTER = 2;
const DIGIT = 4;
const DOLLAR = 8;
const OPERATOR = 16;

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code)));

function classOf(character: string): number {
  if (/[ \t\n\v\f\r]/.test(character)) return SPACE;
  if (/[A-Za-z_]/.test(character)) return LETTER;
  if (/[0-9]/.test(character)) return DIGIT;
  if (character === '$') return DOLLAR;
  return '~!@#^&|`?+-*/%<>='.includes(character) ? OPERATOR : 0;
}

function belongs(code: number, classes: number): boolean {
  return ((CLASSES[code] ?? 0) & classes) !== 0;
}

/** Postgres's `space`. */
export function isSpace(code: number): boolean {
  return belongs(code, SPACE);
}

/** Line feed or return: what ends a `--` comment. */
export function isNewline(code: number): boolean {
  return code === 10 || code === 13;
}

function isDigit(code: number): boolean {
  return belongs(code, DIGIT);
}

/** Postgres's `ident_start`: a letter, `_`, and everything outside ASCII. */
export function isIdentifierStart(code: number): boolean {
  return code >= 128 || belongs(code, LETTER);
}

/** A character of a parameter's name; Postgres's identifiers also hold `$`. */
export function isNamePart(code: number): boolean {
  return code >= 128 || belongs(code, LETTER | DIGIT);
}

/** Postgres's `ident_cont`. */
export function isIdentifierPart(code: number): boolean {
  return code >= 128 || belongs(code, LETTER | DIGIT | DOLLAR);
}

/** Postgres's `op_chars`: what operators are made of. */
export function isOperatorPart(code: number): boolean {
  return belongs(code, OPERATOR);
}

/** The end of the white space at an offset. */
export function endOfSpace(text: string, from: number): number {
  SPACES.lastIndex = from;
  SPACES.test(text);
  return SPACES.lastIndex;
}

const SPACES = /[ \t\n\v\f\r]*/y;

/*
 * Where quoted text ends. Each function takes the offset after the opening quote and returns the
 * offset after the closing one, or -1 where the text ends first. Source: PostgreSQL documentation,
 * 4.1.2 "Constants", and src/backend/parser/scan.l, with standard_conforming_strings on.
 */

/** The end of '...' or "...": a doubled quote represents itself, a backslash is a character like any other. */
function endOfQuoted(text: string, from: number, quote: string): number {
  let at = from;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close === -1) return -1;
    if (text[close + 1] !== quote) return close + 1;
    at = close + 2;
  }
}

/**
 * The end of E'...': a backslash takes the next character with it, and a further '...' after white
 * space with a newline continues the same string, backslashes included.
 */
function endOfEscapeString(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 92) at += 2;
    else if (code !== 39) at += 1;
    else if (text.charCodeAt(at + 1) === 39) at += 2;
    else {
      const next = continuation(text, at + 1);
      if (next === -1) return at + 1;
      at = next;
    }
  }
  return -1;
}

/** After a closing quote: the offset after the quote that continues the string, or -1. */
function continuation(text: string, from: number): number {
  let newline = false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isNewline(code)) newline = true;
    else if (code === 45 && text.charCodeAt(at + 1) === 45) at = endOfLine(text, at) - 1;
    else if (code === 39 && newline) return at + 1;
    else if (!isSpace(code)) return -1;
  }
  return -1;
}

/** The delimiter (`$$`, `$tag$`) that opens a dollar-quoted string at an offset, or null. */
export function dollarQuote(text: string, at: number): string | null {
  let end = at + 1;
  while (text.charCodeAt(end) !== 36 && isIdentifierPart(text.charCodeAt(end))) end += 1;
  const opens = text.charCodeAt(end) === 36 && (end === at + 1 || isIdentifierStart(text.charCodeAt(at + 1)));
  return opens ? text.slice(at, end + 1) : null;
}

/** The end of the line at an offset: that of its newline, or of the text. */
export function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isNewline(text.charCodeAt(at))) at += 1;
  return at;
}

/** The end of a block comment whose text starts at an offset; Postgres's comments nest. */
export function endOfNestedComment(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === 42 && next === 47) {
      at += 2;
      depth -= 1;
      if (depth === 0) return at;
    } else if (code === 47 && next === 42) {
      at += 2;
      depth += 1;
    } else at += 1;
  }
  return -1;
}

type TokenKind =
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

/** The tokens of a statement, without white space and comments, as they are asked for. */
export function* tokensOf(text: string): Generator<Token, void, undefined> {
  for (let at = endOfSpace(text, 0); at < text.length; ) {
    const token = readToken(text, at);
    if (token.kind !== 'line comment' && token.kind !== 'block comment') yield token;
    at = endOfSpace(text, token.end);
  }
}
