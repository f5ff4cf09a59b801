import fc, { type Arbitrary } from '../../support/fast-check.ts';
import type { Major } from '../../support/postgres.ts';

/** CHECK constraints of a table of their own, and rows that may meet them or not. */
export interface ConditionCase {
  /** By column. */
  readonly types: Readonly<Record<string, string>>;
  readonly checks: readonly string[];
  /** By column; null is tried, too. */
  readonly values: Readonly<Record<string, Arbitrary<unknown>>>;
  /** The first major that has its types. */
  readonly since?: number;
  /** Whether it needs a collation of ICU, which PGlite has none of. */
  readonly icu?: true;
  /** Whether only the database knows a constraint of such a row. Absent: of none. */
  readonly isOpen?: (row: Readonly<Record<string, unknown>>) => boolean;
}

const one =
  (type: string, values: Arbitrary<unknown>, isOpen?: (value: unknown) => boolean) =>
  (...checks: readonly string[]): ConditionCase => ({
    types: { c: type },
    checks,
    values: { c: values },
    ...(isOpen && { isOpen: ({ c }) => c != null && isOpen(c) }),
  });
const two =
  (type: string, values: Arbitrary<unknown>, isOpen?: (value: unknown) => boolean) =>
  (...checks: readonly string[]): ConditionCase => ({
    types: { c: type, d: type },
    checks,
    values: { c: values, d: values },
    ...(isOpen && { isOpen: ({ c, d }) => [c, d].some((value) => value != null && isOpen(value)) }),
  });

const numerics = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '0.00',
    'NaN',
    ' nan ',
    '1e3',
    '1000',
    '999.9999',
    '1000.00001',
    '.5',
    '5e-1',
    '0.004',
    '0.005',
  ),
  fc.constantFrom(
    '0.0049999',
    '-0.005',
    '-0.00499',
    '12.345',
    '12.3449',
    '12.344',
    '99.995',
    '99.99',
    '1e-20',
    '-1e20',
    '+1',
  ),
  fc.stringMatching(/^-?[0-9]{1,3}(\.[0-9]{0,4})?(e-?[0-2])?$/),
);
const unbounded = fc.oneof(numerics, fc.constantFrom('Infinity', '-inf', '1e400'));
const integers = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(2147483647, -2147483648, 99, 100, 101),
);
const wides = fc.oneof(
  fc.bigInt({ min: -3n, max: 12n }),
  fc.bigInt({ min: -2n, max: 2n }).map((by) => 9007199254740993n + by),
  fc.integer({ min: -3, max: 12 }),
);
const floats = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    0.5,
    1,
    0.1,
    0.30000000000000004,
    0.3,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ),
  fc.constantFrom(
    16777217,
    16777219,
    3.4028234663852886e38,
    3.4028235e38,
    1e-45,
    0.10000000149011612,
    1.5,
    0.25,
    1e300,
  ),
  fc
    .integer({ min: -5, max: 5 })
    .chain((n) => fc.constantFrom(n, n + 2 ** -24, n + 2 ** -25, n + 2 ** -24 + 2 ** -50)),
  // Halfway between two of float4.
  fc
    .integer({ min: 0, max: 2 ** 24 })
    .chain((n) => fc.constantFrom(-30, -10, -24, -60, -140).map((power) => (2 ** 24 + n + 0.5) * 2 ** power)),
);
/** Halfway between a float4 and the next, or nearly so. */
const nearHalf = (bound: number) =>
  fc
    .integer({ min: -9, max: 9 })
    .map((by) => Math.fround(bound) + by * 2 ** (Math.floor(Math.log2(bound)) - 25));
const float4s = fc.oneof(floats, nearHalf(0.1), nearHalf(16777216), nearHalf(1e-20), nearHalf(3e20));
const pieces = (...list: readonly string[]) =>
  fc.array(fc.constantFrom(...list), { maxLength: 6 }).map((all) => all.join(''));
const texts = pieces(
  'a',
  'b',
  'i',
  'I',
  'A',
  'Z',
  '-',
  '1',
  '@',
  '.',
  ' ',
  '\n',
  'é',
  '😀',
  'İ',
  'ı',
  '\u212a',
  '_',
  '%',
  '\\',
  '٣',
  'k',
  's',
  'ſ',
);
const words = pieces('a', 'b', '-', '1', 'A', ' ', 'ab', 'x');
const isLong = (value: unknown) => String(value).length > 1000;
const isBeyondAscii = (value: unknown) => !/^[\t-\r -~]*$/.test(String(value));
const either =
  (...tests: readonly ((value: unknown) => boolean)[]) =>
  (value: unknown) =>
    tests.some((test) => test(value));
const has = (letters: RegExp) => (value: unknown) => letters.test(String(value));
const dates = fc.constantFrom(
  '2020-01-01',
  '2019-12-31',
  '2020-02-29',
  '0001-01-01',
  '9999-12-31',
  '1999-12-31',
);
const otherDates = fc.constantFrom(
  'infinity',
  '-infinity',
  '0044-03-15 BC',
  '12020-01-01',
  '20200101',
  'January 8, 1999',
);
const notIso = (value: unknown) => !/^\d{4}-\d\d-\d\d$/.test(String(value));
const clocks = fc.constantFrom(
  '00:00:00',
  '08:30:00',
  '08:30:00.0',
  '08:29:59.999999',
  '23:59:59.5',
  '23:59:59.50',
  '08:30',
  '24:00:00',
  '08:30:00 PM',
);
const notClock = (value: unknown) => !/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(String(value));
const stamps = fc.oneof(
  fc.tuple(dates, fc.constantFrom(' ', 'T'), clocks).map((all) => all.join('')),
  otherDates,
  fc.constantFrom('2020-01-01 00:00:00+05', '2020-01-01'),
);
const notStamp = (value: unknown) =>
  !/^\d{4}-\d\d-\d\d[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(String(value));
const instants = fc
  .constantFrom(0, 1, 1577836800000, 1577836799999, -62135596800001)
  .map((time) => new Date(time));
const uuids = fc.constantFrom(
  '00000000-0000-4000-8000-00000000000a',
  '{00000000-0000-4000-8000-00000000000B}',
  '0000000000004000800000000000000a',
  'ffffffff-ffff-4fff-8fff-ffffffffffff',
  '0fffffff-ffff-4fff-8fff-ffffffffffff',
);
const moods = fc.constantFrom('sad', 'ok', "it's fine", 'OK');
const padded = pieces('a', 'b', ' ', 'é', '😀');

const conditionSchema = `
  BEGIN;
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  ALTER TYPE mood ADD VALUE 'it''s fine' BEFORE 'ok';
  COMMIT;
  CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
  CREATE DOMAIN handle AS text CHECK (VALUE ~ '^[a-z][a-z0-9-]*$');`;

/** By what is tested. */
export const conditionCases: Readonly<Record<string, ConditionCase>> = {
  'numeric with constants': one('numeric', unbounded)(
    'c >= 0',
    "c <> 'NaN'",
    'c < 1000.00001 OR c = 1e400',
    'c NOT IN (12.345, .5)',
  ),
  'numeric that is rounded': one('numeric(5, 2)', numerics)(
    'c > 0 OR c < -.01',
    'c <> 12.34',
    "c <= 99.99 OR c = 'NaN'",
  ),
  'numeric that is rounded to tens': { ...one('numeric(4, -1)', numerics)('c > 10'), since: 15 },
  'two numerics': two('numeric', unbounded)('c < d'),
  'numeric and integer': {
    types: { c: 'numeric(6, 1)', d: 'int4' },
    checks: ['c <= d', 'd > -.5'],
    values: { c: numerics, d: integers },
  },
  'a domain of numeric': one('percent', numerics)('c <> 50'),
  int8: one('int8', wides)('c > 0', 'c <> 9007199254740993', 'c <= 9007199254740994 AND c <> 7'),
  'two int8': two('int8', wides)('c <= d', 'c <> d'),
  'int2 and int8': {
    types: { c: 'int2', d: 'int8' },
    checks: ['c < d'],
    values: { c: fc.integer({ min: -3, max: 12 }), d: wides },
  },
  float8: one('float8', floats)('c >= 0 OR c < -1', 'c <> 0.3', "c <> 'NaN' OR c IS NULL", 'c <= 1e200'),
  'float8 and NaN': one('float8', floats)('c > 0.5'),
  'two float8': two('float8', floats)('c < d'),
  'equal float8': two('float8', floats)('c = d'),
  float4: one('float4', float4s)('c <> 0.1::real', 'c > 0.1::real OR c < 0'),
  'float4 by double': one('float4', float4s)('c <= 16777216', 'c <> 0.5'),
  'float4 and its own': two('float4', nearHalf(0.1))('c <= d'),
  'float8 and integer': {
    types: { c: 'float8', d: 'int4' },
    checks: ['c < d'],
    values: { c: floats, d: integers },
  },
  date: one('date', fc.oneof(dates, otherDates), notIso)(
    "c >= '2020-01-01'",
    "c < 'infinity'",
    "c > '0044-03-15 BC'",
    "c < '12020-01-01'",
  ),
  'two dates': two('date', fc.oneof(dates, otherDates), notIso)('c <= d'),
  time: one('time', clocks, notClock)("c > '08:30'", "c <= '23:59:59.5'"),
  timestamp: one('timestamp', stamps, notStamp)("c >= '2020-01-01 08:30'", "c <> '2020-02-29 23:59:59.5'"),
  'two timestamps': two('timestamp', stamps, notStamp)('c < d'),
  timestamptz: two('timestamptz', instants)('c < d', "d < 'infinity'", "c > '-infinity'"),
  uuid: one('uuid', uuids)(
    "c <> '00000000-0000-4000-8000-00000000000B'",
    "c > '00000000-0000-4000-8000-00000000000a'",
  ),
  'two uuids': two('uuid', uuids)('c < d'),
  enum: one('mood', moods)("c <> 'ok'"),
  'enum in order': one('mood', moods)("c <= 'it''s fine'"),
  'enum of some': one('mood', moods)("c IN ('ok', 'sad')", "c::text <> 'sad'"),
  'two enums': two('mood', moods)('c <= d'),
  'char(n)': one('char(3)', padded)("c <> 'a'", "c::text <> 'ab'", "length(c) <> 2 OR c = 'b b'"),
  'char(n) of some': one('char(3)', padded)("c IN ('a', 'ab ', 'b')"),
  slug: one('text', words)("c ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
  'regex in any place': one(
    'text',
    fc.oneof(texts, fc.constantFrom('a\nb', 'a\u2028b', 'a😀b', 'a\rb', 'ab')),
  )("c ~ 'a.b|^1|[^a-z]$'"),
  'regex with counts': one('text', words, isLong)("c ~ '^(ab|x){1,2}-?1{2,}$|^[a-b]{3}$|A'", "c !~ ' $'"),
  'regex with classes': one('text', texts, isBeyondAscii)("c ~ '^[[:alpha:]_]\\w*\\s?\\d*$|^\\D-'"),
  'regex without case': one('text', texts, either(isBeyondAscii, has(/I/)))("c ~* '^[a-j@.-]+1?$'"),
  'regex without one letter': one('text', texts, either(isBeyondAscii, has(/i/)))("c !~* 'I'"),
  'regex with brackets': one('text', texts, isLong)("c ~ '^[]a.\\\\-]*$|^[-a]|[%\\-_]$'"),
  'regex with escapes': one('text', texts)("c ~ '^a\\.|\\n|\\\\|\\@\\-'"),
  'regex that is slow': one(
    'text',
    fc.oneof(words, fc.constantFrom(...[1000, 1001].map((n) => 'a'.repeat(n)))),
    isLong,
  )("c ~ '^[ab]+[a-z]*1$'"),
  'regex of a domain': one('handle', words)("c <> 'a'"),
  'regex of varchar': one('varchar(3)', words)("c ~ '^[ab ]*$'"),
  like: one('text', texts)("c LIKE '%a_' OR c LIKE '1%' OR c LIKE '_' OR c LIKE ''", "c NOT LIKE '%@.%'"),
  'like with escapes': one(
    'text',
    texts,
  )("c LIKE '%\\%%' OR c LIKE 'a\\_' OR c LIKE '%x@' ESCAPE 'x' OR c LIKE '%\\\\'"),
  ilike: one(
    'text',
    texts,
    either(isBeyondAscii, has(/I/)),
  )("c ILIKE '%i' OR c ILIKE 'A_' OR c NOT ILIKE '%b%'"),
  similar: one(
    'text',
    texts,
    isLong,
  )("c SIMILAR TO '(a|b)%' OR c SIMILAR TO '_.[^a]' OR c SIMILAR TO '%(I|i)+'"),
  'starts with': one('text', texts)("starts_with(c, 'a.') OR starts_with(c, '😀') OR c = ''"),
  lengths: one('text', texts)('char_length(c) <= 4', 'octet_length(c) < 7', 'length(btrim(c)) > 0'),
  'lower case': one('text', texts, isBeyondAscii)('c = lower(c)'),
  'upper case': one('text', texts, isBeyondAscii)('upper(c) = c'),
  'case in Turkish': {
    ...one(
      'text COLLATE "tr-x-icu"',
      pieces('a', 'I', 'i', 'A', 'ı', 'İ'),
      either(isBeyondAscii, has(/[Ii]/)),
    )("lower(c) <> 'ai'", "upper(c) <> 'AI'", "c NOT ILIKE 'i%a'", "c NOT ILIKE 'a%I'"),
    icu: true,
  },
  'case of a constant': one('text', pieces('a', 'I', 'i', 'A'), has(/I/))("lower(c) <> 'ai'"),
  bytea: one('bytea', fc.uint8Array({ maxLength: 4 }))('octet_length(c) <= 3', 'length(c) > 0'),
  nulls: {
    types: { a: 'int4', b: 'text', e: 'mood', f: 'date', g: 'int4[]' },
    checks: ['num_nonnulls(a, b, f) = 1', 'num_nulls(a, e, g) >= 1', 'f IS NULL OR g IS NOT NULL'],
    values: { a: integers, b: words, e: moods, f: dates, g: fc.array(integers, { maxLength: 1 }) },
  },
  distinct: two('int4', fc.integer({ min: 0, max: 2 }))(
    'c IS DISTINCT FROM d',
    'c IS NOT DISTINCT FROM 1 OR d IS DISTINCT FROM 2',
  ),
  'distinct numerics': two('numeric', unbounded)('c IS DISTINCT FROM d'),
  coalesce: two('int4', fc.integer({ min: 0, max: 4 }))(
    'coalesce(c, 0) <> coalesce(d, 1, c)',
    'coalesce(c, d, 3) > 1',
    'coalesce(c, d) < coalesce(d, 4)',
  ),
  'coalesce of conditions': two('int4', fc.integer({ min: 0, max: 4 }))('coalesce(c > 1, d > 2, false)'),
  nullif: one('text', words)("nullif(btrim(c), '') IS NOT NULL", "nullif(c, 'a') <> 'x'"),
  case: two('int4', fc.integer({ min: 0, max: 4 }))(
    'CASE WHEN c > 2 THEN d > 2 WHEN d IS NULL THEN c = 0 ELSE NOT c = d END',
    'CASE c WHEN 1 THEN 2 WHEN 2 THEN d ELSE 4 END > 1',
    'CASE WHEN c = 4 THEN d = 4 END',
  ),
  'three values': {
    types: { a: 'boolean', b: 'boolean', c: 'int4' },
    checks: [
      'NOT (a AND NOT b) OR c > 1',
      '(a = b) IS NOT TRUE OR c < 9',
      'a < b OR c IS NULL OR (c > 3) IS UNKNOWN OR a >= b',
      'c <> 0 OR NULL',
    ],
    values: { a: fc.boolean(), b: fc.boolean(), c: integers },
  },
  arrays: one('int4[]', fc.array(integers, { maxLength: 4 }))(
    'cardinality(c) <= 3',
    'array_length(c, 1) > 1',
  ),
  'arrays of constants': one('int8', wides)(
    'c = ANY (ARRAY[1, 2, 3, 9007199254740993])',
    'c <> ALL (ARRAY[2::int8, 7])',
  ),
  'an array that is a constant': one('varchar(5)', words)("c = ANY ('{a,b,ab,x,1}'::varchar[])"),
  'numeric arrays of constants': one('numeric', unbounded)("c = ANY (ARRAY[0.5, 1000, 'NaN'])"),
  'like any': one('text', texts)("c LIKE ANY (ARRAY['a%', '%1'])"),
};

/** Constraints that are not known to mean the same in JavaScript. */
export const unreadableChecks: readonly string[] = [
  "c ~ '\\ya'",
  "c ~ '(a+)+$'",
  "c ~ '(?i)a'",
  "c ~ '***=a'",
  "c ~ 'a(?=b)'",
  "c ~ '(a)\\1'",
  "c ~ '[[:punct:]]'",
  "c ~ '[[.hyphen.]]'",
  "c ~* 'é'",
  "c < 'b'",
  'c LIKE d',
  'c ~ d',
  'length(c || d) > 1',
  'initcap(c) = c',
  "at > '2020-01-01'",
  'extract(year FROM at) > 2000',
  "rounded < '12:00'",
  'doc IS NOT NULL',
  'n + 1 > 2',
  'n::int4 > 2',
  "c COLLATE odd = 'a'",
];

/** Whether a server has what a case needs. */
export function isKnownTo(
  server: Major | 'PGlite',
  { since = 0, icu = false }: { readonly since?: number; readonly icu?: boolean },
): boolean {
  return server === 'PGlite' ? !icu : since <= server;
}

/** The statements that make a table of each case: `t0`, `t1` and so on. */
export function conditionTables(server: Major | 'PGlite'): string {
  const tables = Object.values(conditionCases).map(({ types, checks, since = 0, icu = false }, i) => {
    const columns = Object.entries(types).map(([name, type]) => `${name} ${type}`);
    return isKnownTo(server, { since, icu })
      ? `CREATE TABLE t${i} (${[...columns, ...checks.map((check) => `CHECK (${check})`)].join(', ')});`
      : '';
  });
  return `${conditionSchema} ${tables.join('\n')}`;
}
