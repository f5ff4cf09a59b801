import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { delimited } from './delimited.ts';

const asIs = (text: string): string => text;

/** An object's text would be `[object Object]`, or a Date's in the zone and words of the machine. */
export function encodeText(value: unknown): string {
  if (typeof value === 'object') {
    throw new CodecError('not a string');
  }
  return String(value);
}

/** Every type whose text is its value: text, varchar, citext, enums, and whatever has no codec of its own. */
export const text: Codec<string> = { decode: asIs, encode: encodeText };

/** Exact: `numeric` has up to 131072 digits before and 16383 after the point (PostgreSQL documentation, 8.1.2). */
export const numeric: Codec<string> = text;

/** As the server's `lc_monetary` prints it; there is no locale-free form of `money`. */
export const money: Codec<string> = text;

export const uuid: Codec<string> = text;
export const date: Codec<string> = text;
export const time: Codec<string> = text;
export const timetz: Codec<string> = text;
export const timestamp: Codec<string> = text;
export const interval: Codec<string> = text;

/** Microseconds, infinities and years that a Date cannot hold all pass through. */
export const timestamptzAsString: Codec<string> = text;

/** The only built-in type whose arrays are not separated by commas (`pg_type.typdelim`). */
export const box: Codec<string> = /* @__PURE__ */ delimited(text, ';');
