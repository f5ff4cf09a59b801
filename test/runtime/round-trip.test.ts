import { Decimal } from 'decimal.js';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  array,
  arrayWithNulls,
  bool,
  box,
  bytea,
  type Codec,
  type Connection,
  composite,
  custom,
  date,
  dateAsDate,
  delimited,
  fakes,
  float4,
  float8,
  int2,
  int4,
  int8,
  int8AsNumber,
  int8AsString,
  interval,
  json,
  multirange,
  numeric,
  oid,
  one,
  type Range,
  range,
  temporal,
  text,
  time,
  timestamp,
  timestampAsDate,
  timestamptz,
  timestamptzAsString,
  timetz,
  uuid,
} from '../../src/runtime/index.ts';
import fc, { type Arbitrary } from '../support/fast-check.ts';
import { majors } from '../support/postgres.ts';
import { restOfTests, tested } from '../support/tested.ts';
import { type Opened, openNative, openNativePostgresJs, openPglite } from './connections.ts';

const file = 'test.sql';

/** Types that the round trips need. */
const types = `
  CREATE TYPE mood AS ENUM ('happy', 'sad, "really"', 'NULL', '', 'back\\slash');
  CREATE TYPE inner_pair AS (label text, numbers int4[]);
  CREATE TYPE everything AS (name text, amount numeric, at timestamptz, data bytea, inner_value inner_pair,
    moods mood[], body json, span int4range);
  CREATE TYPE lonely AS (single text);
  CREATE TYPE textrange AS RANGE (subtype = text);
  CREATE DOMAIN number_list AS int4[];
  CREATE TYPE colons;
  CREATE FUNCTION colons_in(cstring) RETURNS colons AS 'textin' LANGUAGE internal STRICT IMMUTABLE;
  CREATE FUNCTION colons_out(colons) RETURNS cstring AS 'textout' LANGUAGE internal STRICT IMMUTABLE;
  CREATE TYPE colons (INPUT = colons_in, OUTPUT = colons_out, LIKE = text, DELIMITER = ':');
`;

// Everything Postgres can store: no NUL, no lone surrogates.
const anyText = fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\0', ''));
const trickyText = fc.oneof(
  anyText,
  fc.constantFrom(
    '',
    'NULL',
    'null',
    '"',
    '\\',
    '{}',
    '(,)',
    ',',
    ' ',
    'a"b\\c',
    '[1,2)',
    '\n',
    "'",
    '\\x41',
  ),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '{', '}', '(', ')', '[', ']', ' ', 'a', ';', '\n'),
    maxLength: 12,
  }),
);
const labels = fc.constantFrom('happy', 'sad, "really"', 'NULL', '', 'back\\slash');
const anyInt4 = fc.integer({ min: -2147483648, max: 2147483647 });
const anyInt8 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 9007199254740993n),
);
const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const anyNumeric = fc.oneof(
  fc.tuple(fc.boolean(), digits(1, 40), digits(0, 40)).map(([negative, whole, fraction]) => {
    const text = (whole.replace(/^0+(?=.)/, '') || '0') + (fraction && `.${fraction}`);
    return negative && /[1-9]/.test(text) ? `-${text}` : text;
  }),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);
// Postgres's earliest day, and the last one that a Date holds.
const anyDate = fc.oneof(
  fc.date({
    min: new Date('-004712-01-02T00:00:00Z'),
    max: new Date('+275760-09-12T00:00:00Z'),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date('1880-01-01T00:00:00Z'),
    max: new Date('2040-01-01T00:00:00Z'),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date('-000002-01-01T00:00:00Z'),
    max: new Date('0102-01-01T00:00:00Z'),
    noInvalidDate: true,
  }),
);
const anyDay = anyDate.map((value) => new Date(Math.floor(value.getTime() / 86_400_000) * 86_400_000));
const anyJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }).map(
  // -0 is written as 0 by JSON itself.
  (value) => JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '')) as unknown,
);
// Short and long ones are read in different ways.
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 30, maxLength: 300 }));
const microseconds = fc
  .integer({ min: 1, max: 999_999 })
  .map((n) => `.${String(n).padStart(6, '0').replace(/0+$/, '')}`);
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const anyTime = fc.tuple(clock, fc.oneof(fc.constant(''), microseconds)).map((parts) => parts.join(''));
const day = anyDay.map((value) => dateAsDate.encode(value) as string);
const withInfinity = (value: Arbitrary<string>) => fc.oneof(value, fc.constantFrom('infinity', '-infinity'));
const anyTimestamp = fc
  .tuple(day, anyTime)
  .map(([d, t]) => (d.endsWith(' BC') ? `${d.slice(0, -3)} ${t} BC` : `${d} ${t}`));
const anyBox = fc
  .tuple(anyInt4, anyInt4, anyInt4, anyInt4)
  .map(([a, b, c, d]) => `(${Math.max(a, c)},${Math.max(b, d)}),(${Math.min(a, c)},${Math.min(b, d)})`);

/** Ranges as Postgres returns those of a continuous type: as they were, unless nothing is in them. */
function ranges<T>(bound: Arbitrary<T>, compare: (a: T, b: T) => number): Arbitrary<Range<T>> {
  const bounds = fc.tuple(fc.option(bound), fc.option(bound), fc.boolean(), fc.boolean());
  return bounds.map(([a, b, lowerInclusive, upperInclusive]) => {
    const [lower, upper] = a !== null && b !== null && compare(a, b) > 0 ? [b, a] : [a, b];
    const point = lower !== null && upper !== null && compare(lower, upper) === 0;
    if (point && !(lowerInclusive && upperInclusive)) {
      return { lower: null, upper: null, lowerInclusive: false, upperInclusive: false, empty: true };
    }
    return {
      lower,
      upper,
      lowerInclusive: lowerInclusive && lower !== null,
      upperInclusive: upperInclusive && upper !== null,
      empty: false,
    };
  });
}

/** Ranges as Postgres returns those of whole numbers: `[a,b)`. */
const int4Ranges: Arbitrary<Range<number>> = fc
  .tuple(fc.option(anyInt4), fc.option(anyInt4))
  .map(([a, b]): Range<number> => {
    const [lower, upper] = a !== null && b !== null && a > b ? [b, a] : [a, b];
    const empty = lower !== null && lower === upper;
    return empty
      ? { lower: null, upper: null, lowerInclusive: false, upperInclusive: false, empty }
      : { lower, upper, lowerInclusive: lower !== null, upperInclusive: false, empty };
  });
/** Whole-number ranges in order, apart from each other, and not empty: what a multirange can be. */
const int4Multiranges = fc.uniqueArray(anyInt4, { maxLength: 8 }).map((points) => {
  const sorted = points.sort((a, b) => a - b);
  const result: Range<number>[] = [];
  for (let i = 0; i + 1 < sorted.length; i += 2) {
    const [lower = 0, upper = 0] = [sorted[i], sorted[i + 1]];
    result.push({ lower, upper, lowerInclusive: true, upperInclusive: false, empty: false });
  }
  return result;
});

const innerPair = composite([
  ['label', text],
  ['numbers', arrayWithNulls(int4)],
]);
const everything = composite([
  ['name', text],
  ['amount', numeric],
  ['at', timestamptz],
  ['data', bytea],
  ['inner_value', innerPair],
  ['moods', arrayWithNulls(text)],
  ['body', json],
  ['span', range(int4)],
]);
// As JSON and most programs make objects.
const plain = { noNullPrototype: true } as const;
const anyInnerPair = fc.record(
  {
    label: fc.option(trickyText),
    numbers: fc.option(fc.array(fc.option(anyInt4), { maxLength: 4 })),
  },
  plain,
);
const anyEverything = fc.record(
  {
    name: fc.option(trickyText),
    amount: fc.option(anyNumeric),
    at: fc.option(anyDate),
    data: fc.option(anyBytes),
    inner_value: fc.option(anyInnerPair),
    moods: fc.option(fc.array(fc.option(labels), { maxLength: 4 })),
    // JSON's null and SQL's are both null in JavaScript.
    body: fc.option(anyJson),
    span: fc.option(int4Ranges),
  },
  plain,
);
/** Two dimensions: rows of one length, none empty. */
function matrix<T>(element: Arbitrary<T>): Arbitrary<T[][]> {
  return fc
    .integer({ min: 1, max: 3 })
    .chain((width) =>
      fc.array(fc.array(element, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 3 }),
    );
}
const list = <T>(element: Arbitrary<T>) => fc.array(element, { maxLength: 5 });

/** Through a class of Temporal, compared as ISO text: its values keep theirs where toStrictEqual does not look. */
function isoText<T>(codec: Codec<T>, Class: { from(text: string): T }): Codec<string> {
  return {
    decode: (sent) => String(codec.decode(sent)),
    encode: (value) => codec.encode(Class.from(value)),
  };
}
const anyInstant = anyDate.map((value) => Temporal.Instant.fromEpochMilliseconds(value.getTime()).toString());
const anyPlainDate = anyDate.map((value) =>
  Temporal.PlainDate.from(value.toISOString().slice(0, -14)).toString(),
);
const anyPlainDateTime = anyDate.map((value) =>
  Temporal.PlainDateTime.from(value.toISOString().slice(0, -1)).toString(),
);
// Hours, minutes and seconds are one number in Postgres, days and months others; weeks are days.
const duration = fc
  .tuple(
    fc.constantFrom(-1, 1),
    fc.nat(99),
    fc.nat(11),
    fc.nat(999),
    fc.nat(99),
    fc.nat(59),
    fc.nat(59),
    fc.nat(999),
  )
  .map(([sign, years, months, days, hours, minutes, seconds, milliseconds]) =>
    Temporal.Duration.from({
      years: sign * years,
      months: sign * months,
      days: sign * days,
      hours: sign * hours,
      minutes: sign * minutes,
      seconds: sign * seconds,
      milliseconds: sign * milliseconds,
    }).toString(),
  );

/** A class of a user's. */
class Box {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

interface RoundTrip {
  readonly type: string;
  readonly codec: string;
  /** Without a connection: over a fake, which returns what it was given. */
  check(db?: Connection, numRuns?: number): Promise<void>;
}

/** How many values of each type are sent. */
const allRuns = Number(process.env.NODRIFT_TEST_RUNS ?? 60);
/** To databases `npm test` sends a third of them, and `npm run test:all` all. */
const sentRuns = restOfTests ? allRuns : Math.ceil(allRuns / 3);

/** A value that is sent comes back the same, through the server's own reading and printing of the type. */
function roundTrip<T>(type: string, codecName: string, codec: Codec<T>, values: Arbitrary<T>): RoundTrip {
  const query = one<{ value: T }, { value: T }>({
    name: 'roundTrip',
    file,
    sql: `SELECT $1::${type} AS value`,
    params: [{ name: 'value', codec }],
    columns: [['value', codec]],
  });
  return {
    type,
    codec: codecName,
    check: (db = fakes({ query }).with({ query: ({ value }) => ({ value }) }), numRuns = allRuns) =>
      fc.assert(
        fc.asyncProperty(values, async (value) => {
          expect((await query(db, { value })).value).toStrictEqual(value);
        }),
        { numRuns },
      ),
  };
}

const roundTrips: readonly RoundTrip[] = [
  roundTrip('bool', 'bool', bool, fc.boolean()),
  roundTrip('int2', 'int2', int2, fc.integer({ min: -32768, max: 32767 })),
  roundTrip('int4', 'int4', int4, anyInt4),
  roundTrip('oid', 'oid', oid, fc.integer({ min: 0, max: 4294967295 })),
  roundTrip('int8', 'int8', int8, anyInt8),
  roundTrip('int8', 'int8AsNumber', int8AsNumber, fc.maxSafeInteger()),
  roundTrip('int8', 'int8AsString', int8AsString, anyInt8.map(String)),
  // Postgres prints the shortest digits that make the same float4; JavaScript has only its double.
  roundTrip(
    'float4',
    'float4',
    { ...float4, decode: (digits) => Math.fround(float4.decode(digits)) },
    fc.float(),
  ),
  roundTrip('float8', 'float8', float8, fc.double()),
  roundTrip('numeric', 'numeric', numeric, anyNumeric),
  roundTrip(
    'numeric',
    'custom(Decimal)',
    custom(Decimal),
    anyNumeric.map((value) => new Decimal(value)),
  ),
  roundTrip('text', 'text', text, trickyText),
  roundTrip('varchar', 'text', text, trickyText),
  roundTrip('mood', 'text', text, labels),
  roundTrip('uuid', 'uuid', uuid, fc.uuid()),
  // What has no codec of its own is the text that Postgres prints.
  ...Object.entries({
    money: ['$1,234.50', '-$0.01'],
    name: ['a"b', ''],
    'bpchar(3)': ['a  ', '   '],
    inet: ['127.0.0.1', '::1', '10.0.0.0/8'],
    cidr: ['10.0.0.0/8'],
    macaddr: ['08:00:2b:01:02:03'],
    tsvector: ["'a' 'b':1A", ''],
    tsquery: ["'a' & 'b'"],
    'bit(4)': ['0110'],
    varbit: ['', '10110'],
    point: ['(1.5,-2)', '(NaN,Infinity)'],
    path: ['((0,0),(1,1))', '[(0,0),(1,1)]'],
    pg_lsn: ['16/B374D848'],
    '"char"': ['x', ''],
    jsonpath: ['$."a"[*]'],
  }).flatMap(([type, values]) => [
    roundTrip(type, 'text', text, fc.constantFrom(...values)),
    roundTrip(`${type}[]`, 'array(text)', array(text), list(fc.constantFrom(...values))),
  ]),
  roundTrip('date', 'date', date, withInfinity(day)),
  roundTrip('date', 'dateAsDate', dateAsDate, anyDay),
  roundTrip('time', 'time', time, anyTime),
  roundTrip(
    'timetz',
    'timetz',
    timetz,
    anyTime.map((value) => `${value}+05:30`),
  ),
  roundTrip('timestamp', 'timestamp', timestamp, withInfinity(anyTimestamp)),
  roundTrip('timestamp', 'timestampAsDate', timestampAsDate, anyDate),
  roundTrip('timestamptz', 'timestamptz', timestamptz, anyDate),
  roundTrip(
    'timestamptz',
    'timestamptzAsString',
    timestamptzAsString,
    fc.constantFrom('infinity', '-infinity'),
  ),
  roundTrip(
    'interval',
    'interval',
    interval,
    fc.constantFrom('1 year 2 mons', '-3 days +04:05:06.7', '00:00:00'),
  ),
  roundTrip('timestamptz', 'temporal', isoText(temporal('Instant', Temporal), Temporal.Instant), anyInstant),
  roundTrip(
    'timestamp',
    'temporal',
    isoText(temporal('PlainDateTime', Temporal), Temporal.PlainDateTime),
    anyPlainDateTime,
  ),
  roundTrip('date', 'temporal', isoText(temporal('PlainDate', Temporal), Temporal.PlainDate), anyPlainDate),
  roundTrip('time', 'temporal', isoText(temporal('PlainTime', Temporal), Temporal.PlainTime), anyTime),
  roundTrip('interval', 'temporal', isoText(temporal('Duration', Temporal), Temporal.Duration), duration),
  roundTrip('bytea', 'bytea', bytea, anyBytes),
  roundTrip('json', 'json', json, anyJson as Arbitrary<never>),
  roundTrip('jsonb', 'json', json, anyJson as Arbitrary<never>),
  roundTrip('box', 'box', box, anyBox),
  roundTrip('text[]', 'array(text)', array(text), list(trickyText)),
  roundTrip('text[]', 'arrayWithNulls(text)', arrayWithNulls(text), list(fc.option(trickyText))),
  roundTrip(
    'text[][]',
    'array(text, 2)',
    array(text, 2),
    fc.oneof(fc.constant<string[][]>([]), matrix(trickyText)),
  ),
  roundTrip('text[][]', 'arrayWithNulls(text, 2)', arrayWithNulls(text, 2), matrix(fc.option(trickyText))),
  roundTrip(
    'int4[][][]',
    'array(int4, 3)',
    array(int4, 3),
    matrix(anyInt4).chain((rows) => fc.array(fc.constant(rows), { minLength: 1, maxLength: 3 })),
  ),
  roundTrip(
    'json[][]',
    'array(json, 2)',
    array(json, 2),
    matrix(anyJson.filter((v) => v !== null)) as Arbitrary<never>,
  ),
  roundTrip('number_list[]', 'array(array(int4))', array(array(int4)), list(list(anyInt4))),
  roundTrip('int4[]', 'array(int4)', array(int4), list(anyInt4)),
  roundTrip('int8[]', 'array(int8)', array(int8), list(anyInt8)),
  roundTrip('bool[]', 'arrayWithNulls(bool)', arrayWithNulls(bool), list(fc.option(fc.boolean()))),
  roundTrip('float8[]', 'array(float8)', array(float8), list(fc.double())),
  roundTrip('numeric[]', 'array(numeric)', array(numeric), list(anyNumeric)),
  roundTrip('timestamptz[]', 'array(timestamptz)', array(timestamptz), list(anyDate)),
  roundTrip('date[]', 'array(date)', array(date), list(day)),
  roundTrip('bytea[]', 'array(bytea)', array(bytea), list(anyBytes)),
  roundTrip(
    'json[]',
    'array(json)',
    array(json),
    list(anyJson.filter((v) => v !== null)) as Arbitrary<never>,
  ),
  roundTrip(
    'jsonb[]',
    'array(json)',
    array(json),
    list(anyJson.filter((v) => v !== null)) as Arbitrary<never>,
  ),
  roundTrip('mood[]', 'arrayWithNulls(text)', arrayWithNulls(text), list(fc.option(labels))),
  roundTrip('box[]', 'array(box)', array(box), list(anyBox)),
  roundTrip(
    'colons[]',
    'arrayWithNulls(delimited)',
    arrayWithNulls(delimited(text, ':')),
    list(fc.option(trickyText)),
  ),
  roundTrip('box[][]', 'array(box, 2)', array(box, 2), matrix(anyBox)),
  roundTrip(
    'box[]',
    'array(delimited(custom))',
    array(delimited(custom(Box), ';')),
    list(anyBox.map((it) => new Box(it))),
  ),
  roundTrip('inner_pair', 'composite', innerPair, anyInnerPair),
  roundTrip('everything', 'composite', everything, anyEverything),
  roundTrip(
    'everything[]',
    'arrayWithNulls(composite)',
    arrayWithNulls(everything),
    list(fc.option(anyEverything)),
  ),
  roundTrip(
    'lonely',
    'composite',
    composite([['single', text]]),
    fc.record({ single: fc.option(trickyText) }, plain),
  ),
  roundTrip('int4range', 'range(int4)', range(int4), int4Ranges),
  roundTrip('int4range[]', 'array(range(int4))', array(range(int4)), list(int4Ranges)),
  roundTrip(
    'numrange',
    'range(numeric)',
    range(numeric),
    ranges(fc.integer({ min: -99, max: 99 }).map(String), (a, b) => Number(a) - Number(b)),
  ),
  roundTrip(
    'tstzrange',
    'range(timestamptz)',
    range(timestamptz),
    ranges(anyDate, (a, b) => a.getTime() - b.getTime()),
  ),
  roundTrip(
    'textrange',
    'range(text)',
    range(text),
    ranges(
      fc.constantFrom('', '"', ')', ',', 'a', 'a"b', 'b\\c', 'z z').map((value) => `x${value}`),
      (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
    ),
  ),
  roundTrip('int4multirange', 'multirange(int4)', multirange(int4), int4Multiranges),
  roundTrip('int4multirange[]', 'array(multirange(int4))', array(multirange(int4)), list(int4Multiranges)),
];

describe.skipIf(restOfTests)('round trips over a fake', () => {
  for (const { type, codec, check } of roundTrips) {
    it(`${type} through ${codec}`, () => check());
  }
});

describe.each([
  ...(restOfTests ? majors : tested(majors)).map(
    (major) => [`Postgres ${major}`, () => openNative(major)] as const,
  ),
  ['Postgres 18 through postgres.js', () => openNativePostgresJs(18)],
  ['PGlite', openPglite],
] as const)('round trips on %s', (_, open) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
    await opened.run(types);
  });
  afterAll(() => opened.close());

  for (const { type, codec, check } of roundTrips) {
    it(`${type} through ${codec}`, () => check(opened.db, sentRuns));
  }

  it.each(['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Amsterdam', 'Pacific/Apia'])(
    'timestamptz in a session in %s',
    async (zone) => {
      await opened.run(`SET TimeZone = '${zone}'`);
      await roundTrip('timestamptz', 'timestamptz', timestamptz, anyDate).check(opened.db, sentRuns);
      await roundTrip('timestamptz[]', 'array(timestamptz)', array(timestamptz), list(anyDate)).check(
        opened.db,
        sentRuns,
      );
      await opened.run('RESET TimeZone');
    },
  );

  it('intervals in the style iso_8601', async () => {
    await opened.run('SET IntervalStyle = iso_8601');
    await roundTrips
      .find(({ type, codec }) => type === 'interval' && codec === 'temporal')
      ?.check(opened.db, sentRuns);
    await opened.run('RESET IntervalStyle');
  });

  it('bytea in the escape format', async () => {
    await opened.run("SET bytea_output = 'escape'");
    await roundTrip('bytea', 'bytea', bytea, anyBytes).check(opened.db, sentRuns);
    await roundTrip('bytea[]', 'array(bytea)', array(bytea), list(anyBytes)).check(opened.db, sentRuns);
    await opened.run('RESET bytea_output');
  });

  it.each(['German', 'SQL, DMY', 'Postgres'])('refuses times in DateStyle %s', async (style) => {
    await opened.run(`SET DateStyle = '${style}'`);
    const now = one<void, { now: Date }>({
      name: 'now',
      file,
      sql: 'SELECT now() AS now',
      params: [],
      columns: [['now', timestamptz]],
    });
    await expect(now(opened.db)).rejects.toThrow(/column "now": not a time in ISO style; set "DateStyle"/);
    await opened.run('RESET DateStyle');
  });
});
