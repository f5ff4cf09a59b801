import { isIdentifierPart } from './lexer.ts';
import { placeholder } from './postgres-text.ts';
import type { Param, Statement } from './statement.ts';

/**
 * The text of a statement that varies, cut into constant pieces: texts, indexes into `params`, optional pieces and lists. It
 * is put together for the parameters that are given.
 */
export type Piece = string | number | OptionalPiece | ListPiece;

/** What is sent if all that it needs holds. */
export interface OptionalPiece {
  readonly needs: readonly Need[];
  readonly pieces: readonly Piece[];
  /** What is sent if it does not; absent: `TRUE`. */
  readonly otherwise?: readonly Piece[];
}

/** Items with commas between them. Those that are empty are omitted. */
export interface ListPiece {
  /** The words before the first item, if there is one. */
  readonly before?: string;
  readonly items: readonly (readonly Piece[])[];
  /** The statement is not sent without any of them. */
  readonly required?: true;
}

/** A list with an item that varies. */
export interface ItemList {
  readonly start: number;
  readonly end: number;
  readonly items: readonly { readonly start: number; readonly end: number }[];
  /** Without any item it is omitted; otherwise the statement is not sent without any. */
  readonly canBeEmpty?: true;
}

/**
 * An index into `params`: the parameter is given. With numbers of states: it is in one of them. In 0 it is not given, in 1
 * it has a value that is tested for nowhere, then there is one for each constant that it is compared with, and in the last
 * nothing is known.
 */
export type Need = number | readonly [param: number, ...states: number[]];

/** A part of the statement that varies. Offsets are UTF-16 code units; `end` is exclusive. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** The list that it is an item of; absent: it is none. */
  readonly list?: ItemList;
  /** What it is cut into. */
  readonly pieces: (cut: Cut) => readonly Piece[];
}

/** What a part's pieces are made of. */
export interface Cut {
  /** The pieces of a run of the statement's text. Runs that are asked for are disjoint, or in different alternatives. */
  readonly run: (start: number, end: number) => readonly Piece[];
  /** A blank where words that were apart would grow together: behind an offset, and at one. */
  readonly glue: (end: number, start: number) => string;
}

/** One use of a parameter: its index in `params`, and where its placeholder is in `sql`. */
export interface Placed {
  readonly param: number;
  readonly start: number;
  readonly end: number;
}

/** The uses of a statement's parameters, in the order of its text. */
export function placedParameters({ parts, params }: Statement): readonly Placed[] {
  let at = 0;
  return parts.flatMap((part): Placed[] => {
    const start = at;
    if (typeof part === 'string') {
      at += part.length;
      return [];
    }
    const param = params[part];
    at += param === undefined ? 0 : placeholder(param).length;
    return [{ param: part, start, end: at }];
  });
}

export const WITHOUT = ' TRUE ';

/** What is replaced: an edit, or a list with edits. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly pieces: (cut: Cut) => readonly Piece[];
}

/**
 * Cuts a statement at its parameters and at what varies.
 *
 * @param edits disjoint, or one inside a run that another keeps
 * @param casts by index into `params`: the SQL type of a parameter, which is said at each use, so that it is the same
 *   whatever else is sent; null for lists and objects
 */
export function cutIntoPieces(
  statement: Statement,
  edits: readonly Edit[],
  casts: readonly (string | null)[],
): readonly Piece[] {
  const { sql } = statement;
  const placed = placedParameters(statement);
  const blocks = blocksOf(sql, edits);
  const behind = indexesBehind(blocks);
  return run(0, sql.length, -1);

  /** @param around the index of the block of which the run is kept; -1: none */
  function run(start: number, end: number, around: number): Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    let index = firstFrom(blocks, start, around + 1);
    for (;;) {
      const block = blocks[index];
      if (block === undefined || block.start >= end) break;
      const own = index;
      index = behind[index] ?? blocks.length;
      if (block.end > end) continue;
      const cut: Cut = { run: (from, to) => run(from, to, own), glue };
      pieces.push(...plain(at, block.start), ...block.pieces(cut));
      at = block.end;
    }
    pieces.push(...plain(at, end));
    return joined(pieces);
  }

  function glue(end: number, start: number): string {
    const isApart = end !== start && isIdentifierPart(sql.charCodeAt(end - 1));
    return isApart && isIdentifierPart(sql.charCodeAt(start)) ? ' ' : '';
  }

  function plain(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    for (let i = firstFrom(placed, start, 0); ; i++) {
      const use = placed[i];
      if (use === undefined || use.end > end) break;
      const cast = castOf(sql, use, casts[use.param] ?? null);
      pieces.push(sql.slice(at, use.start) + cast.before, use.param, cast.after);
      at = use.end;
    }
    pieces.push(sql.slice(at, end));
    return pieces;
  }
}

/** Edits and lists in the order of the text, each before what is in it. */
function blocksOf(sql: string, edits: readonly Edit[]): readonly Block[] {
  const lists = new Set(edits.flatMap(({ list }) => list ?? []));
  const listBlocks = [...lists].map(({ start, end, items, canBeEmpty }): Block => {
    const before = sql.slice(start, items[0]?.start ?? start);
    return {
      ...{ start, end },
      pieces: (cut) => [
        {
          ...(before !== '' && { before }),
          // An item that varies is a block of its own in the run.
          items: items.map((item) => cut.run(item.start, item.end)),
          ...(canBeEmpty !== true && { required: true }),
        },
      ],
    };
  });
  // Of the same length are a list and its only item, which is in it.
  return [...listBlocks, ...edits].toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** For each block the index of the next one that is not in it. */
function indexesBehind(blocks: readonly Block[]): readonly number[] {
  const result: number[] = [];
  const open: number[] = [];
  for (const [index, { start }] of blocks.entries()) {
    for (
      let last = open.at(-1);
      last !== undefined && (blocks[last]?.end ?? 0) <= start;
      last = open.at(-1)
    ) {
      result[last] = index;
      open.pop();
    }
    open.push(index);
  }
  for (const last of open) result[last] = blocks.length;
  return result;
}

/** The first run from an index on that begins at an offset, or behind it. */
function firstFrom(runs: readonly { readonly start: number }[], offset: number, first: number): number {
  let [from, to] = [first, runs.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((runs[middle]?.start ?? 0) >= offset) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Texts beside one another are one. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else if (piece !== '') result.push(piece);
  }
  return result;
}

/**
 * What a type's name can go on with, as in `time with time zone`, `interval year` or `text[]`; and ROWS: what FETCH FIRST
 * says has no cast without parentheses.
 */
const MORE_OF_A_TYPE =
  /\s*(?:[[.(]|(?:with|without|varying|precision|array|setof|year|month|day|hour|minute|second|rows?)\b)/iy;

function goesOn(sql: string, at: number): boolean {
  MORE_OF_A_TYPE.lastIndex = at;
  return MORE_OF_A_TYPE.test(sql);
}

function castOf(sql: string, { end }: Placed, type: string | null): { before: string; after: string } {
  if (type === null || hasCast(sql, end, type)) return { before: '', after: '' };
  return goesOn(sql, end) ? { before: '(', after: `::${type})` } : { before: '', after: `::${type}` };
}

/** Whether the same cast is written already. */
function hasCast(sql: string, at: number, type: string): boolean {
  const written = `::${type}`;
  return (
    sql.slice(at, at + written.length).toLowerCase() === written &&
    !isIdentifierPart(sql.charCodeAt(at + written.length)) &&
    !goesOn(sql, at + written.length)
  );
}

/** A text for some of the parameters. */
export interface SentText {
  readonly sql: string;
  /** For each `$n` of the statement, 1-based: its number in this text; absent where it is not sent. */
  readonly numbers: ReadonlyMap<number, number>;
}

/**
 * Puts the text together as the runtime does, with lists of one element.
 *
 * @param stateOf the state of a parameter, by its index in `params`; absent: all are given
 */
export function sentText(
  pieces: readonly Piece[],
  params: readonly Param[],
  stateOf: (param: number) => number = () => 1,
): SentText {
  const holds = (need: Need): boolean => {
    if (typeof need === 'number') return stateOf(need) !== 0;
    const [param, ...states] = need;
    return states.includes(stateOf(param));
  };
  const flat: (string | number)[] = [];
  const add = (some: readonly Piece[], to: (string | number)[]): void => {
    for (const piece of some) {
      if (typeof piece !== 'object') to.push(piece);
      else if ('needs' in piece) {
        add(piece.needs.every(holds) ? piece.pieces : (piece.otherwise ?? [WITHOUT]), to);
      } else {
        let before = piece.before ?? '';
        for (const item of piece.items) {
          const own: (string | number)[] = [];
          add(item, own);
          if (own.length === 0) continue;
          if (before !== '') to.push(before);
          to.push(...own);
          before = ', ';
        }
      }
    }
  };
  add(pieces, flat);
  const used = new Set(flat);
  const numbers = new Map<number, number>();
  const placeholders = params.map((param, index) => {
    if (!used.has(index)) return '';
    const number = (slot: { readonly index: number }) => {
      numbers.set(slot.index, numbers.size + 1);
      return { ...slot, index: numbers.size };
    };
    return placeholder(
      'fields' in param
        ? { ...param, fields: param.fields.map((field) => ({ ...field, ...number(field) })) }
        : { ...param, ...number(param) },
    );
  });
  const sql = flat.map((part) => (typeof part === 'number' ? (placeholders[part] ?? '') : part)).join('');
  return { sql, numbers };
}
