import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { list, text } from '../../src/runtime/index.ts';
import { statementOf } from '../../src/runtime/statement.ts';
import { withArrayParams, withArrays } from '../../src/sql/arrays.ts';
import { sentText } from '../../src/sql/pieces.ts';
import { readStatements } from '../../src/sql/read.ts';
import { drawFrom } from '../impact/random/draw.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { randomSeed } from '../support/random-seed.ts';
import { tested } from '../support/tested.ts';

// By hand: NODRIFT_RANDOM_QUERIES=5000 NODRIFT_RANDOM_SEED=7 npx vitest run test/analysis/arrays-random.test.ts
const count = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 150);

/** Types, with values of them as text; the last one is none. */
const types: Readonly<Record<string, readonly string[]>> = {
  int4: ['0', '1', '2', '-1', '2147483647', ' 1 ', 'one'],
  int2: ['0', '1', '32767', '40000'],
  int8: ['0', '1', '9223372036854775807', '1.5'],
  'numeric(4, 1)': ['0', '1', '1.0', '1.05', 'NaN', '1e3', 'x'],
  float8: ['0', '-0', '1e300', 'NaN', 'Infinity', 'x'],
  text: ['', 'a', 'A', 'NULL', 'null', 'a"b', 'a\\b', '{a,b}', 'é€😀', ' a', '\u0000'],
  'varchar(3)': ['', 'a', 'abc', 'abcd', 'abc  '],
  'char(3)': ['', 'a', 'a  ', 'abc', 'abcd'],
  bool: ['t', 'true', 'f', 'maybe'],
  bytea: ['', '\\x00ff', 'a', '\\x0'],
  date: ['2024-02-29', 'infinity', '2024-02-30'],
  timestamptz: ['2024-01-01 00:00+00', '2024-01-01 01:00+01', 'x'],
  uuid: ['00000000-0000-0000-0000-000000000000', '{00000000-0000-0000-0000-000000000001}', 'x'],
  jsonb: ['{"a": [1, null]}', 'null', '[1,2]', '"a"', '{'],
  kind: ['a', 'b,c', 'd e', 'z'],
  email: ['a@b', 'x@y', 'nobody'],
  int4range: ['[1,3)', 'empty', '(,2]', '(0,2]', '['],
  point3: ['(1,2)', '(,)', '(2,1)', '(1'],
  'text[]': ['{}', '{a,b}', '{NULL}', '{'],
};
const names = Object.keys(types);

const schema = `
  CREATE TYPE kind AS ENUM ('a', 'b,c', 'd e');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE point3 AS (x int, y int);
  CREATE TABLE t (id int PRIMARY KEY, ${names.map((type, i) => `c${i} ${type}`).join(', ')});
`;

type Values = readonly (string | null)[];

describe.each(tested(['PGlite', 18] as const))('random lists on %s', (server) => {
  let database: Analysed;
  const { below: upTo, one: from, rarely } = drawFrom(randomSeed);
  const drawn = (type: string, isWrong: boolean): string | null => {
    if (rarely(8)) return null;
    const values = types[type] ?? [];
    return isWrong ? (values.at(-1) ?? null) : from(values.slice(0, -1));
  };

  beforeAll(async () => {
    database = await analysed(server, schema);
    for (let id = 0; id < 40; id++) {
      const row = names.map((type) => drawn(type, false));
      const insert = `INSERT INTO t VALUES (${id}, ${row.map((_, i) => `$${i + 1}`).join(', ')})`;
      // Some are too long.
      await database.client.query(insert, row).catch(() => {});
    }
  });
  afterAll(() => database.close());

  const queriesOf = async (text: string): Promise<readonly AnalysedQuery[]> => {
    const { statements, diagnostics } = readStatements('q.sql', text);
    const analysis = await analyse(database.client, statements, {
      texts: new Map([['q.sql', text]]),
      lenientParameters: false,
    });
    await database.client.query('SET debug_print_parse = off');
    expect([...diagnostics, ...analysis.diagnostics]).toEqual([]);
    return analysis.queries;
  };
  const outcomeOf = async (make: () => { readonly text: string; readonly values: readonly unknown[] }) => {
    try {
      const { text: sql, values } = make();
      return JSON.stringify(await database.rows(sql, values));
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };

  it('find the same as arrays as they do written out', { timeout: 60_000 + count * 100 }, async () => {
    const file = names
      .map((_, i) => {
        const tests = [`c${i} IN :l`, `c${i} NOT IN :l`, `(c${i} IN :l) IS NULL`, `NOT c${i} IN :l`];
        const selected = tests.map((test, j) => `${test} AS x${j}`).join(', ');
        return [
          `/* @name A${i} @param l -> (...) */ SELECT id, ${selected} FROM t ORDER BY id;`,
          `/* @name B${i} @param l -> (...) */ SELECT id FROM t WHERE ${tests[0]} ORDER BY id;`,
          `/* @name C${i} @param l -> (...) */ DELETE FROM t WHERE ${tests[1]} RETURNING id;`,
        ].join('\n');
      })
      .join('\n');
    const queries = await queriesOf(file);
    const arrays = queries.filter((query) => query.arrays !== undefined);
    // All but lists of composite types and of arrays.
    expect(arrays).toHaveLength((names.length - 2) * 3);
    const wrong: object[] = [];
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const query = from(arrays);
      const { statement, arrays: elementTypes = new Map() } = query;
      const type = names[Number(statement.name.slice(1))] ?? '';
      const isWrong = rarely(10);
      const l: Values = Array.from({ length: upTo(7) }, (_, nth) => drawn(type, isWrong && nth === 0));
      const origin = { name: statement.name, file: 'q.sql', columns: [] };
      const written = statementOf({
        ...origin,
        sql: statement.parts,
        params: [{ name: 'l', list: text, type: elementTypes.get(0) ?? '' }],
      });
      const pieces = withArrays(statement.parts, elementTypes) ?? [];
      const asArray = statementOf({
        ...origin,
        sql: sentText(pieces, withArrayParams(statement.params, elementTypes)).sql,
        params: [{ name: 'l', codec: list(text) }],
      });
      const [expected, found] = [
        await outcomeOf(() => written({ l })),
        await outcomeOf(() => asArray({ l })),
      ];
      if (expected.length === 5) refused += 1;
      if (expected !== found) wrong.push({ sql: statement.sql, l, expected, found });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(refused).toBeGreaterThan(count / 50);
  });
});
