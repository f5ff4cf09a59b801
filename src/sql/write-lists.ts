import type { TextRun } from './boolean-terms.ts';
import { tokensOf } from './lexer.ts';

/** What SET or a row of VALUES lists, up to the end of the last item. */
export interface WriteList extends TextRun {
  readonly items: readonly TextRun[];
}

/** What a statement writes, as its text has it. What it finds is for the server to confirm. */
export interface WriteLists {
  /** The assignments of the SET that holds an offset; null: none does. */
  assignmentsAround(offset: number): WriteList | null;
  /** The values of the first row of the VALUES that holds an offset; null: none does. */
  valuesAround(offset: number): WriteList | null;
}

interface OpenList {
  /** Where the item that is being read begins. */
  from: number | null;
  readonly items: TextRun[];
  readonly to: WriteList[];
}

/** The statement, or brackets or a CASE that are open. */
interface Level {
  readonly closes: string;
  list: OpenList | null;
}

/** Reads the assignments and values of a statement. */
export function readWriteLists(sql: string): WriteLists {
  const assignments: WriteList[] = [];
  const values: WriteList[] = [];
  const levels: Level[] = [{ closes: '', list: null }];
  let words: readonly [string, string] = ['', ''];
  let end = 0;

  const endItem = ({ list }: Level) => {
    if (list === null) return;
    if (list.from !== null) list.items.push({ start: list.from, end });
    list.from = null;
  };
  const endList = (level: Level) => {
    endItem(level);
    const { items = [], to } = level.list ?? {};
    const start = items[0]?.start;
    if (start !== undefined) to?.push({ start, end, items });
    level.list = null;
  };

  for (const token of tokensOf(sql)) {
    const text = sql.slice(token.start, token.end);
    const [before, last] = words;
    const word =
      token.kind === 'word' && last !== '.' ? text.toLowerCase() : token.kind === 'word' ? '' : text;
    // What SET is a name in: `SET set = …`, `a.set`, `(set, b) = …`.
    if (last === 'set' && text !== '=' && !BEFORE_NAMES.has(before)) {
      const level = levels.at(-1);
      if (level !== undefined) {
        endList(level);
        level.list = { from: null, items: [], to: assignments };
      }
    }
    let level = levels.at(-1);
    if (level !== undefined && level.closes === word && levels.length > 1) {
      endList(level);
      levels.pop();
    } else if (level !== undefined && AFTER.has(word) && !(word === 'from' && last === 'distinct'))
      endList(level);
    level = levels.at(-1);
    if (level?.list && word === ',') endItem(level);
    else if (level?.list) level.list.from ??= token.start;
    const closes = CLOSES.get(word);
    if (closes !== undefined) {
      const isRow = word === '(' && last === 'values';
      levels.push({ closes, list: isRow ? { from: null, items: [], to: values } : null });
    }
    words = [last, word];
    end = token.end;
  }
  for (const level of levels.toReversed()) endList(level);

  const around = (lists: readonly WriteList[], offset: number): WriteList | null => {
    const found = lists.filter((list) => list.start <= offset && offset < list.end);
    // A value may hold another VALUES.
    return found.toSorted((a, b) => a.start - b.start)[0] ?? null;
  };
  return {
    assignmentsAround: (offset) => around(assignments, offset),
    valuesAround: (offset) => around(values, offset),
  };
}

const CLOSES: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['case', 'end'],
]);

const BEFORE_NAMES: ReadonlySet<string> = new Set(['set', ',', '.', '(', '=', 'returning', 'select', 'as']);

/** What ends the assignments of SET. */
const AFTER: ReadonlySet<string> = new Set(['from', 'where', 'returning', 'when', ';']);
