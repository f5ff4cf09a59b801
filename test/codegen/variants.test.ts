import { describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { header } from '../../src/codegen/header.ts';
import { isIdentifier } from '../../src/codegen/identifier.ts';
import { printModules } from '../../src/codegen/print.ts';
import { variantNames } from '../../src/codegen/variant-names.ts';
import type { Config } from '../../src/project/config.ts';
import fc from '../support/fast-check.ts';
import { base, column, config, query, value } from './support/build.ts';
import { parseModule } from './support/parse.ts';
import { discriminatedQuery, payments } from './support/variants.ts';

function moduleOf(queries: readonly AnalysedQuery[], known: Partial<Config> = {}): string {
  const { modules, diagnostics } = printModules({
    config: config(known),
    files: [{ file: 'queries/test.sql', output: '/app/queries/test.queries.ts', queries }],
  });
  expect(diagnostics).toEqual([]);
  return modules[0]?.text ?? '';
}

describe('the kinds of rows of a UNION', () => {
  it('are interfaces, and the row their union', () => {
    const text = moduleOf([payments]);
    expect(text.slice(0, text.indexOf('/**\n * ```sql'))).toBe(`\
${header('queries/test.sql')}import { arrayWithNulls, int8, json, many, type NoParams, numeric, text } from 'nodrift-runtime';
import type { Network } from './types.js';

export interface ListPaymentsCardRow {
  kind: 'card';
  /** Of the payment. */
  id: bigint;
  last4: string;
  till: null;
  network: Network;
  receipt: Record<string, never>;
  tags: string[];
}

export interface ListPaymentsGiftCardRow {
  kind: 'gift card';
  /** Of the payment. */
  id: bigint;
  last4: string | null;
  till: null;
  network: null;
  receipt: number[] | null;
  tags: (string | null)[];
}

export interface ListPaymentsCashRow {
  kind: 'cash';
  /** Of the payment. */
  id: bigint;
  last4: null;
  till: string;
  network: null;
  receipt: null;
  tags: (string | null)[];
}

export type ListPaymentsRow = ListPaymentsCardRow | ListPaymentsGiftCardRow | ListPaymentsCashRow;

`);
  });

  it('are read by the codecs of all rows', () => {
    const flat = { ...payments, variants: undefined };
    const definition = (text: string) => text.slice(text.indexOf('export const'));
    const { variants: _, ...one } = flat;
    expect(definition(moduleOf([payments]))).toBe(definition(moduleOf([one])));
  });

  it('are one where the configuration gives the column that tells them apart another type', () => {
    const kind = column('kind', base('text'), {
      source: { schema: 'public', table: 'payments', column: 'kind' },
    });
    const members = [
      ['a', { n: value(base('int4')) }],
      ['b', {}],
    ] as const;
    const of = discriminatedQuery('Q', [column('n', value(base('int4'), true))], members, kind);
    expect(moduleOf([of])).toContain('export type QRow = QARow | QBRow;');
    const types = { 'public.payments.kind': './kind.js#Kind' };
    expect(moduleOf([of], { types })).toContain(
      'export interface QRow {\n  kind: Kind;\n  n: number | null;\n}',
    );
  });

  it("are one for PgTyped's runtime", () => {
    const text = moduleOf([payments], { runtime: '@pgtyped/runtime' });
    expect(text).toContain('export interface IListPaymentsResult {');
    expect(text).not.toContain('CardRow');
  });

  it('are called otherwise than everything else in their file', () => {
    const other = query({ name: 'ListPaymentsCard', sql: 'SELECT', columns: [column('a', base('text'))] });
    const numbered = query({ name: 'ListPaymentsRow1', sql: 'SELECT', columns: [column('a', base('text'))] });
    const { interfaces } = parseModule(moduleOf([payments, other, numbered]));
    expect([...interfaces.keys()].sort()).toEqual([
      'ListPaymentsCardRow',
      'ListPaymentsCashRow',
      'ListPaymentsGiftCardRow',
      'ListPaymentsRow1',
      'ListPaymentsRow1Row',
    ]);
  });
});

describe('constants from a stranger', () => {
  it('stay in their types and names', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '*/',
        "'",
        '"',
        '`',
        '\\',
        '\n',
        '\u2028',
        '\ud800',
        '${',
        '}',
        ';',
        ' ',
        'a',
        'Row',
        '2',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const literal = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(literal, { minLength: 2, maxLength: 5 }), literal, (values, name) => {
        const members = values.map(
          (one, i) => [one, i === 0 ? { [name]: value(base('int4')) } : {}] as const,
        );
        const text = moduleOf([discriminatedQuery('Q', [column(name, value(base('int4'), true))], members)]);
        const { kinds, interfaces, aliases } = parseModule(text);
        const union = (aliases.get('QRow') ?? '').split(/\s*\|\s*/).filter((one) => one !== '');
        expect([...interfaces.keys()]).toEqual(union);
        expect(union).toHaveLength(values.length);
        expect(kinds).toEqual([
          'ImportDeclaration',
          ...values.map(() => 'InterfaceDeclaration'),
          'TypeAliasDeclaration',
          'VariableStatement',
        ]);
        expect([...interfaces.values()].map((fields) => new Function(`return ${fields[0]?.type}`)())).toEqual(
          values,
        );
      }),
    );
  });
});

describe('the names of the kinds of rows', () => {
  it.each([
    ['words', ['card', 'gift card', 'BANK_TRANSFER'], ['QCardRow', 'QGiftCardRow', 'QBankTransferRow']],
    ['numbers and booleans', [1, -20, true], ['Q1Row', 'Q20Row', 'QTrueRow']],
    ['one name of two constants', ['a b', 'c', 'a-b'], ['QRow1', 'QCRow', 'QRow3']],
    ['no name at all', ['', '*/', 'x'.repeat(41), 'é'], ['QRow1', 'QRow2', 'QRow3', 'QÉRow']],
    ['the name of a number', ['row1', ' ', '-'], ['QRow1Row', 'QRow2', 'QRow3']],
    ['a name that the file has', ['taken', 'free', '?', '!'], ['QRow1', 'QFreeRow', 'QRow3', 'QRow4_']],
  ])('%s', (_, values, names) => {
    expect(variantNames('Q', values, new Set(['QTakenRow', 'QRow4']))).toEqual(names);
  });

  it('are names, and each is another one', () => {
    const literal = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', 'A', 'a b', 'Row1', '1'),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.uniqueArray(literal, { minLength: 2, maxLength: 12 }), (values) => {
        const taken = new Set(['QARow', 'QRow2', 'QRow']);
        const names = variantNames('Q', values, taken);
        expect(new Set([...names, 'QARow', 'QRow2', 'QRow']).size).toBe(values.length + 3);
        for (const name of names) {
          expect(isIdentifier(name)).toBe(true);
          expect(taken.has(name)).toBe(true);
        }
      }),
    );
  });
});
