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

/** Reads the structure of a statement's conditions: brackets, CASE … END, AND and OR. */
export function readTerms(sql: string): BooleanTerms {
  const elements: Element[] = [];
  const root: Group = { around: null, open: -1, close: 0 };
  let group = root;
  const betweens = new Map<Group, number>();
  for (const { kind, start, end } of tokensOf(sql)) {
    const text = sql.slice(start, end);
    const isName = elements.at(-1)?.word === '.';
    let word = kind === 'word' ? (isName ? '' : text.toLowerCase()) : /^[^\s'"$\w]+$/.test(text) ? text : '';
    const closed = CLOSES.get(word);
    if (closed !== undefined && group.around !== null && elements[group.open]?.word === closed) {
      group.close = elements.length;
      group = group.around;
    }
    const open = betweens.get(group) ?? 0;
    if (word === 'between') betweens.set(group, open + 1);
    // The one of BETWEEN a AND b.
    if (word === 'and' && open > 0) {
      betweens.set(group, open - 1);
      word = '';
    }
    elements.push({ start, end, word, group });
    if (word === '(' || word === '[' || word === 'case') {
      group = { around: group, open: elements.length - 1, close: Number.POSITIVE_INFINITY };
    }
  }
  root.close = elements.length;

  return {
    operandsOf: (or) => {
      const at = elements.findIndex(({ start }) => start === or);
      const found = elements[at];
      if (found?.word !== 'or') return null;
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
  };

  function indexAt(offset: number): number {
    return elements.findIndex(({ end }) => offset < end);
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
