import type { Token } from '../../sql/lexer.ts';

/** A statement of a script, word by word. */
export interface StatementWords {
  readonly script: string;
  /** Without white space and comments. */
  readonly tokens: readonly Token[];
}

/** The word at an index, in upper case; '' if it is something else. */
export function wordAt({ script, tokens }: StatementWords, index: number): string {
  const token = tokens[index];
  return token?.kind === 'word' ? script.slice(token.start, token.end).toUpperCase() : '';
}

/** The index of a word, given in upper case; -1 if it is not there. */
export function findWord(words: StatementWords, word: string): number {
  return words.tokens.findIndex((_, index) => wordAt(words, index) === word);
}
