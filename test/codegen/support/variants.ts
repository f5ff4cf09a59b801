import type { AnalysedQuery, Column } from '../../../src/analysis/analysed-query.ts';
import type { Literal, Value } from '../../../src/analysis/type.ts';
import { array, base, column, enumType, query, value } from './build.ts';

/** A query whose column `kind` tells its rows apart; `columns` of each value are those that differ. */
export function discriminatedQuery(
  name: string,
  columns: readonly Column[],
  members: readonly (readonly [literal: Literal, columns: Readonly<Record<string, Value>>])[],
  kind: Column = column('kind', base('text')),
): AnalysedQuery {
  const literals = members.map(([literal]) => literal);
  const all = [{ ...kind, value: { ...kind.value, literals } }, ...columns];
  return query({
    name,
    sql: `SELECT '${name}' UNION ALL SELECT 'other'`,
    columns: all,
    variants: {
      discriminant: 0,
      members: members.map(([literal, own]) => ({
        value: literal,
        columns: all.map((one, i) => ({
          ...one,
          value: i === 0 ? { ...one.value, literals: [literal] } : (own[one.name] ?? one.value),
        })),
      })),
    },
  });
}

const nothing = (of: Value): Value => ({ ...of, nullable: true, literals: [] });
const last4 = value(base('text'), true);
const till = value(base('numeric'), true);
const network = value(enumType('network', ['visa', 'amex']), true);
const receipt = value(base('jsonb'), true);
const tags = value(array(base('text')));

export const payments = discriminatedQuery(
  'ListPayments',
  [
    column('id', base('int8'), { comment: 'Of the payment.' }),
    column('last4', last4),
    column('till', till),
    column('network', network),
    column('receipt', receipt),
    column('tags', tags),
  ],
  [
    [
      'card',
      {
        last4: value(base('text')),
        till: nothing(till),
        network: { ...network, nullable: false },
        receipt: { ...receipt, nullable: false, json: { kind: 'object', fields: [] } },
        tags: { ...tags, elementsNullable: false },
      },
    ],
    [
      'gift card',
      {
        till: nothing(till),
        network: nothing(network),
        receipt: { ...receipt, json: { kind: 'array', element: { kind: 'number' } } },
      },
    ],
    [
      'cash',
      {
        last4: nothing(last4),
        till: { ...till, nullable: false },
        network: nothing(network),
        receipt: nothing(receipt),
      },
    ],
  ],
);
