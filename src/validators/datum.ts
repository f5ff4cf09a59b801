import { baseType } from '../analysis/catalog/base-type.ts';
import type { Catalog } from '../analysis/catalog/catalog.ts';
import { constantValue, isReadable } from '../analysis/tree/constants.ts';
import type { Const } from '../analysis/tree/nodes.ts';
import type { Comparison, ConditionTerm } from './condition.ts';

type Constant = (ConditionTerm & { readonly kind: 'constant' })['value'];

/**
 * The value of a constant that is not NULL, in the one spelling that the conditions compare; undefined where it is not
 * known. Datums are those of a little-endian server, as in constantValue.
 */
export function datumValue(node: Const, by: Comparison | 'padded', catalog: Catalog): Constant | undefined {
  const bytes = Uint8Array.from(node.constvalue ?? []);
  const view = new DataView(bytes.buffer);
  switch (by) {
    case 'integer':
      return bytes.length === 8 && baseType(catalog, node.consttype) === INT8
        ? small(view.getBigInt64(0, true))
        : (constantValue(node) ?? undefined);
    case 'boolean':
      return constantValue(node) ?? undefined;
    case 'text':
    case 'padded': {
      const text = constantValue(node);
      if (typeof text !== 'string' || !isReadable(text, catalog.encoding)) return undefined;
      return by === 'padded' ? text.replace(/ +$/, '') : text;
    }
    case 'float':
      return node.constlen === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    case 'numeric':
      return decimalText(view);
    case 'uuid':
      return Buffer.from(bytes).toString('hex');
    case 'enum': {
      const entry = catalog.types.get(baseType(catalog, node.consttype));
      return entry?.labels[entry.labelOids.indexOf(view.getUint32(0, true))];
    }
    case 'date': {
      const days = view.getInt32(0, true);
      if (Math.abs(days) > 2 ** 31 - 2) return days < 0 ? BEFORE_ALL : AFTER_ALL;
      return timeText(BigInt(days) * DAY, 'date');
    }
    case 'timestamp': {
      const time = view.getBigInt64(0, true);
      return infinite(time) ?? timeText(time, 'timestamp');
    }
    case 'time': {
      const time = view.getBigInt64(0, true);
      return time >= DAY ? AFTER_ALL : timeText(time, 'time');
    }
    case 'instant': {
      // All others depend on the time zone of the session that made the constraint.
      const edge = infinite(view.getBigInt64(0, true));
      return edge === undefined
        ? undefined
        : edge === AFTER_ALL
          ? Number.POSITIVE_INFINITY
          : Number.NEGATIVE_INFINITY;
    }
  }
}

const INT8 = 20;
const DAY = 86_400_000_000n;
const SECOND = 1_000_000n;
/** Microseconds from 1970, the epoch of JavaScript, to 2000, that of PostgreSQL. */
const EPOCH = 946_684_800n * SECOND;
// Before and after all that four digits of a year, or a time of day, are in.
const BEFORE_ALL = '';
const AFTER_ALL = '~';

function small(value: bigint): number | bigint {
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function infinite(time: bigint): string | undefined {
  if (time === 2n ** 63n - 1n) return AFTER_ALL;
  return time === -(2n ** 63n) ? BEFORE_ALL : undefined;
}

/** @param time microseconds since 2000, or since midnight */
function timeText(time: bigint, form: 'date' | 'time' | 'timestamp'): string {
  const since1970 = time + EPOCH;
  const micros = ((since1970 % SECOND) + SECOND) % SECOND;
  const date = new Date(Number((since1970 - micros) / 1000n));
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year > 9999) return AFTER_ALL;
  if (year < 1) return BEFORE_ALL;
  const [day = '', clock = ''] = date.toISOString().slice(0, 19).split('T');
  const fraction = micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return { date: day, time: clock + fraction, timestamp: `${day} ${clock}${fraction}` }[form];
}

/** A numeric datum (src/backend/utils/adt/numeric.c): a header, and groups of four digits. */
function decimalText(view: DataView): string | undefined {
  // Compressed, or with a header of one byte: never so in a tree.
  if (view.byteLength < 6 || (view.getUint8(0) & 3) !== 0) return undefined;
  const header = view.getUint16(4, true);
  if (header >= 0xc000) return { 49152: 'NaN', 53248: 'Infinity', 61440: '-Infinity' }[header];
  const isShort = header >= 0x8000;
  const isNegative = isShort ? (header & 0x2000) !== 0 : (header & 0xc000) === 0x4000;
  const weight = isShort ? ((header & 0x7f) ^ 0x40) - 0x40 : view.getInt16(6, true);
  const groups: string[] = [];
  for (let at = isShort ? 6 : 8; at + 1 < view.byteLength; at += 2)
    groups.push(String(view.getInt16(at, true)).padStart(4, '0'));
  if (groups.length === 0) return '0';
  const whole =
    groups.slice(0, Math.max(0, weight + 1)).join('') +
    '0000'.repeat(Math.max(0, weight + 1 - groups.length));
  const rest = '0000'.repeat(Math.max(0, -weight - 1)) + groups.slice(Math.max(0, weight + 1)).join('');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const fraction = rest.replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${digits}${fraction === '' ? '' : `.${fraction}`}`;
}
