import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, vi } from 'vitest';
import {
  array,
  arrayWithNulls,
  bool,
  bytea,
  composite,
  date,
  dateAsDate,
  int4,
  int8,
  int8AsNumber,
  int8AsString,
  json,
  multirange,
  range,
  record,
  temporal,
  text,
  timestampAsDate,
  timestamptz,
} from '../../src/runtime/index.ts';

describe('the text that Postgres sends', () => {
  it.each([
    ['2024-02-29 12:30:15.25+00', '2024-02-29T12:30:15.250Z'],
    ['2024-02-29 12:30:15+05:30', '2024-02-29T07:00:15.000Z'],
    ['2024-02-29 12:30:15-03:30', '2024-02-29T16:00:15.000Z'],
    // Local mean time, as before 1937 in Amsterdam.
    ['1937-05-01 00:00:00+00:19:32', '1937-04-30T23:40:28.000Z'],
    // Digits beyond a Date's milliseconds are cut, also before 1970.
    ['2024-02-29 12:30:15.999999+00', '2024-02-29T12:30:15.999Z'],
    ['1969-12-31 23:59:59.999999+00', '1969-12-31T23:59:59.999Z'],
    ['12024-01-01 00:00:00+00', '+012024-01-01T00:00:00.000Z'],
    ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
    ['0001-01-01 00:00:00+00 BC', '0000-01-01T00:00:00.000Z'],
    ['0099-01-01 00:00:00+00', '0099-01-01T00:00:00.000Z'],
  ])('reads timestamptz %s', (sent, expected) => {
    expect(timestamptz.decode(sent).toISOString()).toBe(expected);
  });

  it.each([
    ['infinity', /^infinity is a time that no Date/],
    ['-infinity', /^infinity is a time that no Date/],
    ['294276-12-31 23:59:59+00', /^a time that no Date can hold/],
    ['29.02.2024 12:30:15 UTC', /DateStyle/],
    ['02/29/2024 12:30:15 UTC', /DateStyle/],
    ['Thu Feb 29 12:30:15 2024 UTC', /DateStyle/],
    ['02-29-2024', /DateStyle/],
    ['2024-02-29 12:30', /DateStyle/],
    ['2024-02-29 12:30:15 UTC', /DateStyle/],
    ['2024-0x-29', /DateStyle/],
    ['', /DateStyle/],
  ])('refuses timestamptz "%s"', (sent, reason) => {
    expect(() => timestamptz.decode(sent)).toThrow(reason);
  });

  it('reads dates and timestamps as UTC', () => {
    expect(dateAsDate.decode('2024-02-29')).toEqual(new Date('2024-02-29T00:00:00Z'));
    expect(timestampAsDate.decode('2024-02-29 23:00:00.5')).toEqual(new Date('2024-02-29T23:00:00.500Z'));
    expect(date.decode('infinity')).toBe('infinity');
  });

  it('reads arrays of any dimension, with whatever lower bounds', () => {
    expect(array(int4).decode('{}')).toEqual([]);
    expect(array(int4, 2).decode('{}')).toEqual([]);
    expect(array(int4, 2).decode('{{1,2},{3,4}}')).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(arrayWithNulls(int4, 3).decode('{{{1},{NULL}}}')).toEqual([[[1], [null]]]);
    expect(array(int4).decode('[0:2]={1,2,3}')).toEqual([1, 2, 3]);
    expect(array(int4, 2).decode('[0:0][-1:0]={{1,2}}')).toEqual([[1, 2]]);
    expect(array(array(int4)).decode('{"{1,2}","{}"}')).toEqual([[1, 2], []]);
    expect(arrayWithNulls(text).decode('{NULL,"NULL",null,"","a\\"b\\\\c",d e}')).toEqual([
      null,
      'NULL',
      'null',
      '',
      'a"b\\c',
      'd e',
    ]);
    expect(array(text).decode('{"={1}"}')).toEqual(['={1}']);
  });

  it('reads and writes arrays that may have several numbers of dimensions', () => {
    const either = array(text, 1, 3);
    expect(either.decode('{}')).toEqual([]);
    expect(either.decode('{"{a}"}')).toEqual(['{a}']);
    expect(either.decode('[0:0][1:1][1:1]={{{a}}}')).toEqual([[['a']]]);
    expect(() => either.decode('{{a}}')).toThrow(/^an array of another number of dimensions/);
    expect(() => arrayWithNulls(text, 1, 3).decode('{{NULL}}')).toThrow(
      /^an array of another number of dimensions/,
    );
    expect(either.encode([])).toBe('{}');
    expect(either.encode(['a'])).toBe('{"a"}');
    expect(either.encode([[['a']]])).toBe('{{{"a"}}}');
  });

  it.each([
    [1, '{{1}}'],
    [1, '{{"1"}}'],
    [2, '{1}'],
    [2, '{"1"}'],
    [2, '{NULL}'],
    [2, '{{{1}}}'],
    [3, '{{1}}'],
  ] as const)('refuses an array that does not have %i dimensions: %s', (dimensions, sent) => {
    expect(() => array(text, dimensions).decode(sent)).toThrow(/^an array of another number of dimensions/);
    expect(() => arrayWithNulls(text, dimensions).decode(sent)).toThrow(
      /^an array of another number of dimensions/,
    );
  });

  it('refuses a null where an array has none', () => {
    expect(() => array(int4).decode('{1,NULL}')).toThrow(/^an element is null/);
  });

  it.each(['', '1', '{', '{1', '{"1', '{1}}', '{1}x', '[0:1]', 'x={1}{', '{"a\\'])(
    'refuses the array "%s"',
    (sent) => {
      expect(() => array(text).decode(sent)).toThrow(/^not an array$/);
    },
  );

  it('reads composites and records', () => {
    const pair = composite([
      ['a', text],
      ['b', int4],
    ]);
    expect(pair.decode('("x ""y"" \\\\z",1)')).toEqual({ a: 'x "y" \\z', b: 1 });
    expect(pair.decode('(,)')).toEqual({ a: null, b: null });
    expect(pair.decode('("",)')).toEqual({ a: '', b: null });
    expect(composite([]).decode('()')).toEqual({});
    expect(record.decode('(1,,"","(2,""3"")")')).toEqual(['1', null, '', '(2,"3")']);
    expect(() => pair.decode('(1,2,3)')).toThrow(/other fields/);
    expect(() => pair.decode('1,2')).toThrow(/^not a composite$/);
    expect(() => pair.decode('("1,2)')).toThrow(/ends too early/);
  });

  it('keeps a composite field named __proto__', () => {
    const value = composite([['__proto__', text]]).decode('(x)');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('reads ranges and multiranges', () => {
    expect(range(text).decode('(,"a""b")')).toEqual({
      lower: null,
      upper: 'a"b',
      lowerInclusive: false,
      upperInclusive: false,
      empty: false,
    });
    expect(range(int4).decode('empty').empty).toBe(true);
    expect(multirange(int4).decode('{}')).toEqual([]);
    expect(
      multirange(int4)
        .decode('{[1,3),[5,)}')
        .map(({ lower, upper }) => [lower, upper]),
    ).toEqual([
      [1, 3],
      [5, null],
    ]);
    expect(() => range(int4).decode('1,2')).toThrow(/^not a range$/);
    expect(() => range(int4).decode('[1,2)x')).toThrow(/^not a range$/);
    expect(() => multirange(int4).decode('{1}')).toThrow(/^not a range$/);
  });

  it('reads intervals, and refuses what no Duration can hold', () => {
    const duration = (sent: string) => temporal('Duration', Temporal).decode(sent).toString();
    expect(duration('1 year 2 mons 3 days')).toBe('P1Y2M3D');
    expect(duration('-1 years -2 mons -3 days -04:05:06.7')).toBe('-P1Y2M3DT4H5M6.7S');
    expect(duration('00:00:00')).toBe('PT0S');
    expect(duration('100:00:00.000001')).toBe('PT100H0.000001S');
    expect(() => duration('1 mon -3 days')).toThrow(/different signs/);
    expect(() => duration('-1 days +02:03:00')).toThrow(/different signs/);
    expect(duration('P1Y2M3DT4H5M6.7S')).toBe('P1Y2M3DT4H5M6.7S');
    expect(duration('P-1Y-2M-3DT-4H')).toBe('-P1Y2M3DT4H');
    expect(duration('PT0S')).toBe('PT0S');
    expect(() => duration('P1Y-2M')).toThrow(/different signs/);
    expect(() => duration('@ 1 year')).toThrow(/IntervalStyle/);
    expect(() => duration('1-2 3 4:05:06')).toThrow(/IntervalStyle/);
    expect(() => duration('infinity')).toThrow(/^an infinite time/);
    expect(() => temporal('PlainDate', Temporal).decode('infinity')).toThrow(/^an infinite time/);
  });

  it('takes the global Temporal where none is given, at first use', () => {
    vi.stubGlobal('Temporal', undefined);
    const codec = temporal('Instant');
    expect(() => codec.decode('2024-01-01 00:00:00+00')).toThrow(/^Temporal is not available/);
    vi.stubGlobal('Temporal', Temporal);
    expect(codec.decode('2024-01-01 00:00:00+00')).toBeInstanceOf(Temporal.Instant);
    vi.unstubAllGlobals();
  });

  it('reads both formats of bytea into a plain Uint8Array', () => {
    expect(bytea.decode('\\x00ff27')).toStrictEqual(Uint8Array.of(0, 255, 39));
    expect(bytea.decode("\\000\\377'a\\\\")).toStrictEqual(Uint8Array.of(0, 255, 39, 97, 92));
    expect(bytea.decode('\\x')).toStrictEqual(new Uint8Array());
    expect(() => bytea.decode('\\xzz')).toThrow(/^not a bytea$/);
    const long = bytea.decode(`\\x${'00ff27'.repeat(100)}`);
    expect(long).toStrictEqual(Uint8Array.from({ length: 300 }, (_, i) => [0, 255, 39][i % 3] ?? 0));
    expect(long.buffer.byteLength).toBe(300);
    expect(() => bytea.decode(`\\x${'00'.repeat(100)}zz`)).toThrow(/^not a bytea$/);
    expect(array(bytea).encode([long.subarray(0, 33)])).toBe(`{"\\\\x${'00ff27'.repeat(11)}"}`);
  });

  it('refuses what is not a boolean and no number', () => {
    expect(() => bool.decode('yes')).toThrow(/^not a boolean$/);
    expect(() => int4.decode('one')).toThrow(/^not a number$/);
    expect(() => int8.decode('one')).toThrow();
  });
});

describe('the text that is sent to Postgres', () => {
  it('never rounds', () => {
    expect(() => int8AsNumber.decode('9007199254740993')).toThrow(/not a safe integer/);
    expect(() => int8AsNumber.encode(2 ** 53)).toThrow(/not a safe integer/);
    expect(() => int8AsNumber.encode(1.5)).toThrow(/not a safe integer/);
  });

  it.each([int8, int8AsNumber, int8AsString])('int8 parameters are any exact integer', ({ encode }) => {
    // As generated modules type parameters.
    const encodeAny: (value: never) => unknown = encode;
    const encoded = (value: unknown) => encodeAny(value as never);
    expect(encoded(10)).toBe('10');
    expect(encoded(-(2 ** 53) + 1)).toBe('-9007199254740991');
    expect(encoded(2n ** 62n)).toBe('4611686018427387904');
    for (const value of [2 ** 53, 1.5, Number.NaN, Infinity])
      expect(() => encoded(value)).toThrow(/not a safe integer/);
    for (const value of [{}, new Date(0)]) expect(() => encoded(value)).toThrow('not a string');
  });

  it('has years as Postgres writes them', () => {
    expect(timestamptz.encode(new Date('-000043-03-15T12:00:00Z'))).toBe('0044-03-15T12:00:00.000Z BC');
    expect(timestamptz.encode(new Date('0000-03-15T12:00:00Z'))).toBe('0001-03-15T12:00:00.000Z BC');
    expect(timestamptz.encode(new Date('+012024-01-01T00:00:00Z'))).toBe('12024-01-01T00:00:00.000Z');
    expect(dateAsDate.encode(new Date('-000043-03-15T12:00:00Z'))).toBe('0044-03-15 BC');
    expect(() => timestamptz.encode(new Date(Number.NaN))).toThrow(/^an invalid Date$/);
  });

  it('is JSON or an error', () => {
    expect(json.encode({ a: undefined, b: [null] })).toBe('{"b":[null]}');
    expect(() => json.encode((() => 1) as never)).toThrow(/^not a JSON value$/);
  });

  it('quotes whatever is inside another value', () => {
    expect(arrayWithNulls(text).encode(['a"b\\', null, ''])).toBe('{"a\\"b\\\\",NULL,""}');
    expect(array(json).encode([[1, 2], { a: '"' }])).toBe('{"[1,2]","{\\"a\\":\\"\\\\\\"\\"}"}');
    expect(array(array(int4)).encode([[1, 2], []])).toBe('{"{\\"1\\",\\"2\\"}","{}"}');
    expect(array(int4, 2).encode([[1, 2]])).toBe('{{"1","2"}}');
    expect(array(int4, 2).encode([])).toBe('{}');
  });

  it('is refused where a value without types would become something else', () => {
    expect(() => bool.encode('false' as never)).toThrow(/^not a boolean$/);
    expect(() => text.encode({ a: 1 } as never)).toThrow(/^not a string$/);
    expect(() => text.encode(new Date(0) as never)).toThrow(/^not a string$/);
    expect(text.encode(12n as never)).toBe('12');
  });

  it('has what getters of a class return, and nothing for a bound that is omitted', () => {
    class Point {
      get x(): number {
        return 1;
      }
    }
    expect(
      composite([
        ['x', int4],
        ['constructor', int4],
      ]).encode(new Point() as never),
    ).toBe('("1",)');
    const rest = { lowerInclusive: true, upperInclusive: false, empty: false };
    expect(range(text).encode({ lower: 'a', ...rest } as never)).toBe('["a",)');
  });

  it('refuses to write an array of other dimensions', () => {
    const refusal = /^an array of another number of dimensions/;
    expect(() => array(text).encode([['a']] as never)).toThrow(refusal);
    expect(() => array(text, 2).encode(['a'] as never)).toThrow(refusal);
    expect(() => arrayWithNulls(text, 2).encode([null] as never)).toThrow(refusal);
    expect(() => array(text, 2).encode([[['a']]] as never)).toThrow(refusal);
    expect(() => array(text, 1, 3).encode([['a']] as never)).toThrow(refusal);
    expect(record.encode(['a"b\\', null, ''])).toBe('("a""b\\\\",,"")');
  });
});
