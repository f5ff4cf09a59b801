import pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { JsonShape, PgType } from '../../src/analysis/type.ts';
import { fieldFit, parameterFit, pgFit, resultFit } from '../../src/impact/queries/compatibility.ts';
import { jsonFit, jsonFits } from '../../src/impact/queries/json-fit.ts';
import { shrinks } from '../../src/impact/rules/modifier.ts';
import { columnCheck } from '../../src/runtime/described.ts';
import {
  bool,
  date,
  int4,
  int8,
  numeric,
  StaleQueryError,
  text,
  timestamptz,
} from '../../src/runtime/index.ts';

const base = (name: string): PgType => ({ kind: 'base', schema: 'pg_catalog', name });
const list = (element: PgType): PgType => ({ kind: 'array', element });
const range = (name: string, subtype: string): PgType => ({
  kind: 'range',
  schema: 'pg_catalog',
  name,
  subtype: base(subtype),
});
const mood = (...labels: readonly string[]): PgType => ({
  kind: 'enum',
  schema: 'public',
  name: 'mood',
  labels,
});
const domain = (of: PgType): PgType => ({
  kind: 'domain',
  schema: 'public',
  name: 'd',
  base: of,
  notNull: false,
  literals: null,
});
const pair = (...names: readonly string[]): PgType => ({
  kind: 'composite',
  schema: 'public',
  name: 'pair',
  fields: names.map((name) => ({ name, value: { type: base('text'), nullable: true } })),
});

test.each<readonly [before: PgType, after: PgType, result: string | null, parameter: string | null]>([
  [base('text'), base('text'), null, null],
  [base('text'), base('varchar'), 'compatible', 'compatible'],
  [base('json'), base('jsonb'), 'compatible', 'compatible'],
  [base('int4'), base('int8'), 'may break', 'compatible'],
  [base('int8'), base('int4'), 'compatible', 'breaks'],
  [base('int8'), base('numeric'), 'breaks', 'compatible'],
  [base('numeric'), base('int8'), 'compatible', 'breaks'],
  [base('int4'), base('float8'), 'breaks', 'may break'],
  [base('float8'), base('float4'), 'compatible', 'may break'],
  [base('text'), base('int4'), 'breaks', 'breaks'],
  [base('text'), { kind: 'base', schema: 'public', name: 'ltree' }, 'may break', 'breaks'],
  [range('int8range', 'int8'), range('int4range', 'int4'), 'breaks', 'breaks'],
  [base('int4'), base('text'), 'breaks', 'compatible'],
  [base('bool'), base('int4'), 'breaks', 'breaks'],
  [base('date'), base('timestamptz'), 'breaks', 'compatible'],
  [base('timestamptz'), base('timestamp'), 'breaks', 'may break'],
  [list(base('int4')), list(base('int8')), 'may break', 'compatible'],
  [list(base('int4')), base('int4'), 'breaks', 'breaks'],
  [mood('a', 'b'), mood('a', 'b', 'c'), 'may break', 'compatible'],
  [mood('a', 'b'), mood('a'), 'compatible', 'breaks'],
  [mood('a'), base('text'), 'may break', 'compatible'],
  [base('text'), mood('a'), 'compatible', 'breaks'],
  [mood('a'), base('int4'), 'breaks', 'breaks'],
  [base('text'), domain(base('text')), 'compatible', 'may break'],
  [domain(base('text')), base('text'), 'compatible', 'compatible'],
  [domain(base('int4')), domain(base('int8')), 'may break', 'compatible'],
  [pair('x', 'y'), pair('x', 'y', 'z'), 'breaks', 'breaks'],
  [pair('x'), base('text'), 'may break', 'compatible'],
  [pair('x'), { kind: 'base', schema: 'public', name: 'ltree' }, 'may break', 'breaks'],
  [pair('x'), mood('a'), 'breaks', 'breaks'],
])('%j -> %j', (before, after, result, parameter) => {
  expect(resultFit(before, after)?.severity ?? null).toBe(result);
  expect(parameterFit(before, after)?.severity ?? null).toBe(parameter);
});

// No server says of which types the fields of a row are.
test.each<readonly [before: string, after: string, severity: string]>([
  ['float4', 'numeric', 'may break'],
  ['int4', 'numeric', 'may break'],
  ['int4', 'text', 'may break'],
  ['uuid', 'text', 'may break'],
  ['text', 'int4', 'may break'],
  ['date', 'timestamp', 'may break'],
  ['int4', 'bool', 'breaks'],
  ['bool', 'int4', 'breaks'],
  ['bytea', 'int4', 'breaks'],
  ['int8', 'int4', 'compatible'],
])('in a row: %s -> %s %s', (before, after, severity) => {
  expect(fieldFit(base(before), base(after))?.severity).toBe(severity);
  const row = (type: PgType): PgType => ({
    kind: 'composite',
    schema: 'public',
    name: 'row',
    fields: [{ name: 'a', value: { type, nullable: true } }],
  });
  expect(resultFit(row(base(before)), row(base(after)))?.severity).toBe(severity);
});

describe('generated code', () => {
  const oids = {
    text: [25, 1009],
    varchar: [1043, 1015],
    bpchar: [1042, 1014],
    json: [114, 199],
    jsonb: [3802, 3807],
    int2: [21, 1005],
    int4: [23, 1007],
    int8: [20, 1016],
    numeric: [1700, 1231],
    float4: [700, 1021],
    float8: [701, 1022],
    bool: [16, 1000],
    date: [1082, 1182],
    timestamptz: [1184, 1185],
    uuid: [2950, 2951],
  } as const;
  const types = Object.entries(oids).flatMap(([name, [plain, array]]): [PgType, number][] => [
    [base(name), plain],
    [list(base(name)), array],
  ]);

  test("with PgTyped's runtime breaks where pg makes something else of another type", () => {
    const samples: Readonly<Record<string, string>> = {
      json: '{"a":1}',
      jsonb: '{"a":1}',
      bool: 't',
      date: '2026-01-31',
      timestamptz: '2026-01-31 12:00:00+00',
      uuid: '00000000-0000-0000-0000-000000000001',
    };
    const kind = (type: PgType, oid: number) => {
      const name = type.kind === 'array' && 'name' in type.element ? type.element.name : '';
      const sample =
        'name' in type
          ? (samples[type.name] ?? '12')
          : `{"${(samples[name] ?? '12').replaceAll('"', '\\"')}"}`;
      const found: unknown = pg.types.getTypeParser(oid)(sample);
      return Array.isArray(found)
        ? `${Object.prototype.toString.call(found[0])}[]`
        : Object.prototype.toString.call(found);
    };
    for (const [before, was] of types) {
      for (const [after, is] of types) {
        const breaks = pgFit(before, after)?.severity === 'breaks';
        expect(breaks, JSON.stringify([before, after])).toBe(kind(before, was) !== kind(after, is));
      }
    }
  });

  test('throws StaleQueryError where a built-in type has become one that breaks it', () => {
    for (const [before, declared] of types) {
      const check = columnCheck({
        name: 'q',
        file: 'q.sql',
        sql: '',
        params: [],
        columns: [['x', text, declared]],
      });
      for (const [after, dataTypeID] of types) {
        const breaks = resultFit(before, after)?.severity === 'breaks';
        const names = `${JSON.stringify(before)} ${JSON.stringify(after)}`;
        if (breaks) expect(() => check?.([{ name: 'x', dataTypeID }]), names).toThrow(StaleQueryError);
        else expect(() => check?.([{ name: 'x', dataTypeID }]), names).not.toThrow();
      }
    }
  });
});

describe('the decoders', () => {
  const codecs = { bool, date, int4, int8, numeric, text, timestamptz };
  type Name = keyof typeof codecs;
  const samples: readonly (readonly [Name, string])[] = [
    ['int4', '2147483647'],
    ['int4', '-1'],
    ['int8', '9007199254740991'],
    ['numeric', '12.50'],
    ['date', '2026-01-31'],
    ['timestamptz', '2026-01-31 12:00:00+00'],
    ['text', 'a'],
  ];
  const pairs = (Object.keys(codecs) as Name[]).flatMap((before) =>
    samples.map(([after, sample]) => [before, after, sample] as const),
  );

  test.each(pairs)(
    '%s reads %s %s without an error where that is called compatible',
    (before, after, sample) => {
      const severity = resultFit(base(before), base(after))?.severity ?? 'compatible';
      if (severity !== 'compatible') return;
      const decoded = codecs[before].decode(sample);
      expect(String(decoded) === sample || before === after).toBe(true);
    },
  );
});

test.each<readonly [value: JsonShape, expected: JsonShape, fits: boolean]>([
  [{ kind: 'string' }, { kind: 'unknown' }, true],
  [{ kind: 'unknown' }, { kind: 'string' }, false],
  [{ kind: 'literal', value: 1 }, { kind: 'number' }, true],
  [{ kind: 'number' }, { kind: 'literal', value: 1 }, false],
  [{ kind: 'null' }, { kind: 'union', members: [{ kind: 'null' }, { kind: 'string' }] }, true],
  [{ kind: 'union', members: [{ kind: 'null' }, { kind: 'string' }] }, { kind: 'string' }, false],
  [
    {
      kind: 'object',
      fields: [
        { name: 'a', value: { kind: 'string' } },
        { name: 'b', value: { kind: 'null' } },
      ],
    },
    { kind: 'object', fields: [{ name: 'a', value: { kind: 'string' } }] },
    true,
  ],
  [
    { kind: 'object', fields: [{ name: 'a', value: { kind: 'string' }, optional: true }] },
    { kind: 'object', fields: [{ name: 'a', value: { kind: 'string' } }] },
    false,
  ],
  [{ kind: 'array', element: { kind: 'null' } }, { kind: 'array', element: { kind: 'string' } }, false],
  [{ kind: 'record', value: { kind: 'number' } }, { kind: 'record', value: { kind: 'number' } }, true],
])('%j fits %j: %s', (value, expected, fits) => {
  expect(jsonFits(value, expected)).toBe(fits);
});

test.each<readonly [before: JsonShape, after: JsonShape, severity: string | null]>([
  [
    { kind: 'number' },
    { kind: 'union', members: [{ kind: 'number' }, { kind: 'literal', value: 'NaN' }] },
    'may break',
  ],
  [
    { kind: 'number' },
    { kind: 'union', members: [{ kind: 'number' }, { kind: 'literal', value: 'x' }] },
    'breaks',
  ],
  [{ kind: 'literal', value: 'a' }, { kind: 'string' }, 'may break'],
  [{ kind: 'literal', value: 'a' }, { kind: 'literal', value: 'b' }, 'may break'],
  [{ kind: 'literal', value: 'a' }, { kind: 'literal', value: 1 }, 'breaks'],
  [{ kind: 'string' }, { kind: 'union', members: [{ kind: 'string' }, { kind: 'null' }] }, 'breaks'],
  [{ kind: 'string' }, { kind: 'literal', value: 'a' }, 'compatible'],
  [{ kind: 'string' }, { kind: 'string' }, null],
])('JSON %j -> %j %s', (before, after, severity) => {
  expect(jsonFit(before, after)?.severity ?? null).toBe(severity);
});

test.each([
  ['character varying(50)', 'character varying(20)', true],
  ['character varying(20)', 'character varying(50)', false],
  ['character varying', 'character varying(50)', true],
  ['character varying(50)', 'character varying', false],
  ['numeric(10,2)', 'numeric(8,2)', true],
  ['numeric(10,2)', 'numeric(10,4)', true],
  ['numeric(10,2)', 'numeric(12,4)', false],
  ['numeric(10,2)', 'numeric(12,1)', true],
  ['numeric(3,-2)', 'numeric(5)', false],
  ['timestamp(6) without time zone', 'timestamp(0) without time zone', true],
  ['character varying(50)', 'integer', false],
  ['character varying(50)[]', 'character varying(20)', false],
  ['bit(8)', 'bit(9)', true],
  ['json', 'character varying(20)', true],
  ['integer', 'character varying(5)', true],
  ['integer', 'character varying(11)', false],
  ['uuid', 'character(36)', false],
  ['integer', 'text', false],
])('%s -> %s takes less: %s', (before, after, less) => {
  expect(shrinks(before, after)).toBe(less);
});
