import { isIdentifierPart, isIdentifierStart, isNewline, isSpace } from './characters.ts';

/*
 * Where quoted text ends. Each function takes the offset after the opening quote and returns the
 * offset after the closing one, or -1 where the text ends first. Source: PostgreSQL documentation,
 * 4.1.2 "Constants", and src/backend/parser/scan.l, with standard_conforming_strings on.
 */

/** The end of '...' or "...": a doubled quote represents itself, a backslash is a character like any other. */
export function endOfQuoted(text: string, from: number, quote: string): number {
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
export function endOfEscapeString(text: string, from: number): number {
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
