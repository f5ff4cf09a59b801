import { expect, it } from 'vitest';
import { readWriteLists, type WriteList } from '../../src/sql/write-lists.ts';

/** A statement with what is listed around each `$n`: in SET, and in VALUES. */
type Around = readonly [set: string | null, values: string | null];
const cases: readonly (readonly [sql: string, ...around: readonly Around[]])[] = [
  [
    'UPDATE t SET a = $1, b = f(x, $2) -- c\n , c = CASE WHEN a THEN $3 END, (d, e) = ($4, now()) FROM u WHERE x = $5',
    ...Array<[string, null]>(4).fill([
      'a = $1|b = f(x, $2)|c = CASE WHEN a THEN $3 END|(d, e) = ($4, now())',
      null,
    ]),
    [null, null],
  ],
  [
    'UPDATE t SET set = $1, "set" = $2, b = a IS DISTINCT FROM $3 WHERE a = $4',
    ...Array<[string, null]>(3).fill(['set = $1|"set" = $2|b = a IS DISTINCT FROM $3', null]),
    [null, null],
  ],
  [
    'INSERT INTO t (a, set) VALUES ($1, (SELECT * FROM (VALUES ($2, 1)) v)) ON CONFLICT (a) DO UPDATE SET a = $3, b[1] = $4 WHERE t.a = $5',
    ...Array<[null, string]>(2).fill([null, '$1|(SELECT * FROM (VALUES ($2, 1)) v)']),
    ...Array<[string, null]>(2).fill(['a = $3|b[1] = $4', null]),
    [null, null],
  ],
  [
    'WITH x AS (UPDATE t SET a = $1 WHERE b = $2 RETURNING *) UPDATE u SET (c, b) = (SELECT $3, $4) FROM x;',
    ['a = $1', null],
    [null, null],
    ...Array<[string, null]>(2).fill(['(c, b) = (SELECT $3, $4)', null]),
  ],
  [
    'MERGE INTO t USING u ON t.a = $1 WHEN MATCHED AND $2 THEN UPDATE SET a = $3, b = 1 WHEN NOT MATCHED THEN INSERT (a, b) VALUES ($4, $5)',
    ...Array<[null, null]>(2).fill([null, null]),
    ['a = $3|b = 1', null],
    ...Array<[null, string]>(2).fill([null, '$4|$5']),
  ],
  ['INSERT INTO t VALUES (1), ($1)', [null, null]],
  ['SELECT $1 AS set, s.set FROM s', [null, null]],
];

it.each(cases.map(([sql, ...expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
  const lists = readWriteLists(sql);
  const text = (list: WriteList | null) =>
    list === null ? null : list.items.map(({ start, end }) => sql.slice(start, end)).join('|');
  const found = [...sql.matchAll(/\$\d/g)].map(({ index }) => [
    text(lists.assignmentsAround(index)),
    text(lists.valuesAround(index)),
  ]);
  expect(found).toEqual(expected);
});
