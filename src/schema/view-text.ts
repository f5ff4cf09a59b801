import { isSpace, readToken, type Token } from '../sql/lexer.ts';

/**
 * A view's query as PostgreSQL 16 and later write it: where only one relation is in FROM, its columns are without its
 * name, but in subqueries (get_query_def, src/backend/utils/adt/ruleutils.c).
 * @param definition as pg_get_viewdef of an earlier major writes it, with an empty search path
 */
export function laterViewText(definition: string): string {
  const tokens = outerTokens(definition);
  const from = fromItem(tokens, definition);
  if (from === null) return definition;
  const text = (token: Token | undefined) => token && definition.slice(token.start, token.end);
  const pieces: string[] = [];
  let copied = 0;
  for (const [i, token] of tokens.entries()) {
    if (i >= from.start && i < from.end) continue;
    const [before, dot, column] = [tokens[i - 1], tokens[i + 1], tokens[i + 2]];
    const isPrefix = text(token) === from.name && text(dot) === '.' && text(before) !== '.';
    if (!isPrefix || column === undefined || text(column) === '*') continue;
    pieces.push(definition.slice(copied, token.start));
    copied = column.start;
  }
  return pieces.join('') + definition.slice(copied);
}

/**
 * Without the schema of PostgreSQL's own operators, which is there only where a cast or an operator of the schema
 * makes the plain one ambiguous.
 */
export function withPlainOperators(sql: string): string {
  if (!sql.includes('OPERATOR(pg_catalog.')) return sql;
  const pieces: string[] = [];
  let copied = 0;
  for (let at = 0; at < sql.length; ) {
    const token = isSpace(sql.charCodeAt(at)) ? null : readToken(sql, at);
    const written = token?.kind === 'word' ? qualified.exec(sql.slice(at)) : null;
    if (written !== null) {
      pieces.push(sql.slice(copied, at), written[1] ?? '');
      copied = at + written[0].length;
    }
    at = written === null ? (token?.end ?? at + 1) : copied;
  }
  return pieces.join('') + sql.slice(copied);
}

const qualified = /^OPERATOR\(pg_catalog\.([^\w\s()]+)\)/;

interface OuterToken extends Token {
  /** How many parentheses are around it. */
  readonly depth: number;
}

/** The tokens that are in no subquery. */
function outerTokens(sql: string): readonly OuterToken[] {
  const found: OuterToken[] = [];
  const opened: { readonly isQuery: boolean }[] = [];
  let isInside = false;
  let depth = 0;
  let last: string | null = null;
  for (let at = 0; at < sql.length; ) {
    if (isSpace(sql.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const token = readToken(sql, at);
    at = token.end;
    const text = sql.slice(token.start, token.end);
    const isQuery = last === '(' && /^(SELECT|VALUES|WITH)$/.test(text);
    if (isQuery) opened.splice(-1, 1, { isQuery });
    last = text;
    if (text === ')') opened.pop();
    depth = opened.length;
    isInside = opened.some((one) => one.isQuery);
    if (text === '(') opened.push({ isQuery: false });
    if (!isInside) found.push({ ...token, depth });
  }
  return found;
}

/** The only relation of the outermost FROM; null where there are several, or none. */
function fromItem(
  tokens: readonly OuterToken[],
  sql: string,
): { readonly start: number; readonly end: number; readonly name: string } | null {
  const outermost = tokens.map(({ start, end, depth }) => (depth === 0 ? sql.slice(start, end) : ''));
  if (outermost.some((word) => /^(UNION|INTERSECT|EXCEPT)$/.test(word))) return null;
  const start = outermost.indexOf('FROM', outermost.indexOf('SELECT')) + 1;
  if (start === 0) return null;
  const after = outermost.findIndex((word, i) => i > start && clauses.test(word));
  const end = after === -1 ? tokens.length : after;
  const words = outermost.slice(start, end);
  const sampled = words.indexOf('TABLESAMPLE');
  const names = words
    .slice(0, sampled === -1 ? words.length : sampled)
    .filter((word) => /^["\p{L}_]/u.test(word) && word !== 'ORDINALITY');
  // Joins are in parentheses, with no alias behind.
  const name = names.at(-1);
  return name === undefined || words.includes(',') ? null : { start, end, name };
}

const clauses = /^(WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|FOR)$/;
