import { endOfSpace } from './characters.ts';
import { readToken, type Token } from './lexer.ts';

/** The tokens of a statement, without white space and comments, as they are asked for. */
export function* tokensOf(text: string): Generator<Token, void, undefined> {
  for (let at = endOfSpace(text, 0); at < text.length; ) {
    const token = readToken(text, at);
    if (token.kind !== 'line comment' && token.kind !== 'block comment') yield token;
    at = endOfSpace(text, token.end);
  }
}
