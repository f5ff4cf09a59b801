import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { encodeNested } from './nested.ts';

const QUOTE = 34;
const OPEN = 123;
const CLOSE = 125;
const BACKSLASH = 92;

// Postgres has up to six (MAXDIM in src/include/utils/array.h).
type Nested<T> = [never, T[], T[][], T[][][], T[][][][], T[][][][][], T[][][][][][]];
export type Dimensions = 1 | 2 | 3 | 4 | 5 | 6;

/**
 * An array whose elements are never null; a null that comes nevertheless throws, and so does an array of
 * another number of dimensions: `array(int4)` is `number[]`, `array(int4, 2)` is `number[][]`, `array(int4, 1, 2)` either.
 */
export function array<T, D extends Dimensions = 1>(
  element: Codec<T>,
  ...dimensions: readonly D[]
): Codec<Nested<T>[D]> {
  return arrayOf(element, dimensions, () => {
    throw new CodecError('an element is null, which its type rules out; run `nodrift generate`');
  });
}

/** An array whose elements can be null; those of the outer dimensions of several never are. */
export function arrayWithNulls<T, D extends Dimensions = 1>(
  element: Codec<T>,
  ...dimensions: readonly D[]
): Codec<Nested<T | null>[D]> {
  return arrayOf(element, dimensions, () => null);
}

function arrayOf<T, Value>(
  element: Codec<T>,
  possible: readonly Dimensions[],
  decodeNull: () => T | null,
): Codec<Value> {
  const [first = 1, another] = possible;
  const of = (found: number) => possible.find((dimensions) => dimensions === found) ?? first;
  return {
    decode: (text) => {
      const dimensions = another === undefined ? first : of(openingBraces(text));
      return decodeArray(text, element, dimensions, decodeNull) as Value;
    },
    encode: (value) => {
      const dimensions = another === undefined ? first : of(depth(value));
      return encodeArray(value as readonly unknown[], element, dimensions);
    },
    flat: true,
  };
}

/** An array that is not empty begins with a brace for each of its dimensions. */
function openingBraces(text: string): number {
  const from = afterBounds(text);
  let at = from;
  while (text.charCodeAt(at) === OPEN) at += 1;
  return at - from;
}

function depth(value: unknown): number {
  return Array.isArray(value) ? 1 + depth(value[0]) : 0;
}

/**
 * Reads `{a,"b c",NULL}`, the output of array_out (src/backend/utils/adt/arrayfuncs.c). Further
 * dimensions are nested arrays; lower bounds other than 1 (`[0:2]={...}`) have no counterpart and are dropped.
 */
function decodeArray<T>(
  text: string,
  element: Pick<Codec<T>, 'decode' | 'delimiter'>,
  dimensions: number,
  decodeNull: () => T | null,
): unknown[] {
  const delimiter = element.delimiter?.charCodeAt(0) ?? 44;
  const root: unknown[] = [];
  const outer: unknown[][] = [];
  let current = root;
  let at = afterBounds(text) + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === CLOSE) {
      const parent = outer.pop();
      at += 1;
      if (parent === undefined) {
        if (at === text.length) {
          return root;
        }
        break;
      }
      current = parent;
    } else if (code === delimiter) {
      at += 1;
    } else if (code === OPEN) {
      const child: unknown[] = [];
      current.push(child);
      outer.push(current);
      if (outer.length === dimensions) {
        throw otherDimensions();
      }
      current = child;
      at += 1;
    } else {
      if (outer.length !== dimensions - 1) {
        throw otherDimensions();
      }
      if (code === QUOTE) {
        const end = closingQuote(text, at + 1);
        const quoted = text.slice(at + 1, end);
        current.push(element.decode(quoted.includes('\\') ? quoted.replace(/\\(.)/gs, '$1') : quoted));
        at = end + 1;
      } else {
        const end = unquotedEnd(text, at, delimiter);
        const token = text.slice(at, end);
        current.push(token === 'NULL' ? decodeNull() : element.decode(token));
        at = end;
      }
    }
  }
  throw new CodecError('not an array');
}

function otherDimensions(): CodecError {
  return new CodecError(
    'an array of another number of dimensions than its type says; if this is intended, set it in "types" of the configuration, such as "public.boards.cells": "[][]"',
  );
}

/** Where the outermost `{` is. */
function afterBounds(text: string): number {
  const at = text.charCodeAt(0) === OPEN ? 0 : text.indexOf('={') + 1;
  if (text.charCodeAt(at) !== OPEN) {
    throw new CodecError('not an array');
  }
  return at;
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      return at;
    }
    if (code === BACKSLASH) {
      at += 1;
    }
  }
  throw new CodecError('not an array');
}

function unquotedEnd(text: string, from: number, delimiter: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === delimiter || code === CLOSE) {
      return at;
    }
  }
  throw new CodecError('not an array');
}

function encodeArray<T>(value: readonly unknown[], element: Codec<T>, dimensions: number): string {
  const delimiter = element.delimiter ?? ',';
  let text = '{';
  let separator = '';
  for (const item of value) {
    text += separator;
    separator = delimiter;
    // An array inside of the last dimension is a value only to types whose values can be arrays.
    if (Array.isArray(item) ? dimensions === 1 && element.flat !== true : dimensions > 1) {
      throw otherDimensions();
    }
    if (item === null || item === undefined) {
      text += 'NULL';
    } else if (dimensions > 1) {
      text += encodeArray(item as readonly unknown[], element, dimensions - 1);
    } else {
      text += `"${encodeNested(element, item).replace(/["\\]/g, '\\$&')}"`;
    }
  }
  return `${text}}`;
}
