import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { encodeText } from './text.ts';

function decodeNumber(text: string): number {
  const number = +text;
  if (Number.isNaN(number) && text !== 'NaN') {
    throw new CodecError('not a number');
  }
  return number;
}

function decodeInteger(text: string): number {
  return safeInteger(decodeNumber(text));
}

function encodeNumber(value: number): string {
  // String(-0) is '0'; float4 and float8 have a negative zero.
  return Object.is(value, -0) ? '-0' : String(value);
}

const number: Codec<number> = { decode: decodeNumber, encode: encodeNumber };
/** Where the column has become int8, it reads what a number holds. */
const integer: Codec<number> = { decode: decodeInteger, encode: encodeNumber };

export const int2: Codec<number> = integer;
export const int4: Codec<number> = integer;
export const oid: Codec<number> = number;
/** NaN, Infinity and -Infinity are spelled by Postgres as JavaScript reads them. */
export const float4: Codec<number> = number;
export const float8: Codec<number> = number;

export const int8: Codec<bigint> = { decode: BigInt, encode: encodeInt8 };

/** A number where it is exact, an error where it would be rounded. */
export const int8AsNumber: Codec<number> = { decode: decodeInteger, encode: encodeInt8 };

/** The whole range of int8 for those who only hand it on. */
export const int8AsString: Codec<string> = { decode: (text) => text, encode: encodeInt8 };

/** Parameters are what the caller has, whatever columns are configured to be. */
function encodeInt8(value: bigint | number | string): string {
  return typeof value === 'number' ? String(safeInteger(value)) : encodeText(value);
}

function safeInteger(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new CodecError('not a safe integer; use bigint or string');
  }
  return value;
}
