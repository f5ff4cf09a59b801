import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOffset, sqlOffsetOfPosition } from '../../src/sql/postgres-text.ts';
import fc from '../support/fast-check.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { gaps, identifiers, strings } from './support/fragments.ts';
import { statement } from './support/read.ts';

/** An expression, the values of its parameters by name, and what Postgres makes of it. */
interface Item {
  readonly sql: string;
  readonly values: Readonly<Record<string, string>>;
  readonly result: unknown;
}

const item = (sql: string, values: Item['values'], result: unknown): Item => ({ sql, values, result });
const value = fc.string();

const items: fc.Arbitrary<Item> = fc.oneof(
  strings.map(({ sql, value }) => item(`(${sql})`, {}, value)),
  value.map((a) => item(':a::text', { a }, a)),
  value.map((a) => item('(:a!::text)', { a }, a)),
  value.map((a) => item('CASE WHEN true THEN:a?::text END', { a }, a)),
  value.map((a) => item("('x'||:a)", { a }, `x${a}`)),
  fc.constantFrom(
    item("(ARRAY['x','y','z'])[:a::int : :b::int]", { a: '2', b: '3' }, ['y', 'z']),
    item("(ARRAY['x','y','z'])[2:n]", {}, ['y', 'z']),
    item("(ARRAY['x','y','z'])[ 2 :n ]", {}, ['y', 'z']),
    item("(ARRAY['x','y','z'])[: :a::int]", { a: '1' }, ['x']),
    item("(ARRAY['x','y','z'])[CASE WHEN :a::bool THEN 2 END : n]", { a: 'true' }, ['y', 'z']),
    item('ARRAY[[n, :a::int], [:b, n]]', { a: '1', b: '2' }, [
      [3, 1],
      [2, 3],
    ]),
    item("(:a::jsonb ? 'k')", { a: '{"k": 1}' }, true),
    item("(:a::jsonb?'k')", { a: '{"k": 1}' }, true),
    item('(:a::jsonb ?| ARRAY[:b])', { a: '{"k": 1}', b: 'k' }, true),
    item('(:a::jsonb?&ARRAY[:b, :b])', { a: '{"k": 1}', b: 'l' }, false),
    item('make_interval(days := :a)', { a: '1' }, { days: 1 }),
    item('make_date(:a,month=>:b,day:=:c)::text', { a: '2024', b: '2', c: '29' }, '2024-02-29'),
    item('position(:a IN :b)', { a: 'b', b: 'abc' }, 2),
    item('(- :a::int - -:b::int)', { a: '1', b: '3' }, 2),
    item('(2 *--:no\n:a::int)', { a: '4' }, 8),
    item('(2 -/*:no*/:a::int)', { a: '4' }, -2),
    item('(@ :a::int)', { a: '-4' }, 4),
  ),
);

describe('Postgres reads what we read', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createDatabase(18);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('parameters arrive at their positions, and quoted text is unchanged', async () => {
    const alias = fc.oneof(identifiers, fc.constant('x$y'), fc.constant('_a1'));
    const columns = fc.array(fc.tuple(gaps, items, gaps, alias), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(columns, async (all) => {
        const values = new Map<string, string>();
        const list = all.map(([before, { sql, values: own }, after, alias], index) => {
          for (const [name, value] of Object.entries(own)) values.set(`${name}${index}`, value);
          // Each item's parameters are its own: :a of the second one is :a1.
          const named = Object.keys(own).reduce(
            (text, name) => text.replaceAll(`:${name}`, `:${name}${index}`),
            sql,
          );
          return `${before}${named}${after}AS ${alias}`;
        });
        const read = statement(`/* @name Q */ SELECT${list.join(',')} FROM (VALUES (3)) AS t(n);`);
        expect(read.params.map(({ name }) => name).sort()).toEqual([...values.keys()].sort());
        const answer = await client.query<unknown[]>({
          text: read.sql,
          values: read.params.map(({ name }) => values.get(name)),
          rowMode: 'array',
        });
        expect(answer.rows).toEqual([all.map(([, { result }]) => result)].map((row) => row.map(anything)));
      }),
      { numRuns: 150 },
    );
  });

  it('the position of an error leads to its place in the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(gaps, strings), { maxLength: 4 }), gaps, async (before, gap) => {
        const texts = before.map(([blank, { sql }]) => `${blank}(${sql}),`).join('');
        const text = `/* @name Q */ SELECT '😀', :a::text, ${texts} :b::text,${gap}missing, '😀';`;
        const read = statement(text);
        const error: unknown = await client.query(read.sql, ['', '']).catch((error: unknown) => error);
        const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN;
        expect(fileOffset(read, sqlOffsetOfPosition(read.sql, position))).toBe(text.lastIndexOf('missing'));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['SELECT 1 FROM:table', '"$1"', ':table'],
    ['SELECT 1 WHERE 1 IN (:a, ) OR :b', '")"', ') OR'],
  ])('a syntax error at a parameter: %s', async (sql, near, place) => {
    const text = `/* @name Q */ ${sql};`;
    const read = statement(text);
    const error: unknown = await client
      .query({ text: read.sql, values: [] })
      .catch((error: unknown) => error);
    expect(String(error)).toBe(`error: syntax error at or near ${near}`);
    const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN;
    expect(fileOffset(read, sqlOffsetOfPosition(read.sql, position))).toBe(text.indexOf(place));
  });
});

function anything(result: unknown): unknown {
  return typeof result === 'object' && result !== null && !Array.isArray(result)
    ? expect.objectContaining(result)
    : result;
}
