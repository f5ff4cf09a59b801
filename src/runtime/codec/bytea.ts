import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';

const BACKSLASH = 92;
const HEX = 120;

/** Both output formats of bytea are read (PostgreSQL documentation, 8.4); bytes are sent as bytes. */
export const bytea: Codec<Uint8Array> = {
  decode: (text) =>
    text.charCodeAt(0) === BACKSLASH && text.charCodeAt(1) === HEX ? decodeHex(text) : decodeEscape(text),
  encode: (bytes) => bytes,
};

/** `\x` and two digits a byte: bytea as text, for where it is inside an array or a composite. */
export function encodeHex(bytes: Uint8Array): string {
  if (bytes.length > SHORT && hasBuffer) {
    return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
  }
  let text = '\\x';
  for (const byte of bytes) {
    text += (byte < 16 ? '0' : '') + byte.toString(16);
  }
  return text;
}

// Up to here calling what is native costs more than it saves; a megabyte it reads ten times as fast.
const SHORT = 32;
const hasBuffer = typeof Buffer !== 'undefined';

function decodeHex(text: string): Uint8Array {
  const length = (text.length - 2) / 2;
  if (length > SHORT && hasBuffer) {
    const bytes = Buffer.from(text.slice(2), 'hex');
    // It stops silently at what is not a digit.
    if (bytes.length !== length) {
      throw new CodecError('not a bytea');
    }
    // A copy, because a Buffer can be a part of something bigger.
    return new Uint8Array(bytes);
  }
  const bytes = new Uint8Array(length);
  for (let i = 0, at = 2; i < bytes.length; i++, at += 2) {
    bytes[i] = (hexDigit(text.charCodeAt(at)) << 4) | hexDigit(text.charCodeAt(at + 1));
  }
  return bytes;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) {
    return code - 48;
  }
  // Postgres prints lower case only (encode.c).
  if (code >= 97 && code <= 102) {
    return code - 87;
  }
  throw new CodecError('not a bytea');
}

// `bytea_output = 'escape'`: printable ASCII as it is, `\\` for a backslash, `\ooo` for every other byte.
function decodeEscape(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== BACKSLASH) {
      bytes.push(code);
    } else if (text.charCodeAt(at + 1) === BACKSLASH) {
      bytes.push(BACKSLASH);
      at += 1;
    } else {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 4), 8));
      at += 3;
    }
  }
  return Uint8Array.from(bytes);
}
