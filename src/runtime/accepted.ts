import type { Json } from './codec/json.ts';
import type { Range } from './codec/range.ts';

/*
 * What PostgreSQL accepts as values of its types, for the schemas of `validators`. Queries do not use it.
 */

/**
 * Whether a text fits `varchar(max)` or `char(max)`, which count characters, not UTF-16 units, and cut spaces at the end
 * (PostgreSQL documentation, 8.3); without `max`, whether it is a text at all, which a NUL never is.
 */
export function isText(text: string, max = Number.POSITIVE_INFINITY): boolean {
  if (text.includes('\0')) {
    return false;
  }
  return text.length <= max || /^ *$/.test(text.slice(cutAt(text, max)));
}

/** The text that a `varchar(max)` holds. */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, cutAt(text, max));
}

const SPACE = 32;

/** `btrim(text)`, which removes spaces and nothing else. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (text.charCodeAt(start) === SPACE) {
    start += 1;
  }
  while (end > start && text.charCodeAt(end - 1) === SPACE) {
    end -= 1;
  }
  return text.slice(start, end);
}

/** `char_length`: code points. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) {
    count += 1;
  }
  return count;
}

/** Where in the text its `max` first characters end. */
function cutAt(text: string, max: number): number {
  let at = 0;
  for (let count = 0; count < max && at < text.length; count++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

/** A decimal number: its digits from the first that is not 0, and how many of them are before the point. */
interface Decimal {
  readonly digits: string;
  readonly whole: number;
  /** Digits behind the point, as written. */
  readonly scale: number;
}

const decimal = /^[ \t\n\v\f\r]*[+-]?(?:(\d+)\.?(\d*)|\.(\d+))(?:e([+-]?\d+))?[ \t\n\v\f\r]*$/i;
const special = /^[ \t\n\v\f\r]*(?:(nan)|[+-]?inf(?:inity)?)[ \t\n\v\f\r]*$/i;

function readDecimal(text: string): Decimal | null {
  const match = decimal.exec(text);
  if (match === null) {
    return null;
  }
  const [, before = '', behind = '', only = '', exponent = '0'] = match;
  const power = Number(exponent);
  // numeric_in (src/backend/utils/adt/numeric.c) refuses exponents beyond this.
  if (Math.abs(power) >= 2 ** 30 - 1) {
    return null;
  }
  const fraction = behind + only;
  const all = before + fraction;
  const digits = all.replace(/^0+/, '');
  const whole = digits === '' ? 0 : before.length + power - (all.length - digits.length);
  return { digits, whole, scale: Math.max(0, fraction.length - power) };
}

/**
 * Whether a text is a number that `numeric(precision, scale)` holds, which rounds to `scale` digits behind the point, or
 * that `numeric` holds. Digits in groups (`1_000`) and in other bases, which PostgreSQL 16 accepts, are refused.
 */
export function isNumeric(text: string, precision?: number, scale = 0): boolean {
  const [known, nan] = special.exec(text) ?? [];
  if (known !== undefined) {
    return precision === undefined || nan !== undefined;
  }
  const number = readDecimal(text);
  if (number === null) {
    return false;
  }
  const { digits, whole } = number;
  // It is read before it is rounded.
  if (number.scale > MOST_SCALE || whole > MOST_DIGITS) {
    return false;
  }
  if (precision === undefined) {
    return true;
  }
  const room = precision - scale;
  if (whole !== room || digits === '') {
    return digits === '' || whole < room;
  }
  // Rounded up, nines become one digit more.
  return (
    !/^9*$/.test(digits.slice(0, precision)) || (digits[precision] ?? '0') < '5' || precision > digits.length
  );
}

// NUMERIC_DSCALE_MAX, and 4 digits in each of NUMERIC_WEIGHT_MAX + 1 groups.
const MOST_SCALE = 16383;
const MOST_DIGITS = 131072;

/** Whether float4 holds a number: rounded to it, it must not become 0 or infinite. */
export function isFloat4(value: number): boolean {
  // Half a unit above the greatest, in the shortest digits of a double, is below what rounds up.
  const fits = Math.abs(value) <= 3.4028235677973366e38 || Math.abs(value) === Number.POSITIVE_INFINITY;
  return Number.isNaN(value) || (fits && (value === 0 || Math.fround(value) !== 0));
}

/** Whether a text or a bigint is an int8. Other bases and groups of digits are refused, as in isNumeric. */
export function isInt8(value: string | bigint): boolean {
  if (typeof value === 'string' && !/^[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*$/.test(value)) {
    return false;
  }
  const number = typeof value === 'string' ? BigInt(value.trim().replace(/^\+/, '')) : value;
  return BigInt.asIntN(64, number) === number;
}

/** Whether a text is a UUID in one of the spellings that PostgreSQL reads (PostgreSQL documentation, 8.12). */
export function isUuid(text: string): boolean {
  return /^(?:\{(?:[\da-f]{4}-?){7}[\da-f]{4}\}|(?:[\da-f]{4}-?){7}[\da-f]{4})$/i.test(text);
}

/** Whether a Date is one that PostgreSQL's types of time hold: not before 4714 BC. */
export function isTime(value: Date): boolean {
  return value.getTime() >= -210_866_803_200_000;
}

/** Whether a value is JSON: what it holds is null, a boolean, a number, a text, an array or a plain object. */
export function isJsonValue(value: unknown): value is Json {
  if (typeof value !== 'object' || value === null) {
    return value === null || /^(?:boolean|number|string)$/.test(typeof value);
  }
  if (Array.isArray(value)) {
    return value.every(isJsonValue);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype;
  return isPlain && Object.values(value).every((item) => item === undefined || isJsonValue(item));
}

/** Whether a value is JSON that jsonb holds, which has no NUL and no half of a surrogate pair in its texts. */
export function isJsonb(value: unknown): value is Json {
  return isJsonValue(value) && !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''));
}

/**
 * Whether a range's bounds are in order.
 * @param compare how its type compares bounds
 * @param last of a range of integers: the greatest of them, behind which there is no bound
 */
export function isRange<T>(
  range: Range<T>,
  compare: (left: T, right: T) => number = (left, right) => Number(left > right) - Number(left < right),
  last?: T,
): boolean {
  const { lower, upper, lowerInclusive, upperInclusive, empty } = range;
  if (empty) {
    return true;
  }
  if (lower !== null && upper !== null) {
    const order = compare(lower, upper);
    if (order > 0 || (order === 0 && !(lowerInclusive && upperInclusive))) {
      return order === 0;
    }
  }
  const isLast = (bound: T | null) => bound !== null && last !== undefined && compare(bound, last) === 0;
  return !(isLast(lower) && !lowerInclusive) && !(isLast(upper) && upperInclusive);
}
