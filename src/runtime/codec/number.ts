import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';

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

export const int8: Codec<bigint> = { decode: BigInt, encode: String };

/** A number where it is exact, an error where it would be rounded. */
export const int8AsNumber: Codec<number> = {
  decode: decodeInteger,
  encode: (value) => String(safeInteger(value)),
};

function safeInteger(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new CodecError('not an integer that a number holds exactly; configure int8 as bigint or string');
  }
  return value;
}
