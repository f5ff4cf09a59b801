import type { TextRun } from './boolean-terms.ts';
import { tokensOf } from './lexer.ts';

interface Word extends TextRun {
  /** Lower case; the kind of what is quoted. */
  readonly word: string;
  /** How many brackets it is in; brackets are in those around them. */
  readonly depth: number;
}

/** The reserved words that can follow upon the list of a SELECT (simple_select in PostgreSQL's gram.y). */
const FOLLOWS = new Set(
  'from into where group having window union intersect except order limit offset fetch for'.split(' '),
);

/**
 * Where the columns of a result are written: the expressions behind SELECT or RETURNING, in order, with their aliases. Null:
 * it has no such list, as VALUES and CALL. The server knows better, so this is for messages only.
 */
export function resultItems(sql: string): readonly TextRun[] | null {
  const words = wordsOf(sql);
  // (SELECT …) UNION …
  const base = Math.max(
    0,
    words.findIndex(({ word }) => word !== '('),
  );
  const isKeyword = (at: number, keyword: string) =>
    words[at]?.depth === base && words[at]?.word === keyword && !isName(words[at - 1]);
  const last = words.findLastIndex((_, at) => isKeyword(at, 'returning'));
  const keyword = last === -1 ? words.findIndex((_, at) => isKeyword(at, 'select')) : last;
  if (keyword === -1) return null;
  const items: TextRun[] = [];
  let isFirst = true;
  for (const { word, start, end, depth } of listOf(words, keyword, base)) {
    const isComma = depth === base && word === ',';
    if (!isComma) items.push({ start: isFirst ? start : (items.pop()?.start ?? start), end });
    isFirst = isComma;
  }
  return items;
}

function wordsOf(sql: string): readonly Word[] {
  let depth = 0;
  return Array.from(tokensOf(sql), ({ kind, start, end }) => {
    if (kind === ')' || kind === ']') depth -= 1;
    const isText = kind === 'word' || kind === 'other';
    const found = { word: isText ? sql.slice(start, end).toLowerCase() : kind, start, end, depth };
    if (kind === '(' || kind === '[') depth += 1;
    return found;
  });
}

/** The words of the list that begins behind SELECT or RETURNING. */
function listOf(words: readonly Word[], keyword: number, base: number): readonly Word[] {
  let from = keyword + 1;
  if (/^(?:all|distinct)$/.test(words[from]?.word ?? '')) from += 1;
  // DISTINCT ON (…), RETURNING WITH (OLD AS …)
  if (/^(?:on|with)$/.test(words[from]?.word ?? '')) {
    const closing = words.findIndex(({ word, depth }, at) => at > from && depth === base && word === ')');
    from = closing + 1;
  }
  const to = words.findIndex(
    ({ word, depth }, at) => at >= from && (depth < base || (depth === base && isEnd(word, words[at - 1]))),
  );
  return words.slice(from, to === -1 ? words.length : to);
}

function isEnd(word: string, before: Word | undefined): boolean {
  if (!FOLLOWS.has(word) || isName(before)) return false;
  // IS DISTINCT FROM, WITHIN GROUP (…)
  return (
    !(word === 'from' && before?.word === 'distinct') && !(word === 'group' && before?.word === 'within')
  );
}

/** Whether a name follows: any word is one there. */
function isName(before: Word | undefined): boolean {
  return before?.word === 'as' || before?.word === '.';
}
