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

export function isDigit(code: number): boolean {
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
