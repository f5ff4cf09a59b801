import type { Codec } from '../definition.ts';
import { CodecError } from './codec-error.ts';
import { isInfinite, postgresYear } from './time-text.ts';

const DAY = 86_400_000;

/**
 * A Date, which holds milliseconds: digits beyond them are cut. `infinity`, and years that no Date
 * holds, throw: configure the column as a string where they occur.
 */
export const timestamptz: Codec<Date> = { decode: decodeTimestamp, encode: encodeTimestamp };

/** A `timestamp` or `date` read as UTC, which is the only reading that is the same on every machine. */
export const timestampAsDate: Codec<Date> = {
  decode: decodeTimestamp,
  // The zone is ignored by the input function of `timestamp` (PostgreSQL documentation, 8.5.1.3).
  encode: encodeTimestamp,
};

export const dateAsDate: Codec<Date> = {
  decode: decodeTimestamp,
  encode: (value) => {
    const iso = encodeTimestamp(value);
    return iso.slice(0, iso.indexOf('T')) + (iso.endsWith(' BC') ? ' BC' : '');
  },
};

/**
 * Reads `YYYY-MM-DD[ HH:MM:SS[.ffffff]][+HH[:MM[:SS]]][ BC]`, the ISO style of EncodeDateTime
 * (src/backend/utils/adt/datetime.c). By hand: a Date made of numbers costs a third of Date.parse,
 * and Date.parse reads neither BC nor short offsets.
 */
function decodeTimestamp(text: string): Date {
  const end = text.endsWith(' BC') ? text.length - 3 : text.length;
  // Years have four digits or more.
  const yearEnd = text.charCodeAt(4) === 45 ? 4 : text.indexOf('-');
  if (yearEnd < 4 || text.charCodeAt(yearEnd + 3) !== 45) {
    throw notIso(text);
  }
  let year = twoDigits(text, yearEnd - 2) + 100 * Number(text.slice(0, yearEnd - 2));
  if (end !== text.length) {
    year = 1 - year;
  }
  let milliseconds = daysFromCivil(year, twoDigits(text, yearEnd + 1), twoDigits(text, yearEnd + 4)) * DAY;
  let at = yearEnd + 6;
  if (at < end) {
    if (text.charCodeAt(at + 3) !== 58 || text.charCodeAt(at + 6) !== 58) {
      throw notIso(text);
    }
    milliseconds +=
      twoDigits(text, at + 1) * 3_600_000 + twoDigits(text, at + 4) * 60_000 + twoDigits(text, at + 7) * 1000;
    at += 9;
    if (text.charCodeAt(at) === 46) {
      let unit = 100;
      for (at += 1; at < end && isDigit(text.charCodeAt(at)); at++) {
        milliseconds += (text.charCodeAt(at) - 48) * unit;
        unit = unit === 1 ? 0 : unit / 10;
      }
    }
    milliseconds -= decodeOffset(text, at, end);
  }
  const result = new Date(milliseconds);
  if (Number.isNaN(result.getTime())) {
    throw new CodecError(NOT_A_DATE);
  }
  return result;
}

/** `+HH[:MM[:SS]]` from `at` to `end`, in milliseconds; 0 if there is none, or the Z of what `encode` returns. */
function decodeOffset(text: string, at: number, end: number): number {
  const sign = text.charCodeAt(at);
  if (at === end || sign === 90) {
    return 0;
  }
  if ((sign !== 43 && sign !== 45) || (end - at) % 3 !== 0 || end - at > 9) {
    throw notIso(text);
  }
  let offset = 0;
  let unit = 3_600_000;
  for (let digits = at + 1; digits < end; digits += 3, unit /= 60) {
    offset += twoDigits(text, digits) * unit;
  }
  return sign === 45 ? -offset : offset;
}

function encodeTimestamp(value: Date): string {
  if (Number.isNaN(value.getTime())) {
    throw new CodecError('an invalid Date');
  }
  return postgresYear(value.toISOString());
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, as date2j in datetime.c counts them; years begin in March. */
function daysFromCivil(year: number, month: number, day: number): number {
  const { floor } = Math;
  const y = month > 2 ? year : year - 1;
  const leapDays = floor(y / 4) - floor(y / 100) + floor(y / 400);
  return y * 365 + leapDays + floor((153 * ((month + 9) % 12) + 2) / 5) + day - 719_469;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  if (!isDigit(tens) || !isDigit(ones)) {
    throw notIso(text);
  }
  return (tens - 48) * 10 + ones - 48;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const NOT_A_DATE = 'a time that no Date can hold; configure this column as a string';

function notIso(text: string): CodecError {
  return new CodecError(
    isInfinite(text)
      ? `infinity is ${NOT_A_DATE}`
      : 'not a time in ISO style; set "DateStyle" to ISO, Postgres\'s default',
  );
}
