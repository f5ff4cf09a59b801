import { endOfSpace, readToken, type Token } from '../../sql/lexer.ts';

/** A `*` of a statement that may represent columns; offsets are UTF-16 code units. */
export interface Star {
  /** - all: `*`; relation: `t.*`, `s.t.*`; composite: `(expression).*` */
  readonly kind: 'all' | 'relation' | 'composite';
  /** Where what it belongs to begins: the `t` of `t.*`, the parenthesis, or the `*` itself. */
  readonly start: number;
  /** The `*`. */
  readonly at: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * The stars of a statement that may represent columns, in order: not those of `count(*)`, and no multiplication
 * signs but behind a `)`, where one may be the star of `SELECT DISTINCT ON (a) *`. The analysed tree tells.
 */
export function findStars(sql: string): readonly Star[] {
  if (!sql.includes('*')) return [];
  const stars: Star[] = [];
  /** All but comments. */
  const tokens: Token[] = [];
  /** The indexes of the open parentheses, and for each closing one where it was opened. */
  const open: number[] = [];
  const opened = new Map<number, number>();
  for (let at = endOfSpace(sql, 0); at < sql.length; at = endOfSpace(sql, at)) {
    const token = readToken(sql, at);
    at = token.end;
    if (token.kind === 'line comment' || token.kind === 'block comment') continue;
    if (token.kind === '(') open.push(tokens.length);
    else if (token.kind === ')') opened.set(tokens.length, open.pop() ?? -1);
    else if (textOf(sql, token) === '*') {
      const star = starAt(sql, tokens, opened, token);
      if (star !== null) stars.push(star);
    }
    tokens.push(token);
  }
  return stars;
}

/** @param before the tokens before it */
function starAt(
  sql: string,
  before: readonly Token[],
  opened: ReadonlyMap<number, number>,
  { start: at, end }: Token,
): Star | null {
  const last = before.at(-1);
  if (last === undefined) return null;
  if (textOf(sql, last) !== '.') {
    const leads = last.kind === ',' || last.kind === ')' || LEADING.has(textOf(sql, last).toLowerCase());
    return leads ? { kind: 'all', start: at, at, end } : null;
  }
  for (let dot = before.length - 1; ; ) {
    const name = before[dot - 1];
    if (name?.kind === ')') {
      const parenthesis = before[opened.get(dot - 1) ?? -1];
      return parenthesis === undefined ? null : { kind: 'composite', start: parenthesis.start, at, end };
    }
    if (name?.kind !== 'word' && name?.kind !== 'quoted identifier') return null;
    const further = before[dot - 2];
    if (further === undefined || textOf(sql, further) !== '.') {
      return { kind: 'relation', start: name.start, at, end };
    }
    dot -= 2;
  }
}

/** Words that a target list follows. */
const LEADING: ReadonlySet<string> = new Set(['select', 'all', 'distinct', 'returning']);

function textOf(sql: string, { start, end }: Token): string {
  return sql.slice(start, end);
}
