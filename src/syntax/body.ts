import { endOfSpace } from './characters.ts';
import { readToken, type Token } from './lexer.ts';
import type { ParameterReader } from './named-parameter.ts';
import { isHeader, nextHeader } from './next-header.ts';
import type { Problem } from './problem.ts';
import { pass, surroundings } from './surroundings.ts';
import type { Use } from './use.ts';

/** The text of one statement; offsets in the file's text. */
export interface Body {
  readonly start: number;
  /** After its last token: comments before the closing `;` are left out. */
  readonly end: number;
  /** Where reading goes on: after the `;`, at the next header, or the end of the text. */
  readonly next: number;
  /** What ended it: a token is a quote or comment that is not closed where it should be. */
  readonly ended: 'semicolon' | 'header' | 'text' | Token;
  readonly uses: readonly Use[];
  readonly problems: readonly Problem[];
}

/** Reads a statement from its first token to its `;`, the next header or the end of the text. */
export function readBody(text: string, start: number, readParameter: ParameterReader): Body {
  const uses: Use[] = [];
  const problems: Problem[] = [];
  const around = surroundings(text);
  let end = start;
  for (let at = start; at < text.length; at = endOfSpace(text, at)) {
    const token = readToken(text, at);
    if (!token.closed || swallowsHeader(text, token)) {
      const next = nextHeader(text, token.start + 1) ?? text.length;
      return { start, end, next, ended: token, uses, problems };
    }
    if (token.kind === ';') return { start, end, next: token.end, ended: 'semicolon', uses, problems };
    if (token.kind === 'line comment' || token.kind === 'block comment') {
      if (isHeader(text.slice(token.start, token.end))) {
        return { start, end, next: token.start, ended: 'header', uses, problems };
      }
      at = token.end;
      continue;
    }
    const found = readParameter(text, token, around);
    if (found?.problem) problems.push(found.problem);
    if (found?.use) uses.push(found.use);
    at = found?.use?.end ?? token.end;
    pass(around, found?.use ? { kind: 'parameter', start: token.start, end: at, closed: true } : token);
    end = at;
  }
  return { start, end, next: text.length, ended: 'text', uses, problems };
}

/**
 * Whether quoted text has a header in it. A forgotten quote ends at the next query's first quote, and
 * what is left can even be valid SQL: the queries between would be gone without a word.
 */
function swallowsHeader(text: string, token: Token): boolean {
  if (token.kind !== 'string' && token.kind !== 'quoted identifier') return false;
  const quoted = text.slice(token.start, token.end);
  return quoted.includes('name') && nextHeader(quoted, 1) !== null;
}
