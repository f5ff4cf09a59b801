import { describe, expect, it } from 'vitest';
import type { PgType, Value } from '../../src/analysis/type.ts';
import { printModules } from '../../src/codegen/print.ts';
import { type Diagnostic, Failure } from '../../src/diagnostic.ts';
import type { Config } from '../../src/project/config.ts';
import {
  array,
  base,
  column,
  composite,
  config,
  domain,
  enumType,
  query,
  range,
  value,
} from './support/build.ts';
import { parseModule } from './support/parse.ts';
import { text } from './support/sample.ts';

const source = { schema: 'public', table: 'jobs', column: 'c' };

function print(type: PgType | Value, known: Partial<Config>) {
  const queries = [
    query({ name: 'q', sql: ':p', params: { p: type }, columns: [column('c', type, { source })] }),
  ];
  const { modules } = printModules({
    config: config(known),
    files: [{ file: 'a.sql', output: '/app/deep/er/a.ts', queries }],
  });
  const module = modules[0]?.text ?? '';
  const { interfaces } = parseModule(module);
  return {
    parameter: (interfaces.get('QParams') ?? interfaces.get('IQParams'))?.[0]?.type,
    result: (interfaces.get('QRow') ?? interfaces.get('IQResult'))?.[0]?.type,
    codecs: [
      /codec: (.*?) \}/.exec(oneLine(module))?.[1],
      /columns: \[\['c', ?(.*), ?0\]\]/.exec(oneLine(module))?.[1],
    ],
    imports: module
      .split('\n')
      .filter((line) => /^import .* from '(?!nodrift-runtime|@pgtyped\/)/.test(line)),
  };
}

function oneLine(module: string): string {
  return module
    .replaceAll('/* @__PURE__ */ ', '')
    .replace(/,?\s*\n\s*(?=[\])}])/g, '')
    .replace(/\s*\n\s*/g, '');
}

/** What the user is told. */
function refused(type: PgType, known: Partial<Config>): Diagnostic | undefined {
  try {
    print(type, known);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).toBe(2);
    return error.diagnostics[0];
  }
  throw new Error('nothing was refused');
}

describe('types', () => {
  it.each([
    ['number', 'number | bigint', 'int8AsNumber'],
    ['string', 'string | bigint | number', 'int8AsString'],
    ['bigint', 'bigint | number', 'int8'],
  ])('int8: %s, and parameters take any integer', (word, parameter, codec) => {
    expect(print(base('int8'), { types: { int8: word } })).toEqual({
      parameter,
      result: word,
      codecs: [codec, codec],
      imports: [],
    });
  });

  it.each([
    ['date', 'Date', 'Date', 'dateAsDate'],
    ['timestamp', 'Date', 'Date', 'timestampAsDate'],
    ['timestamptz', 'string', 'string', 'timestamptzAsString'],
    ['float8', 'string', 'string', 'text'],
    ['jsonb', 'string', 'string', 'text'],
    ['jsonb', 'unknown', 'unknown', 'json'],
    ['jsonb', 'Record<string, number>', 'Record<string, number>', 'json'],
  ])('%s: %s', (name, word, type, codec) => {
    expect(print(base(name), { types: { [name]: word } })).toEqual({
      parameter: type,
      result: type,
      codecs: [codec, codec],
      imports: [],
    });
  });

  it('are made by a class', () => {
    const made = { parameter: 'Decimal', result: 'Decimal', codecs: ['custom(Decimal)', 'custom(Decimal)'] };
    expect(print(base('numeric'), { types: { numeric: 'decimal.js#Decimal' } })).toEqual({
      ...made,
      imports: ["import { Decimal } from 'decimal.js';"],
    });
    expect(print(base('numeric'), { types: { decimal: 'decimal.js as Decimal' } })).toEqual({
      ...made,
      imports: ["import Decimal from 'decimal.js';"],
    });
    expect(print(base('numeric'), { types: { 'pg_catalog.numeric': './lib/dec.js#D as Decimal' } })).toEqual({
      ...made,
      imports: ["import { D as Decimal } from '../../lib/dec.js';"],
    });
  });

  it('of JSON are taken at their word', () => {
    expect(print(base('jsonb'), { types: { jsonb: '../shared/json.js#Doc' } })).toEqual({
      parameter: 'Doc',
      result: 'Doc',
      codecs: ['json', 'json'],
      imports: ["import type { Doc } from '../../../shared/json.js';"],
    });
  });

  it('of a column go before those of its type', () => {
    const types = { 'public.jobs.c': './a.js#Own', jsonb: './a.js#Any' };
    expect(print(base('jsonb'), { types })).toMatchObject({ parameter: 'Any', result: 'Own' });
  });

  it('of what an array has in it, a domain over it or a range between it', () => {
    const types = { numeric: 'decimal.js#Decimal' };
    expect(print(array(base('numeric')), { types })).toMatchObject({
      result: '(Decimal | null)[]',
      codecs: ['arrayWithNulls(custom(Decimal))', 'arrayWithNulls(custom(Decimal))'],
    });
    expect(print(domain('price', base('numeric')), { types })).toMatchObject({ result: 'Decimal' });
    expect(print(range('numrange', base('numeric')), { types })).toMatchObject({ result: 'Range<Decimal>' });
    const own = { 'public.jobs.c': './tag.js#Tag' };
    expect(print(domain('tags', array(text)), { types: own })).toMatchObject({ result: '(Tag | null)[]' });
  });

  it.each([
    ['timestamptz', 'Instant'],
    ['timestamp', 'PlainDateTime'],
    ['date', 'PlainDate'],
    ['time', 'PlainTime'],
    ['interval', 'Duration'],
  ])('have %s as a Temporal.%s', (name, word) => {
    const type = `Temporal.${word}`;
    expect(print(base(name), { types: { [name]: type } })).toEqual({
      parameter: type,
      result: type,
      codecs: [`temporal('${word}')`, `temporal('${word}')`],
      imports: [],
    });
    expect(print(base(name), { types: { [name]: `temporal-polyfill#${type}` } })).toEqual({
      parameter: type,
      result: type,
      codecs: [`temporal('${word}', Temporal)`, `temporal('${word}', Temporal)`],
      imports: ["import { Temporal } from 'temporal-polyfill';"],
    });
  });

  it.each(['Temporal.Instant', 'temporal-polyfill#Temporal.Instant', 'a.js#Temporal', 'a.js#Temporal.X'])(
    'do not have a date as %s',
    (wanted) => {
      expect(refused(base('date'), { types: { date: wanted } })).toMatchObject({
        message: `types["date"]: "${wanted}": nodrift-runtime cannot make that type from date.`,
        hint: expect.stringContaining('Possible types: string, Date, Temporal.PlainDate, or '),
      });
    },
  );

  it('are not of two Temporals', () => {
    const types = { date: 'Temporal.PlainDate', time: 'temporal-polyfill#Temporal.PlainTime' };
    expect(refused(base('date'), { types })?.message).toMatch(/^types: both the global Temporal and/);
  });

  it('can be members of what a module exports', () => {
    expect(print(base('numeric'), { types: { numeric: './lib.js#money.Amount' } })).toMatchObject({
      result: 'money.Amount',
      codecs: ['custom(money.Amount)', 'custom(money.Amount)'],
      imports: ["import { money } from '../../lib.js';"],
    });
    expect(print(base('json'), { types: { json: './lib.js#api.Doc' } })).toMatchObject({
      result: 'api.Doc',
      imports: ["import type { api } from '../../lib.js';"],
    });
  });

  it('say how many dimensions an array has', () => {
    const column = (wanted: string, type: PgType | Value = array(base('int8'))) =>
      print(type, { types: { 'public.jobs.c': wanted, numeric: 'decimal.js#Decimal' } });
    const never = { type: array(base('int8')), nullable: false, elementsNullable: false };
    expect(column('[][]')).toMatchObject({
      result: '(bigint | null)[][]',
      codecs: ['arrayWithNulls(int8)', 'arrayWithNulls(int8, 2)'],
    });
    expect(column('[][]', { ...never, dimensions: [3] })).toMatchObject({
      result: 'bigint[][][]',
      codecs: ['array(int8, 3)', 'array(int8, 3)'],
    });
    expect(column('number', { ...never, dimensions: [1, 2] })).toMatchObject({
      result: 'number[] | number[][]',
      codecs: ['array(int8, 1, 2)', 'array(int8AsNumber, 1, 2)'],
    });
    expect(column('number[][][]', never)).toMatchObject({
      result: 'number[][][]',
      codecs: ['array(int8)', 'array(int8AsNumber, 3)'],
    });
    expect(column('number[]', never)).toMatchObject({
      result: 'number[]',
      codecs: ['array(int8)', 'array(int8AsNumber)'],
    });
    expect(column('[][]', array(base('numeric')))).toMatchObject({
      result: '(Decimal | null)[][]',
      codecs: ['arrayWithNulls(custom(Decimal))', 'arrayWithNulls(custom(Decimal), 2)'],
    });
    expect(column('./tag.js#Tag[][]', array(text))).toMatchObject({ result: '(Tag | null)[][]' });
    expect(column('[][]', domain('grid', array(text)))).toMatchObject({ result: '(string | null)[][]' });
    expect(print(domain('grid', array(text)), { types: { grid: '[][]' } })).toMatchObject({
      parameter: 'readonly (readonly (string | null)[])[]',
      result: '(string | null)[][]',
      codecs: ['arrayWithNulls(text, 2)', 'arrayWithNulls(text, 2)'],
    });
    expect(print(array(domain('grid', array(text))), { types: { grid: '[][]' } })).toMatchObject({
      result: '((string | null)[][] | null)[]',
      codecs: ['arrayWithNulls(arrayWithNulls(text, 2))', 'arrayWithNulls(arrayWithNulls(text, 2))'],
    });
  });

  it('keep what is between the elements of an array', () => {
    const box: PgType = { kind: 'base', schema: 'pg_catalog', name: 'box', delimiter: ';' };
    const geometry: PgType = { kind: 'base', schema: 'public', name: 'geometry', delimiter: ':' };
    expect(print(array(box), {}).codecs[1]).toBe('arrayWithNulls(box)');
    expect(print(array(box), { types: { box: './box.js#Box' } }).codecs[1]).toBe(
      "arrayWithNulls(delimited(custom(Box), ';'))",
    );
    expect(print(array(geometry), {}).codecs[1]).toBe("arrayWithNulls(delimited(text, ':'))");
    expect(print(geometry, {}).codecs[1]).toBe('text');
    expect(print(array(domain('place', geometry)), {}).codecs[1]).toBe(
      "arrayWithNulls(delimited(text, ':'))",
    );
  });

  it('with brackets are refused for what is not an array, and beyond what Postgres has', () => {
    expect(refused(base('int8'), { types: { int8: 'bigint[]' } })?.message).toBe(
      'types["int8"]: "bigint[]": nodrift-runtime cannot make that type from int8.',
    );
    expect(refused(base('jsonb'), { types: { jsonb: '[]' } })?.message).toMatch(
      /cannot make that type from jsonb/,
    );
    expect(refused(base('numeric'), { types: { numeric: 'decimal.js#Decimal[]' } })?.message).toMatch(
      /cannot make that type from numeric/,
    );
    const column = { types: { 'public.jobs.c': `[][][][][][][]` } };
    expect(refused(array(text), column)).toMatchObject({
      message: 'types["public.jobs.c"]: "[][][][][][][]": PostgreSQL arrays have at most 6 dimensions.',
    });
  });

  it('with brackets of JSON are arrays in it', () => {
    expect(print(base('jsonb'), { types: { jsonb: './a.js#Doc[]' } })).toMatchObject({
      result: 'Doc[]',
      codecs: ['json', 'json'],
    });
    expect(print(base('jsonb'), { types: { jsonb: 'string[][]' } })).toMatchObject({ result: 'string[][]' });
  });

  it('of named types of any kind', () => {
    const types = {
      'public.address': './a.js#Address',
      status: 'string',
      'other.price': 'decimal.js#Decimal',
    };
    expect(print(composite('address', { street: text }), { types })).toMatchObject({ result: 'Address' });
    expect(print(composite('address', { street: text }, 'x'), { types })).toMatchObject({
      result: 'Address',
    });
    expect(print(enumType('status', ['a']), { types })).toMatchObject({ result: 'string' });
    expect(print(domain('price', base('numeric'), null, 'other'), { types })).toMatchObject({
      result: 'Decimal',
    });
    expect(print(domain('price', base('numeric')), { types })).toMatchObject({ result: 'string' });
  });

  it('that nothing can decode to are refused', () => {
    const text = '{ "nodrift": {\n  "types": { "numeric": "number" } } }';
    expect(refused(base('numeric'), { types: { numeric: 'number' }, text })).toEqual({
      file: 'pgtyped.config.json',
      code: 'ND1012',
      line: 2,
      column: 14,
      sqlstate: null,
      excerpt: '  "types": { "numeric": "number" } } }',
      message: 'types["numeric"]: "number": nodrift-runtime cannot make that type from numeric.',
      hint: 'Possible types: string, or "module#Class": a class whose constructor accepts PostgreSQL\'s text, and whose toString() returns it.',
    });
    expect(refused(base('int8'), { types: { 'public.jobs.c': 'Date' } })).toMatchObject({
      message: 'types["public.jobs.c"]: "Date": nodrift-runtime cannot make that type from int8.',
      hint: expect.stringContaining('Possible types: bigint, number, string, or '),
    });
    expect(refused(enumType('status', ['a']), { types: { status: 'number' } })?.message).toContain('status');
  });

  it.each([
    '#Decimal',
    'decimal.js#',
    './a.js',
    'a#b-c',
    'a#b.c.d',
    'a#b.',
    'a#.b',
    'a.js#default',
    'a\nb',
    'a // b',
    '',
  ])('such as %j are refused', (wanted) => {
    expect(refused(base('json'), { types: { json: wanted } })?.message).toMatch(
      /^types\["json"\]: ".*" (does not name an export of a module|is not a TypeScript type)\.$/,
    );
  });
});

describe('typesOverrides', () => {
  it('are kept by a codec, each side by its own', () => {
    const typesOverrides = { int8: { parameter: 'number', return: 'string' } };
    expect(print(base('int8'), { typesOverrides })).toMatchObject({
      parameter: 'number | bigint',
      result: 'string',
      codecs: ['int8AsNumber', 'int8AsString'],
    });
    expect(print(base('int8'), { typesOverrides: { int8: { return: 'number' } } })).toMatchObject({
      parameter: 'bigint | number',
      result: 'number',
    });
  });

  it('go behind types', () => {
    const typesOverrides = { int8: { return: 'number' } };
    expect(print(base('int8'), { typesOverrides, types: { int8: 'string' } })).toMatchObject({
      result: 'string',
    });
  });

  it('that no codec keeps are refused', () => {
    expect(
      refused(base('int8'), { typesOverrides: { int8: { parameter: 'number | string' } } }),
    ).toMatchObject({
      message: 'typesOverrides["int8"]: "number | string": nodrift-runtime cannot make that type from int8.',
    });
  });

  it("are PgTyped's affair with its runtime", () => {
    const known: Partial<Config> = {
      runtime: '@pgtyped/runtime',
      typesOverrides: {
        int8: { parameter: 'number | string', return: 'bigint' },
        numeric: { parameter: './dec.js#Dec as Decimal', return: './dec.js#Dec as Decimal' },
        job_status: { parameter: 'Status', return: 'Status' },
      },
    };
    expect(print(base('int8'), known)).toMatchObject({
      parameter: 'number | string | null | void',
      result: 'bigint',
    });
    expect(print(base('numeric'), known)).toMatchObject({
      result: 'Decimal',
      imports: ["import type { Dec as Decimal } from '../../dec.js';"],
    });
    expect(
      print(value({ type: array(base('numeric')), nullable: false, elementsNullable: false }), known),
    ).toMatchObject({
      result: 'DecimalArray',
      parameter: 'DecimalArray | null | void',
    });
    expect(print(enumType('job_status', ['a']), known)).toMatchObject({ result: 'Status' });
  });
});

describe("types with PgTyped's runtime", () => {
  const runtime = '@pgtyped/runtime';

  it('see what is below a domain in results, as PgTyped does', () => {
    const price = domain('price', base('numeric'));
    const typesOverrides = { price: { parameter: 'Price', return: 'Price' }, numeric: { return: 'Decimal' } };
    expect(print(price, { runtime, typesOverrides })).toMatchObject({
      parameter: 'Price | null | void',
      result: 'Decimal',
    });
    expect(
      print(domain('doc', base('jsonb')), { runtime, types: { 'public.jobs.c': './json.js#Doc' } }),
    ).toMatchObject({ result: 'Doc' });
  });

  it('of JSON are taken at their word', () => {
    const types = { 'public.jobs.c': './json.js#Doc' };
    expect(print(base('jsonb'), { runtime, types })).toMatchObject({
      result: 'Doc',
      imports: ["import type { Doc } from '../../json.js';"],
    });
  });

  it('are refused where pg returns something else', () => {
    expect(print(base('date'), { runtime, types: { date: 'Date' } })).toMatchObject({ result: 'Date' });
    expect(refused(base('numeric'), { runtime, types: { numeric: 'decimal.js#Decimal' } })).toMatchObject({
      message:
        'types["numeric"]: "decimal.js#Decimal": @pgtyped/runtime leaves decoding to pg, which returns string.',
      hint: 'Use "typesOverrides" and give pg a parser for the type, or nodrift\'s own runtime.',
    });
  });
});
