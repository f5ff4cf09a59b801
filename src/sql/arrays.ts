import { type Token, tokensOf } from './lexer.ts';
import type { Piece } from './pieces.ts';
import { placeholder } from './postgres-text.ts';
import { aroundRows, arraysOf, asElement, type ElementType, fromArrays } from './row-source.ts';
import type { Param, Statement } from './statement.ts';

/**
 * What is sent as arrays, by index into `params`: of a list the type of its elements, of an array of objects those of its
 * fields.
 */
export type ArrayTypes = ReadonlyMap<number, ElementType | readonly ElementType[]>;

/**
 * A statement's text with arrays for its lists: `IN :ids` as `= ANY ($1::int4[])`, `NOT IN :ids` as `<> ALL ($1::int4[])`,
 * `IN (:pairs)`, `VALUES :rows` and `FROM :rows AS r` as a SELECT from `unnest($1::int4[], $2::text[])`, and a list of
 * texts that are cast, too.
 *
 * @returns null where such a list is anywhere else than after IN, VALUES or FROM
 */
export function withArrays(
  pieces: readonly Piece[],
  params: readonly Param[],
  types: ArrayTypes,
): readonly Piece[] | null {
  const result: Piece[] = [];
  let after = '';
  let omitted = '';
  for (const [i, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      result.push(after + piece.slice(omitted.length));
      after = '';
      omitted = '';
      continue;
    }
    if (after !== '') result.push(after);
    after = '';
    if (typeof piece === 'object' && 'items' in piece) {
      const items = piece.items.flatMap((item) => {
        const inner = withArrays(item, params, types);
        return inner === null ? [] : [inner];
      });
      if (items.length < piece.items.length) return null;
      result.push({ ...piece, items });
      continue;
    }
    if (typeof piece === 'object') {
      const inner = withArrays(piece.pieces, params, types);
      const otherwise = piece.otherwise && withArrays(piece.otherwise, params, types);
      if (inner === null || otherwise === null) return null;
      result.push({ ...piece, pieces: inner, ...(otherwise && { otherwise }) });
      continue;
    }
    const type = typeof piece === 'number' ? types.get(piece) : undefined;
    if (typeof piece === 'number' && type === undefined) result.push(piece);
    if (typeof piece !== 'number' || type === undefined) continue;
    const before = result.pop();
    if (typeof before !== 'string') return null;
    if (typeof type === 'string') {
      const quantified = withQuantifier(before);
      if (quantified === null) return null;
      result.push(quantified, piece);
      after = `::${type}[])`;
    } else if ('castTo' in type) {
      const last = lastTokens(before).last;
      if (last === null || wordOf(before, last) !== 'in') return null;
      result.push(`${before}(SELECT r.c1::${type.castTo} FROM unnest(`, piece);
      after = '::text[]) AS r (c1))';
    } else {
      const [param, next] = [params[piece], pieces[i + 1]];
      const around = param?.kind === 'objects' ? aroundRows(param) : null;
      if (param?.kind === 'objects' && around !== null && before.endsWith(around[0])) {
        if (typeof next !== 'string' || !next.startsWith(around[1])) return null;
        omitted = around[1];
        after = `${before.slice(0, -around[0].length)}${fromArrays(param, type)}`;
        continue;
      }
      const selected = withSelect(before, next, param, type);
      if (selected === null) return null;
      after = selected;
    }
  }
  return after === '' ? result : [...result, after];
}

/** The parameters of such a text: each array is one value. */
export function withArrayParams(params: readonly Param[], types: ArrayTypes): readonly Param[] {
  return params.map((param, index) =>
    param.kind === 'list' && types.has(index) ? { ...param, kind: 'scalar' } : param,
  );
}

/** The whole text, `$n` being those of the statement; null as above. */
export function textWithArrays({ parts, params }: Statement, types: ArrayTypes): string | null {
  const pieces = withArrays(parts, params, types);
  if (pieces === null) return null;
  const placeholders = withArrayParams(params, types).map(placeholder);
  return pieces.map((piece) => (typeof piece === 'number' ? placeholders[piece] : piece)).join('');
}

/** A text that ends in IN or NOT IN, with the beginning of ANY or ALL in its place; null for others. */
function withQuantifier(text: string): string | null {
  const { last, beforeLast } = lastTokens(text);
  if (last === null || wordOf(text, last) !== 'in') return null;
  const not = beforeLast !== null && wordOf(text, beforeLast) === 'not' ? beforeLast : null;
  const operator = not === null ? '= ANY' : '<> ALL';
  return `${text.slice(0, (not ?? last).start)}${operator}${text.slice(last.end)}(`;
}

/**
 * A text that ends in VALUES, with a SELECT of the rows in its place, in their order; or in `IN (`, with a subquery behind it.
 *
 * @param next what follows the rows: in a list of rows there can be others
 * @returns null for others
 */
function withSelect(
  text: string,
  next: Piece | undefined,
  param: Param | undefined,
  types: readonly ElementType[],
): string | null {
  const { last, beforeLast } = lastTokens(text);
  if (last === null || param?.kind !== 'objects') return null;
  const names = param.fields.map((_, i) => `c${i + 1}`);
  const select = `SELECT ${names.map((name, i) => asElement(`r.${name}`, types[i])).join(', ')}`;
  const from = `FROM unnest(${arraysOf(param, types)})`;
  if (wordOf(text, last) === 'values') {
    const ordered = `${from} WITH ORDINALITY AS r (${names.join(', ')}, n) ORDER BY r.n`;
    return `${text.slice(0, last.start)}${select}${text.slice(last.end)}${ordered}`;
  }
  const isOnlyItem = typeof next === 'string' && firstToken(next)?.kind === ')';
  if (last.kind !== '(' || beforeLast === null || wordOf(text, beforeLast) !== 'in' || !isOnlyItem)
    return null;
  return `${text}${select} ${from} AS r (${names.join(', ')})`;
}

function firstToken(text: string): Token | null {
  for (const token of tokensOf(text)) return token;
  return null;
}

function lastTokens(text: string): { readonly last: Token | null; readonly beforeLast: Token | null } {
  let last: Token | null = null;
  let beforeLast: Token | null = null;
  for (const token of tokensOf(text)) [last, beforeLast] = [token, last];
  return { last, beforeLast };
}

function wordOf(text: string, { kind, start, end }: Token): string {
  return kind === 'word' ? text.slice(start, end).toLowerCase() : '';
}
