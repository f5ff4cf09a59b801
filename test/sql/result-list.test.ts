import { expect, test } from 'vitest';
import { resultItems } from '../../src/sql/result-list.ts';

test.each<[string, readonly string[] | null]>([
  ['SELECT a, b AS c FROM t', ['a', 'b AS c']],
  [
    'SELECT (a + 1) * 2, count(*) FILTER (WHERE x), ARRAY[1, 2]',
    ['(a + 1) * 2', 'count(*) FILTER (WHERE x)', 'ARRAY[1, 2]'],
  ],
  ['SELECT DISTINCT a FROM t', ['a']],
  ['SELECT DISTINCT ON (a, b) c, d FROM t', ['c', 'd']],
  ['SELECT a IS DISTINCT FROM b, c FROM t', ['a IS DISTINCT FROM b', 'c']],
  [
    'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), 1 GROUP BY 2',
    ['percentile_cont(0.5) WITHIN GROUP (ORDER BY a)', '1'],
  ],
  ['SELECT t.offset, 1 AS limit, 2 "from" LIMIT 1', ['t.offset', '1 AS limit', '2 "from"']],
  ['WITH x AS (SELECT 1, 2) SELECT a, (SELECT b, c FROM d) FROM x', ['a', '(SELECT b, c FROM d)']],
  ['(SELECT a, b FROM t) UNION (SELECT 1, 2)', ['a', 'b']],
  ['SELECT a UNION SELECT b, c', ['a']],
  ['INSERT INTO t (a) SELECT 1, 2 RETURNING a, b', ['a', 'b']],
  ['UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a, t.a', ['o.a', 't.a']],
  ['SELECT \'a, b\', "c, d", $$e, f$$ -- g, h\n, i FROM j', ["'a, b'", '"c, d"', '$$e, f$$', 'i']],
  ['SELECT FROM t', []],
  ['SELECT', []],
  ['VALUES (1, 2)', null],
  ['CALL p()', null],
  ['', null],
  ['((', null],
  [') SELECT a, b', null],
])('%s', (sql, expected) => {
  expect(resultItems(sql)?.map(({ start, end }) => sql.slice(start, end)) ?? null).toEqual(expected);
});
