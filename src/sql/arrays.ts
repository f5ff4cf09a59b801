import { type Token, tokensOf } from './lexer.ts';
import type { Piece } from './pieces.ts';
import type { Param } from './statement.ts';

/**
 * A statement's text with arrays for its lists: `IN :ids` as `= ANY ($1::int4[])`, `NOT IN :ids` as `<> ALL ($1::int4[])`.
 *
 * @param types by index into `params`: the SQL type of the list's elements
 * @returns null where such a list is anywhere else than after IN
 */
export function withArrays(
  pieces: readonly Piece[],
  types: ReadonlyMap<number, string>,
): readonly Piece[] | null {
  const result: Piece[] = [];
  let after = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') result.push(after + piece);
    else if (after !== '') result.push(after);
    after = '';
    if (typeof piece === 'object' && 'items' in piece) {
      const items = piece.items.flatMap((item) => {
        const inner = withArrays(item, types);
        return inner === null ? [] : [inner];
      });
      if (items.length < piece.items.length) return null;
      result.push({ ...piece, items });
    } else if (typeof piece === 'object') {
      const inner = withArrays(piece.pieces, types);
      const otherwise = piece.otherwise && withArrays(piece.otherwise, types);
      if (inner === null || otherwise === null) return null;
      result.push({ ...piece, pieces: inner, ...(otherwise && { otherwise }) });
    } else if (typeof piece === 'number') {
      const type = types.get(piece);
      if (type !== undefined) {
        const before = result.at(-1);
        const quantified = typeof before === 'string' ? withQuantifier(before) : null;
        if (quantified === null) return null;
        result[result.length - 1] = quantified;
        after = `::${type}[])`;
      }
      result.push(piece);
    }
  }
  return after === '' ? result : [...result, after];
}

/** The parameters of such a text: each array is one value. */
export function withArrayParams(
  params: readonly Param[],
  types: ReadonlyMap<number, string>,
): readonly Param[] {
  return params.map((param, index) =>
    param.kind === 'list' && types.has(index) ? { ...param, kind: 'scalar' } : param,
  );
}

/** A text that ends in IN or NOT IN, with the beginning of ANY or ALL in its place; null for others. */
function withQuantifier(text: string): string | null {
  let last: Token | null = null;
  let beforeLast: Token | null = null;
  for (const token of tokensOf(text)) [last, beforeLast] = [token, last];
  if (last === null || wordOf(text, last) !== 'in') return null;
  const not = beforeLast !== null && wordOf(text, beforeLast) === 'not' ? beforeLast : null;
  const operator = not === null ? '= ANY' : '<> ALL';
  return `${text.slice(0, (not ?? last).start)}${operator}${text.slice(last.end)}(`;
}

function wordOf(text: string, { kind, start, end }: Token): string {
  return kind === 'word' ? text.slice(start, end).toLowerCase() : '';
}
