import type { Const, Expr } from './nodes.ts';

// src/include/catalog/pg_type.dat
const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const TEXT = 25;
const OID = 26;
const UNKNOWN = 705;
const BPCHAR = 1042;
const VARCHAR = 1043;

/**
 * A constant's value: NULL, a boolean, a safe integer, or a text's characters (bpchar with its padding,
 * an untyped literal as it is).
 * Undefined for other types and for what cannot be read (compressed texts, integers beyond 2^53).
 * Datums are those of a little-endian server: x86, ARM and WebAssembly.
 */
export function constantValue(node: Const): string | number | boolean | null | undefined {
  if (node.constisnull) return null;
  const bytes = Uint8Array.from(node.constvalue ?? []);
  const view = new DataView(bytes.buffer);
  switch (node.consttype) {
    case BOOL:
      return bytes[0] === 1;
    case INT2:
      return view.getInt16(0, true);
    case INT4:
      return view.getInt32(0, true);
    case OID:
      return view.getUint32(0, true);
    case INT8: {
      const value = Number(view.getBigInt64(0, true));
      return Number.isSafeInteger(value) ? value : undefined;
    }
    case UNKNOWN:
      return decoded(bytes.subarray(0, -1));
    case TEXT:
    case VARCHAR:
    case BPCHAR:
      return varlena(bytes);
    default:
      return undefined;
  }
}

/** Whether a condition is not a condition: `ON true`. */
export function isAlways(condition: Expr | null): boolean {
  return condition === null || (condition.tag === 'CONST' && constantValue(condition) === true);
}

/** The characters of a text datum (src/include/varatt.h); a parsed constant's header has four bytes. */
export function varlena(bytes: Uint8Array): string | undefined {
  const first = bytes[0] ?? 0;
  if ((first & 1) === 1) return first === 1 ? undefined : decoded(bytes.subarray(1, first >> 1));
  return (first & 3) === 0 ? decoded(bytes.subarray(4)) : undefined;
}

/** Text in the server's encoding, so far as it is UTF-8; see `isReadable`. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Whether a constant's text is what was read: in a database of another encoding than UTF-8 only ASCII is. (Of the
 * encodings that a server may have all keep ASCII, PostgreSQL documentation, 23.3.1.)
 */
export function isReadable(text: string, encoding: string): boolean {
  return encoding === 'UTF8' || [...text].every((character) => character < '\u0080');
}

/**
 * The elements of a constant array of one dimension without NULLs (src/include/utils/array.h); null for others.
 *
 * @param element OID of the element type: int2, int4, text or varchar
 */
export function arrayConstant(node: Const, element: number): readonly (string | number)[] | null {
  const bytes = Uint8Array.from(node.constvalue ?? []);
  if (node.constisnull || bytes.length < 16) return null;
  const view = new DataView(bytes.buffer);
  const dimensions = view.getInt32(4, true);
  if (dimensions === 0) return [];
  if (dimensions !== 1 || view.getInt32(8, true) !== 0) return null;
  const count = view.getInt32(16, true);
  const found: (string | number)[] = [];
  for (let i = 0, at = 24; i < count; i++) {
    if (element === INT2) {
      found.push(view.getInt16(at, true));
      at += 2;
    } else if (element === INT4) {
      found.push(view.getInt32(at, true));
      at += 4;
    } else if (element === TEXT || element === VARCHAR) {
      at = (at + 3) & ~3;
      const length = view.getUint32(at, true) >>> 2;
      const value = varlena(bytes.subarray(at, at + length));
      if (value === undefined) return null;
      found.push(value);
      at += length;
    } else {
      return null;
    }
  }
  return found;
}
