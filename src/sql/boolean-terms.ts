import { tokensOf } from './lexer.ts';

/** A run of a statement's text; offsets are UTF-16 code units, `end` is exclusive. */
export interface TextRun {
  readonly start: number;
  readonly end: number;
}

/** The conditions of a statement, as its text has them. What it finds is for the server to confirm. */
export interface BooleanTerms {
  /** The operands of an OR, in order, by the offset of one of its keywords; null if there is none. */
  operandsOf(or: number): readonly TextRun[] | null;
  /** Whether the word AND is at an offset, and not that of BETWEEN. */
  isAnd(offset: number): boolean;
  /**
   * The condition between two ANDs, or a clause's whole one, that holds two places of the text; with the parentheses that
   * hold nothing else. Null: the places are in no such condition.
   */
  conditionAround(first: number, last: number): TextRun | null;
  /** The CASE that begins at an offset; null if none does. */
  caseAt(offset: number): CaseText | null;
  /** The ORDER BY with an item that begins at an offset, or with parentheses there; null if there is none. */
  sortListOf(offset: number): SortList | null;
  /** What is behind the LIMIT, OFFSET or FETCH FIRST that an offset belongs to; null if there is none. */
  rowCountAround(offset: number): TextRun | null;
}

/** A CASE as it is written, up to its END. */
export interface CaseText extends TextRun {
  /** What is behind each THEN, in order. */
  readonly results: readonly TextRun[];
  readonly otherwise: TextRun | null;
}

/** ORDER BY and its items, up to the end of the last one. */
export interface SortList extends TextRun {
  readonly items: readonly TextRun[];
  readonly canBeEmpty: true;
}

interface Element {
  readonly start: number;
  readonly end: number;
  /** Lower case where it is a keyword or a name; otherwise the text itself, or '' for anything quoted. */
  readonly word: string;
  /** The brackets that it is in; brackets, CASE and END are in those around them. */
  readonly group: Group;
}

interface Group {
  readonly around: Group | null;
  /** The index of the opening bracket; -1: the whole statement. */
  readonly open: number;
  /** The index of the closing one; the number of elements where there is none. */
  close: number;
}

/** The characters of a plain string literal that begins at an offset; null: nothing of the kind does. */
export function literalAt(sql: string, offset: number): string | null {
  const literal = /'((?:[^'\\]|'')*)'/y;
  literal.lastIndex = offset;
  return literal.exec(sql)?.[1]?.replaceAll("''", "'") ?? null;
}

/** An ORDER BY that is being read. */
interface OpenList {
  readonly start: number;
  /** Where the item that is being read begins. */
  from: number | null;
  readonly items: TextRun[];
}

/** Reads the structure of a statement's conditions: brackets, CASE … END, AND and OR. */
export function readTerms(sql: string): BooleanTerms {
  const elements: Element[] = [];
  const root: Group = { around: null, open: -1, close: 0 };
  let group = root;
  const betweens = new Map<Group, number>();
  const open = new Map<Group, OpenList>();
  /** By the offsets of their items. */
  const sortLists = new Map<number, SortList>();
  const counted = new Map<Group, number>();
  const rowCounts: TextRun[] = [];
  const endItem = (list: OpenList): void => {
    const end = elements.at(-1)?.end;
    if (list.from !== null && end !== undefined) list.items.push({ start: list.from, end });
    list.from = null;
  };
  const endCount = (of: Group): void => {
    const [begin, end] = [elements[counted.get(of) ?? elements.length], elements.at(-1)];
    counted.delete(of);
    if (begin !== undefined && end !== undefined) rowCounts.push({ start: begin.start, end: end.end });
  };
  const endList = (of: Group): void => {
    const list = open.get(of);
    if (list === undefined) return;
    open.delete(of);
    endItem(list);
    const { start, items } = list;
    const found: SortList = { start, end: items.at(-1)?.end ?? start, items, canBeEmpty: true };
    for (const item of items) sortLists.set(item.start, found);
  };
  for (const { kind, start, end } of tokensOf(sql)) {
    const text = sql.slice(start, end);
    const isName = elements.at(-1)?.word === '.';
    let word = kind === 'word' ? (isName ? '' : text.toLowerCase()) : /^[^\s'"$\w]+$/.test(text) ? text : '';
    const closed = CLOSES.get(word);
    if (closed !== undefined && group.around !== null && elements[group.open]?.word === closed) {
      endList(group);
      endCount(group);
      group.close = elements.length;
      group = group.around;
    }
    const waiting = betweens.get(group) ?? 0;
    if (word === 'between') betweens.set(group, waiting + 1);
    // The one of BETWEEN a AND b.
    if (word === 'and' && waiting > 0) {
      betweens.set(group, waiting - 1);
      word = '';
    }
    if (BEHIND_ORDER_BY.has(word)) endList(group);
    if (BEHIND_ROW_COUNT.has(word)) endCount(group);
    const list = open.get(group);
    if (list !== undefined && word === ',') endItem(list);
    else if (list !== undefined) list.from ??= start;
    const before = elements.at(-1);
    if (word === 'by' && before?.word === 'order' && before.group === group) {
      open.set(group, { start: before.start, from: null, items: [] });
    }
    elements.push({ start, end, word, group });
    if (ROW_COUNTS.has(word) || (FIRST.has(word) && before?.word === 'fetch')) {
      counted.set(group, elements.length);
    }
    if (word === '(' || word === '[' || word === 'case') {
      group = { around: group, open: elements.length - 1, close: Number.POSITIVE_INFINITY };
    }
  }
  for (let left: Group | null = group; left !== null; left = left.around) {
    endList(left);
    endCount(left);
  }
  root.close = elements.length;

  return {
    operandsOf: (or) => {
      const at = indexAt(or);
      const found = elements[at];
      if (found?.start !== or || found.word !== 'or') return null;
      const [first, last] = extent(at, at, found.group, false);
      const operands: TextRun[] = [];
      let from = first;
      for (let i = first; i <= last + 1; i++) {
        const element = elements[i];
        if (i <= last && (element?.group !== found.group || element.word !== 'or')) continue;
        const [begin, end] = [elements[from], elements[i - 1]];
        if (begin === undefined || end === undefined || i === from) return null;
        operands.push({ start: begin.start, end: end.end });
        from = i + 1;
      }
      return operands;
    },
    isAnd: (offset) => elements[indexAt(offset)]?.word === 'and',
    conditionAround: (first, last) => {
      let [from, to] = [indexAt(first), indexAt(last)];
      let inside = elements[from]?.group;
      let other = elements[to]?.group;
      if (inside === undefined || other === undefined) return null;
      // Up to the brackets that hold both.
      while (inside !== other) {
        const deeper: Group = depth(inside) >= depth(other) ? inside : other;
        if (deeper.around === null) return null;
        if (deeper === inside) {
          from = deeper.open;
          inside = deeper.around;
        } else {
          to = deeper.close;
          other = deeper.around;
        }
      }
      [from, to] = extent(from, to, inside, true);
      while (isParenthesised(from, to, inside)) {
        [from, to] = extent(inside.open, inside.close, inside.around, true);
        inside = inside.around;
      }
      const [begin, end] = [elements[from], elements[to]];
      return begin === undefined || end === undefined ? null : { start: begin.start, end: end.end };
    },
    caseAt: (offset) => {
      const at = indexAt(offset);
      const begin = elements[at];
      if (begin?.start !== offset || begin.word !== 'case') return null;
      const results: TextRun[] = [];
      let otherwise: TextRun | null = null;
      let from: { readonly word: string; readonly index: number } | null = null;
      for (let i = at + 1; i < elements.length; i++) {
        const { word, group: own, end } = elements[i] as Element;
        const isEnd = word === 'end' && own === begin.group;
        if (!isEnd && (own.open !== at || !PARTS_OF_CASE.has(word))) continue;
        const [first, last] = [elements[(from?.index ?? i) + 1], elements[i - 1]];
        if (from !== null && from.word !== 'when' && first !== undefined && last !== undefined) {
          const run = { start: first.start, end: last.end };
          if (from.word === 'then') results.push(run);
          else otherwise = run;
        }
        if (isEnd) return { start: begin.start, end, results, otherwise };
        from = { word, index: i };
      }
      return null;
    },
    sortListOf: (offset) => {
      let at = indexAt(offset);
      for (;;) {
        const element = elements[at];
        if (element === undefined) return null;
        const found = sortLists.get(element.start);
        if (found !== undefined) return found;
        const { group: inside } = element;
        if (inside.around === null || inside.open !== at - 1 || elements[inside.open]?.word !== '(')
          return null;
        at = inside.open;
      }
    },
    // They are in the order of their ends: the first one is the innermost.
    rowCountAround: (offset) => rowCounts.find(({ start, end }) => start <= offset && offset < end) ?? null,
  };

  /** The first element that ends behind an offset; -1: none does. */
  function indexAt(offset: number): number {
    let [from, to] = [0, elements.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (offset < (elements[middle]?.end ?? 0)) to = middle;
      else from = middle + 1;
    }
    return from === elements.length ? -1 : from;
  }

  /** How far an expression reaches at its level. */
  function extent(first: number, last: number, level: Group, isOneTerm: boolean): [number, number] {
    const ends = (index: number, words: ReadonlySet<string>) => {
      const { word, group: own } = elements[index] as Element;
      const isBetween = isOneTerm && (word === 'and' || word === 'or');
      if (own !== level || (!words.has(word) && !isBetween)) return false;
      return elements[index + 1]?.word !== '(' || !FUNCTIONS.has(word);
    };
    let [from, to] = [first, last];
    while (from - 1 > level.open && !ends(from - 1, BEFORE)) from -= 1;
    while (to + 1 < Math.min(level.close, elements.length) && !ends(to + 1, BEHIND)) to += 1;
    return [from, to];
  }

  /** Whether it is all that is in a pair of parentheses, which are a condition themselves. */
  function isParenthesised(
    from: number,
    to: number,
    level: Group,
  ): level is Group & { readonly around: Group } {
    const { around, open, close } = level;
    if (around === null || elements[open]?.word !== '(' || from !== open + 1 || to !== close - 1)
      return false;
    const [before, behind] = [elements[open - 1], elements[close + 1]];
    const leads = open - 1 === around.open ? before?.word === '(' : CONDITIONS.has(before?.word ?? '');
    const ends =
      close + 1 >= Math.min(around.close, elements.length) ||
      behind?.word === 'and' ||
      behind?.word === 'or' ||
      behind?.word === ';' ||
      BEHIND.has(behind?.word ?? '');
    return leads && ends;
  }

  function depth({ around }: Group): number {
    let found = 0;
    for (let next = around; next !== null; next = next.around) found += 1;
    return found;
  }
}

const CLOSES: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['end', 'case'],
]);

const PARTS_OF_CASE: ReadonlySet<string> = new Set(['when', 'then', 'else']);

/** What can follow ORDER BY. */
const BEHIND_ORDER_BY: ReadonlySet<string> = new Set([
  ...['limit', 'offset', 'fetch', 'for', 'on', 'returning', ';'],
]);

const ROW_COUNTS: ReadonlySet<string> = new Set(['limit', 'offset']);

/** What a number of rows is behind in `FETCH FIRST`. */
const FIRST: ReadonlySet<string> = new Set(['first', 'next']);

/** What can follow a number of rows. */
const BEHIND_ROW_COUNT: ReadonlySet<string> = new Set([
  ...['limit', 'offset', 'fetch', 'for', 'row', 'rows', 'on', 'returning', ';'],
]);

/** What is before a condition as a whole. */
const CONDITIONS: ReadonlySet<string> = new Set(['and', 'or', 'where', 'on', 'having']);

/** Words that an expression begins behind. All except SET and BY are reserved. */
const BEFORE: ReadonlySet<string> = new Set([
  ...['where', 'having', 'on', 'when', 'then', 'else', 'select', 'returning', 'limit', 'offset', 'by', 'set'],
  ',',
]);

/** Words that an expression ends before. */
const BEHIND: ReadonlySet<string> = new Set([
  ...['where', 'group', 'having', 'window', 'union', 'intersect', 'except', 'order', 'limit', 'offset'],
  ...['fetch', 'for', 'returning', 'on', 'when', 'then', 'else', 'join', 'left', 'right', 'inner', 'full'],
  ...['cross', 'natural', 'as', 'asc', 'desc', 'do', ',', ';'],
]);

/** Those among them that are functions, too. */
const FUNCTIONS: ReadonlySet<string> = new Set(['left', 'right']);
