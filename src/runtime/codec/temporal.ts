import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { isInfinite, postgresYear } from './time-text.ts';

/** A class of Temporal, or of a polyfill: its static `from` reads ISO 8601, its `toString` writes it. */
interface TemporalClass<T> {
  from(iso: string): T;
}

type MadeBy<Class> = Class extends TemporalClass<infer T> ? T : never;

type TemporalName = 'Instant' | 'PlainDateTime' | 'PlainDate' | 'PlainTime' | 'Duration';

type TemporalNamespace = Readonly<Record<TemporalName, TemporalClass<unknown>>>;

// Not every program has the global one's types.
type GlobalTemporal = typeof globalThis extends {
  readonly Temporal: infer Temporal extends TemporalNamespace;
}
  ? Temporal
  : TemporalNamespace;

/**
 * Temporal's Instant for timestamptz, PlainDateTime for timestamp, PlainDate for date, PlainTime for time,
 * Duration for interval. Postgres keeps microseconds of Temporal's nanoseconds; what Temporal does not have throws:
 * infinities, 24:00, intervals whose parts differ in sign.
 *
 * @param namespace a polyfill's `Temporal`; without it the global one, which is looked for at first use
 */
export function temporal<Name extends TemporalName, Namespace extends TemporalNamespace = GlobalTemporal>(
  name: Name,
  namespace?: Namespace,
): Codec<MadeBy<Namespace[Name]>> {
  type T = MadeBy<Namespace[Name]>;
  const fromIso = (iso: string): T => {
    const { Temporal } = globalThis as { Temporal?: Namespace };
    const found = namespace ?? Temporal;
    if (found === undefined) {
      throw new CodecError(
        'Temporal is not available; load a polyfill, or configure the type as "temporal-polyfill#Temporal.…"',
      );
    }
    return found[name].from(iso) as T;
  };
  const [toIso, fromTemporal] =
    name === 'Duration' ? [isoDuration, postgresDuration] : [isoYear, postgresYear];
  return {
    decode: (text) => {
      if (isInfinite(text)) {
        throw new CodecError(
          'an infinite time, which Temporal does not have; configure this column as a string',
        );
      }
      return fromIso(toIso(text));
    },
    encode: (value) => fromTemporal(String(value)),
  };
}

/** Postgres wants a sign at each number instead of one in front (datetime.c, DecodeISO8601Interval). */
function postgresDuration(iso: string): string {
  return iso.startsWith('-') ? iso.slice(1).replace(/\d+(\.\d+)?/g, '-$&') : iso;
}

/** ISO 8601 writes years beyond four digits, and those before 1 (which is 0 for 1 BC), with sign and six digits. */
function isoYear(text: string): string {
  const match = /^(\d{4,})(-.*?)( BC)?$/.exec(text);
  if (match === null) {
    return text;
  }
  const [, digits = '', rest = '', bc] = match;
  if (bc !== undefined) {
    const year = Number(digits) - 1;
    return (year === 0 ? '0000' : `-${String(year).padStart(6, '0')}`) + rest;
  }
  return (digits.length > 4 ? `+${digits.padStart(6, '0')}` : digits) + rest;
}

/** Reads the IntervalStyles `postgres`, which is the default, and `iso_8601` (EncodeInterval in datetime.c). */
function isoDuration(text: string): string {
  const parts = postgresParts(text) ?? iso8601Parts(text);
  if (parts === null) {
    throw new CodecError('not an interval in the "IntervalStyle" postgres or iso_8601');
  }
  const negative = parts.some((part) => part.startsWith('-') && Number(part) !== 0);
  if (negative && parts.some((part) => Number(part) > 0)) {
    throw new CodecError('an interval of parts with different signs, which no Duration can hold');
  }
  const [y, mon, d, h, min, s] = parts.map((part) => part.replace(/^[-+]/, ''));
  return `${negative ? '-' : ''}P${y}Y${mon}M${d}DT${h}H${min}M${s}S`;
}

/** `1 year 2 mons 3 days 04:05:06.789` */
function postgresParts(text: string): string[] | null {
  const match =
    /^(?:(-?\d+) years? ?)?(?:([-+]?\d+) mons? ?)?(?:([-+]?\d+) days? ?)?(?:([-+])?(\d+):(\d+):(\d+(?:\.\d+)?))?$/.exec(
      text,
    );
  if (match === null || text === '') {
    return null;
  }
  const [, years = '0', months = '0', days = '0', sign = '', hours = '0', minutes = '0', seconds = '0'] =
    match;
  return [years, months, days, sign + hours, sign + minutes, sign + seconds];
}

/** `P1Y-2M3DT4H5M6.789S`, with a sign at each number; weeks are what a Duration can have besides. */
function iso8601Parts(text: string): string[] | null {
  const match =
    /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?$/.exec(
      text,
    );
  if (match === null) {
    return null;
  }
  const [, years = '0', months = '0', weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] =
    match;
  return [years, months, String(Number(weeks) * 7 + Number(days)), hours, minutes, seconds];
}
