import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { readLiteralPart, writeToken } from './literal.ts';
import { encodeNested } from './nested.ts';

/** A range. A bound that is null is open to that side; the bounds of an empty range mean nothing. */
export interface Range<T> {
  lower: T | null;
  upper: T | null;
  lowerInclusive: boolean;
  upperInclusive: boolean;
  empty: boolean;
}

/** Ranges in ascending order, without overlap. */
export type Multirange<T> = Range<T>[];

/** A range over the type that `bound` reads. */
export function range<T>(bound: Codec<T>): Codec<Range<T>> {
  return {
    decode: (text) => {
      const { value, end } = decodeRange(text, 0, bound);
      if (end !== text.length) {
        throw new CodecError('not a range');
      }
      return value;
    },
    encode: (value) => encodeRange(value, bound),
  };
}

/** A multirange over the type that `bound` reads. */
export function multirange<T>(bound: Codec<T>): Codec<Multirange<T>> {
  return {
    decode: (text) => {
      const ranges: Multirange<T> = [];
      let at = text === '{}' ? 1 : 0;
      while (text.charAt(at) !== '}') {
        const { value, end } = decodeRange(text, at + 1, bound);
        ranges.push(value);
        at = end;
      }
      return ranges;
    },
    encode: (value) => `{${value.map((item) => encodeRange(item, bound)).join(',')}}`,
    flat: true,
  };
}

/** Reads `[a,b)` or `empty` at `from`, the output of range_out (src/backend/utils/adt/rangetypes.c). */
function decodeRange<T>(text: string, from: number, bound: Codec<T>): { value: Range<T>; end: number } {
  if (text === 'empty') {
    return {
      value: { lower: null, upper: null, lowerInclusive: false, upperInclusive: false, empty: true },
      end: text.length,
    };
  }
  const opening = text.charAt(from);
  if (opening !== '[' && opening !== '(') {
    throw new CodecError('not a range');
  }
  const lower = readLiteralPart(text, from + 1, ',');
  const upper = readLiteralPart(text, lower.end + 1, '])');
  return {
    value: {
      lower: lower.content === null ? null : bound.decode(lower.content),
      upper: upper.content === null ? null : bound.decode(upper.content),
      lowerInclusive: opening === '[',
      upperInclusive: text.charAt(upper.end) === ']',
      empty: false,
    },
    end: upper.end + 1,
  };
}

function encodeRange<T>(value: Range<T>, bound: Codec<T>): string {
  if (value.empty) {
    return 'empty';
  }
  const lower = encodeBound(value.lower, bound);
  const upper = encodeBound(value.upper, bound);
  return (
    (value.lowerInclusive ? '[' : '(') +
    `${writeToken(lower)},${writeToken(upper)}` +
    (value.upperInclusive ? ']' : ')')
  );
}

function encodeBound<T>(value: T | null | undefined, bound: Codec<T>): string | null {
  return value === null || value === undefined ? null : encodeNested(bound, value);
}
