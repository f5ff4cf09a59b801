import { isIdentifierPart } from './lexer.ts';
import { placeholder } from './postgres-text.ts';
import type { Param, Statement } from './statement.ts';

/**
 * The text of a statement that varies, cut into constant pieces: texts, indexes into `params`, and optional pieces. It is
 * put together for the parameters that are given.
 */
export type Piece = string | number | OptionalPiece | ListPiece;

/** What is sent if all of its parameters are given. */
export interface OptionalPiece {
  /** Indexes into `params`. */
  readonly needs: readonly number[];
  readonly pieces: readonly Piece[];
  /** What is sent otherwise; absent: `TRUE`. */
  readonly otherwise?: readonly Piece[];
}

/** Items with commas between them. Those that are empty are omitted. */
export interface ListPiece {
  readonly items: readonly (readonly Piece[])[];
  /** The statement is not sent without any of them. */
  readonly required: true;
}

interface Run {
  readonly start: number;
  readonly end: number;
}

/** The place in `sql` of what can be omitted, and what is sent of it. Offsets are UTF-16 code units; `end` is exclusive. */
export interface Edit extends Run {
  /** Indexes into `params`. */
  readonly needs: readonly number[];
  /** The runs that are sent if all of these are given, in order; a blank is put between two. */
  readonly kept: readonly Run[];
  /** What is sent otherwise; absent: `TRUE`. */
  readonly otherwise?: readonly Piece[];
  /** The list that it is an item of; absent: it is none. */
  readonly list?: ItemList;
}

/** A list with an item that can be omitted. */
export interface ItemList extends Run {
  readonly items: readonly Run[];
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

const WITHOUT = ' TRUE ';

/**
 * Cuts a statement at its parameters and at what can be omitted.
 *
 * @param edits disjoint, or one inside a kept run of another
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
  const lists = new Set(edits.flatMap(({ list }) => list ?? []));
  const sorted = [...lists, ...edits].toSorted((a, b) => a.start - b.start || b.end - a.end);
  return run(0, sql.length);

  /** @param around the index of the edit or list of which the run is sent; -1: none */
  function run(start: number, end: number, around = -1): Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    for (const [index, edit] of sorted.entries()) {
      if (index <= around || edit.start < at || edit.end > end) continue;
      pieces.push(
        ...plain(at, edit.start),
        'items' in edit ? listPiece(edit, index) : optionalPiece(edit, index),
      );
      at = edit.end;
    }
    pieces.push(...plain(at, end));
    return joined(pieces);
  }

  function optionalPiece({ start, needs, kept, otherwise }: Edit, index: number): OptionalPiece {
    let before = start;
    const pieces = kept.flatMap((part) => {
      const text = [glue(before, part.start), ...run(part.start, part.end, index)];
      before = part.end;
      return text;
    });
    return { needs, pieces: joined(pieces), ...(otherwise && { otherwise }) };
  }

  function listPiece({ items }: ItemList, index: number): ListPiece {
    // An item that can be omitted is an edit in its run.
    return { items: items.map((item) => run(item.start, item.end, index)), required: true };
  }

  /** A blank keeps words from growing together that were apart. */
  function glue(end: number, start: number): string {
    const isApart = end !== start && isIdentifierPart(sql.charCodeAt(end - 1));
    return isApart && isIdentifierPart(sql.charCodeAt(start)) ? ' ' : '';
  }

  function plain(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    for (const use of placed) {
      if (use.start < start || use.end > end) continue;
      const cast = castOf(sql, use, casts[use.param] ?? null);
      pieces.push(sql.slice(at, use.start) + cast.before, use.param, cast.after);
      at = use.end;
    }
    pieces.push(sql.slice(at, end));
    return pieces;
  }
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

/** What a type's name can go on with, as in `time with time zone`, `interval year` or `text[]`. */
const MORE_OF_A_TYPE =
  /\s*(?:[[.(]|(?:with|without|varying|precision|array|setof|year|month|day|hour|minute|second)\b)/iy;

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

/** Puts the text together as the runtime does, with lists of one element. */
export function sentText(
  pieces: readonly Piece[],
  params: readonly Param[],
  isGiven: (param: number) => boolean,
): SentText {
  const flat: (string | number)[] = [];
  const add = (piece: Piece): void => {
    if (typeof piece !== 'object') flat.push(piece);
    else if ('items' in piece) {
      let isFirst = true;
      for (const item of piece.items) {
        const before = flat.length;
        item.forEach(add);
        if (flat.length === before) continue;
        if (!isFirst) flat.splice(before, 0, ', ');
        isFirst = false;
      }
    } else (piece.needs.every(isGiven) ? piece.pieces : (piece.otherwise ?? [WITHOUT])).forEach(add);
  };
  pieces.forEach(add);
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
