import { isSpace, readToken, type Token } from '../../sql/lexer.ts';
import { wordAt } from './words.ts';

/** One statement of a script; offsets are UTF-16 code units of the script's text. */
export interface ScriptStatement {
  /** Where its first word begins: leading comments don't belong to it. */
  readonly start: number;
  /** Exclusive; the closing `;` is not part of it. */
  readonly end: number;
  /** Without white space and comments. */
  readonly tokens: readonly Token[];
}

/**
 * Cuts a script into statements where psql would: at a `;` outside parentheses and outside the
 * `BEGIN ATOMIC ... END` body of a function (PostgreSQL source, src/fe_utils/psqlscan.l).
 * @param skip asked at the first token of a statement; an offset leaves the text up to there out
 */
export function splitStatements(
  text: string,
  skip: (token: Token) => number | null = () => null,
): ScriptStatement[] {
  const statements: ScriptStatement[] = [];
  let tokens: Token[] = [];
  let parentheses = 0;
  let blocks = 0;
  const finish = (end: number) => {
    const [first] = tokens;
    if (first) statements.push({ start: first.start, end, tokens });
    tokens = [];
    parentheses = 0;
    blocks = 0;
  };
  for (let at = 0; at < text.length; ) {
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    at = token.end;
    if (token.kind === 'line comment' || token.kind === 'block comment') continue;
    const skipped = tokens.length === 0 ? skip(token) : null;
    if (skipped !== null) {
      at = skipped;
      continue;
    }
    if (token.kind === ';' && parentheses === 0 && blocks === 0) {
      finish(token.start);
      continue;
    }
    tokens.push(token);
    if (token.kind === '(') parentheses += 1;
    if (token.kind === ')') parentheses = Math.max(0, parentheses - 1);
    if (token.kind === 'word' && parentheses === 0 && definesRoutine(text, tokens)) {
      blocks = Math.max(0, blocks + nesting(text.slice(token.start, token.end), blocks));
    }
  }
  finish(tokens.at(-1)?.end ?? text.length);
  return statements;
}

/** CREATE [OR REPLACE] FUNCTION | PROCEDURE: only there BEGIN opens a block. */
function definesRoutine(script: string, tokens: readonly Token[]): boolean {
  const words = { script, tokens };
  if (wordAt(words, 0) !== 'CREATE') return false;
  return /^(FUNCTION|PROCEDURE)$/.test(wordAt(words, wordAt(words, 1) === 'OR' ? 3 : 1));
}

function nesting(word: string, blocks: number): number {
  switch (word.toUpperCase()) {
    case 'BEGIN':
      return 1;
    case 'CASE':
      return blocks > 0 ? 1 : 0;
    case 'END':
      return -1;
    default:
      return 0;
  }
}
