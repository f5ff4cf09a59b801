import type { Token } from './lexer.ts';
import type { Problem } from './problem.ts';
import { dollarQuote } from './quotes.ts';

/** What to say of a quote or comment that is not closed. */
export function unterminated(text: string, token: Pick<Token, 'kind' | 'start'>): Problem {
  const close = closing(text, token);
  return {
    offset: token.start,
    message: `Unterminated ${token.kind}.`,
    hint: `Close it with ${close} before the next header or the end of the file.`,
  };
}

function closing(text: string, token: Pick<Token, 'kind' | 'start'>): string {
  switch (token.kind) {
    case 'block comment':
      return '*/ (comments nest: each /* inside needs its own)';
    case 'quoted identifier':
      return '"';
    case 'dollar-quoted string':
      return dollarQuote(text, token.start) ?? '$$';
    default:
      return "'";
  }
}
