import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { encodeText } from './nested.ts';

const QUOTE = 34;
const OPEN = 123;
const CLOSE = 125;
const BACKSLASH = 92;

/** An array whose elements are never null; a null that comes nevertheless throws. */
export function array<T>(element: Codec<T>): Codec<T[]> {
  const decodeNull = (): T => {
    throw new CodecError('an element is null, which its type rules out; run `nodrift generate`');
  };
  return {
    decode: (text) => decodeArray(text, element, decodeNull),
    encode: (value) => encodeArray(value, element),
  };
}

/** An array whose elements can be null. */
export function arrayWithNulls<T>(element: Codec<T>): Codec<(T | null)[]> {
  return {
    decode: (text) => decodeArray<T | null>(text, element, () => null),
    encode: (value) => encodeArray(value, element),
  };
}

/**
 * Reads `{a,"b c",NULL}`, the output of array_out (src/backend/utils/adt/arrayfuncs.c). Further
 * dimensions are nested arrays; lower bounds other than 1 (`[0:2]={...}`) have no counterpart and are dropped.
 */
function decodeArray<T>(
  text: string,
  element: Pick<Codec<T>, 'decode' | 'delimiter'>,
  decodeNull: () => T,
): T[] {
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
          return root as T[];
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
      current = child;
      at += 1;
    } else if (code === QUOTE) {
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
  throw new CodecError('not an array');
}

/** Where the outermost `{` stands. */
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

function encodeArray<T>(value: readonly unknown[], element: Codec<T>): string {
  const delimiter = element.delimiter ?? ',';
  let text = '{';
  let separator = '';
  for (const item of value) {
    text += separator;
    separator = delimiter;
    if (item === null || item === undefined) {
      text += 'NULL';
    } else if (Array.isArray(item) && element.flat !== true) {
      text += encodeArray(item, element);
    } else {
      text += `"${encodeText(element, item).replace(/["\\]/g, '\\$&')}"`;
    }
  }
  return `${text}}`;
}
