import { describe, expect, it } from 'vitest';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { queryChanges } from '../../src/impact/queries/query-changes.ts';
import { base, column, value } from '../codegen/support/build.ts';
import { discriminatedQuery } from '../codegen/support/variants.ts';

const text = value(base('text'));
const orNull = { ...text, nullable: true };
const columns = [column('id', value(base('int4'))), column('last4', orNull), column('till', orNull)];
const nothing = { ...orNull, literals: [] };

const payments = discriminatedQuery('Payments', columns, [
  ['card', { last4: text, till: nothing }],
  ['cash', { last4: nothing, till: text }],
]);
const { variants: _, ...flat } = payments;

function changes(
  before: AnalysedQuery,
  after: AnalysedQuery,
  runtime: 'nodrift' | '@pgtyped/runtime' = 'nodrift',
) {
  return queryChanges(before, after, { searchPath: ['public'], runtime }).map(
    ({ severity, subject, before: was, after: is, direction }) =>
      `${severity}: ${subject} ${was} -> ${is} (${direction})`,
  );
}

describe('a change of the kinds of rows', () => {
  it('is none where nothing changes', () => {
    expect(changes(payments, payments)).toEqual([]);
  });

  it('breaks where a column that a kind fills in can be NULL there', () => {
    const after = discriminatedQuery('Payments', columns, [
      ['card', { till: nothing }],
      ['cash', { last4: nothing, till: text }],
    ]);
    expect(changes(payments, after)).toEqual(["breaks: last4 (kind 'card') text -> text | null (wider)"]);
    expect(changes(after, payments)).toEqual([
      "compatible: last4 (kind 'card') text | null -> text (narrower)",
    ]);
  });

  it('breaks where rows are not told apart any more', () => {
    expect(changes(payments, flat)).toEqual([
      "breaks: last4 (kind 'card') text -> text | null (wider)",
      "may break: till (kind 'card') null -> text | null (wider)",
      "may break: last4 (kind 'cash') null -> text | null (wider)",
      "breaks: till (kind 'cash') text -> text | null (wider)",
    ]);
  });

  it('is compatible where rows are told apart from now on', () => {
    expect(changes(flat, payments)).toEqual([
      "compatible: kind one kind of rows -> a kind for each of 'card', 'cash' (narrower)",
    ]);
  });

  it('may break where there is one more, and is compatible where there is one less', () => {
    const more = discriminatedQuery('Payments', columns, [
      ['card', { last4: text, till: nothing }],
      ['cash', { last4: nothing, till: text }],
      ['gift', { last4: nothing, till: nothing }],
    ]);
    expect(changes(payments, more)).toEqual([
      "may break: kind 'card' | 'cash' -> 'card' | 'cash' | 'gift' (wider)",
    ]);
    expect(changes(more, payments)).toEqual([
      "compatible: kind 'card' | 'cash' | 'gift' -> 'card' | 'cash' (narrower)",
    ]);
  });

  it('is not said again for each kind where the column as a whole has changed as much', () => {
    const bigger = (of: AnalysedQuery): AnalysedQuery => {
      const changed = (all: AnalysedQuery['columns']) =>
        all.map((one) => (one.name === 'id' ? column('id', value(base('int8'))) : one));
      const members = of.variants?.members.map((one) => ({ ...one, columns: changed(one.columns) }));
      return {
        ...of,
        columns: changed(of.columns),
        ...(of.variants && members && { variants: { ...of.variants, members } }),
      };
    };
    expect(changes(payments, bigger(payments))).toEqual(['may break: id int4 -> int8 (wider)']);
  });

  it('is none to code for @pgtyped/runtime, whose rows are of one type', () => {
    expect(changes(payments, flat, '@pgtyped/runtime')).toEqual([]);
    expect(changes(flat, payments, '@pgtyped/runtime')).toEqual([]);
  });
});
