/**
 * Whether a column takes less than before by its type's modifier, whatever is passed to it: `varchar(20)` after `text` or
 * `varchar(50)`, `numeric(8,2)` after `numeric(10,2)` or `integer`, `varchar(20)` after `json`, `timestamp(0)` after `timestamp`, `jsonb`, which has no
 * `\\u0000`, after `json`.
 */
export function shrinks(before: string, after: string): boolean {
  if (before === after) return false;
  const [was, is] = [read(before), read(after)];
  if (was.isArray !== is.isArray) return false;
  if (was.name === 'json' && is.name === 'jsonb') return true;
  // A bit string has exactly that length.
  if (is.name === 'bit' && is.numbers[0] !== was.numbers[0]) return true;
  if (was.name === is.name) return isTighter(was.numbers, is.numbers);
  if (is.name !== 'name' && is.numbers.length === 0) return false;
  return isSmaller(was, is);
}

/** Whether a column's type of numbers holds fewer than before, which only computed values do not show: `integer` after `bigint`. */
export function holdsFewer(before: string, after: string): boolean {
  const [was, is] = [read(before), read(after)];
  return was.isArray === is.isArray && was.name !== is.name && is.name in integers && isSmaller(was, is);
}

interface TypeText {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly isArray: boolean;
}

function read(type: string): TypeText {
  const modifier = /\((-?\d+)(?:,(-?\d+))?\)/.exec(type);
  const numbers = (modifier?.slice(1) ?? []).filter((digits) => digits !== undefined).map(Number);
  const name = type.replace(modifier?.[0] ?? '', '').replace(/(\[\])+$/, '');
  return { name, numbers, isArray: type.endsWith('[]') };
}

function isTighter(was: readonly number[], is: readonly number[]): boolean {
  if (is.length === 0) return false;
  if (was.length === 0) return true;
  const [length = 0, scale = 0] = was;
  const [newLength = 0, newScale = 0] = is;
  // Digits before the point, and behind it.
  return newLength - newScale < length - scale || newScale < scale;
}

function isSmaller(was: TypeText, is: TypeText): boolean {
  const [held, holds] = [roomOf(was), roomOf(is)];
  if (holds?.of === 'characters' && held?.of !== 'characters')
    return holds.size < (textLengths[was.name] ?? Number.POSITIVE_INFINITY);
  if (held === null || holds === null || held.of !== holds.of) return false;
  return holds.size < held.size || holds.scale < held.scale;
}

/** How many characters, or digits before and behind the point. */
interface Room {
  readonly of: 'characters' | 'digits';
  readonly size: number;
  readonly scale: number;
}

/** How long the longest text of a type is. */
const textLengths: Readonly<Record<string, number>> = {
  boolean: 5,
  smallint: 6,
  integer: 11,
  bigint: 20,
  uuid: 36,
};

const integers: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };

function roomOf({ name, numbers }: TypeText): Room | null {
  const [first, scale = 0] = numbers;
  const digits = integers[name];
  if (digits !== undefined) return { of: 'digits', size: digits, scale: 0 };
  if (name === 'numeric') {
    return first === undefined
      ? { of: 'digits', size: Number.POSITIVE_INFINITY, scale: Number.POSITIVE_INFINITY }
      : { of: 'digits', size: first - scale, scale };
  }
  const isText = ['text', 'character varying', 'character', 'name', 'citext', 'bpchar'].includes(
    name.replace(/^.*\./, ''),
  );
  // NAMEDATALEN is 64, with the closing zero (src/include/pg_config_manual.h).
  return isText
    ? { of: 'characters', size: first ?? (name === 'name' ? 63 : Number.POSITIVE_INFINITY), scale: 0 }
    : null;
}
