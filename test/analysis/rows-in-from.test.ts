import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { columnwise, text } from '../../src/runtime/index.ts';
import { textWithArrays } from '../../src/sql/arrays.ts';
import { readStatements } from '../../src/sql/read.ts';
import { type Analysed, analysed, servers } from '../support/analysed.ts';
import { tested } from '../support/tested.ts';

const schema = `
  CREATE TYPE kind AS ENUM ('new', 'used');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE point3 AS (x int, y text);
  CREATE DOMAIN words AS text[] CHECK (cardinality(VALUE) < 4);
  CREATE DOMAIN short AS varchar(3)[];
  CREATE TABLE t (id bigint PRIMARY KEY, price numeric(8, 2) NOT NULL, small int2, kind kind, mail email, tags text[], note text, place point3,
    words words, short short);
  INSERT INTO t (id, price, small, kind) VALUES (1, 10, 1, 'new'), (2, 20, 2, 'used'), (3, 30, NULL, NULL);
`;

interface Case {
  readonly rows: string;
  readonly sql: string;
  /** With `…` for the rows. */
  readonly sent: string;
  readonly arrays: string;
  /** Of fields that are sent as texts: what these are cast to, by column. */
  readonly casts?: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    rows: 'id, price',
    sql: 'UPDATE t SET price = r.price FROM :rows AS r WHERE t.id = r.id',
    sent: 'UPDATE t SET price = r.price FROM … AS r WHERE t.id = r.id',
    arrays: '$1::int8[], $2::numeric[]',
  },
  {
    rows: 'id, mail, kind',
    sql: 'UPDATE t SET (mail, kind) = (r.mail, r.kind) FROM :rows r WHERE t.id = r.id AND t.small > :least RETURNING t.id',
    sent: 'UPDATE t SET (mail, kind) = (r.mail, r.kind) FROM … r WHERE t.id = r.id AND t.small > $4 RETURNING t.id',
    arrays: '$1::int8[], $2::"public"."email"[], $3::"public"."kind"[]',
  },
  {
    rows: 'id',
    sql: 'DELETE FROM t USING :rows AS r WHERE t.id = r.id',
    sent: 'DELETE FROM t USING … AS r WHERE t.id = r.id',
    arrays: '$1::int8[]',
  },
  {
    rows: 'id, note',
    sql: 'SELECT t.id, r.note::text AS note FROM t JOIN :rows AS r ON r.id = t.id OR r.id = 0',
    sent: 'SELECT t.id, r.note::text AS note FROM t JOIN … AS r ON r.id = t.id OR r.id = 0',
    arrays: '$1::int8[], $2::text[]',
  },
  {
    rows: 'id, newPrice, user',
    sql: 'SELECT R.newPrice, r."user" FROM t, :rows AS r WHERE t.id = r.ID AND t.price > r.newprice AND note = r.user',
    sent: 'SELECT R.newPrice, r."user" FROM t, … AS r WHERE t.id = r.ID AND t.price > r.newprice AND note = r.user',
    arrays: '$1::int8[], $2::numeric[], $3::text[]',
  },
  // Of uses that take different types the first one counts.
  {
    rows: 'x',
    sql: 'SELECT t.id FROM :rows AS r JOIN t ON t.small = r.x AND t.id > r.x AND t.price > r.x',
    sent: 'SELECT t.id FROM … AS r JOIN t ON t.small = r.x AND t.id > r.x AND t.price > r.x',
    arrays: '$1::int2[]',
  },
  {
    rows: 'a, b',
    sql: 'SELECT x.* FROM :rows AS x (id, price) WHERE EXISTS (SELECT FROM t WHERE t.id = x.id AND t.price = x.price)',
    sent: 'SELECT x.id, x.price FROM … AS x (id, price) WHERE EXISTS (SELECT FROM t WHERE t.id = x.id AND t.price = x.price)',
    arrays: '$1::int8[], $2::numeric[]',
  },
  {
    rows: 'id, price',
    sql: 'WITH r AS (SELECT r.id, r.price FROM :rows AS r WHERE r.id > 1::bigint AND r.price > 1) INSERT INTO t (id, price) SELECT id, price FROM r ON CONFLICT (id) DO NOTHING RETURNING id',
    sent: 'WITH r AS (SELECT r.id, r.price FROM … AS r WHERE r.id > 1::bigint AND r.price > 1) INSERT INTO t (id, price) SELECT id, price FROM r ON CONFLICT (id) DO NOTHING RETURNING id',
    arrays: '$1::int8[], $2::int4[]',
  },
  // The columns of a result are called after fields where they have no alias.
  {
    rows: 'id, price, note',
    sql: 'SELECT x.id, x.price AS p, x.upper, x.coalesce FROM (SELECT DISTINCT r.id, r.price, upper(r.note), coalesce(t.note, r.note) FROM t, :rows AS r WHERE r.id = t.id AND r.price > t.price) AS x',
    sent: 'SELECT x.id, x.price AS p, x.upper, x.coalesce FROM (SELECT DISTINCT r.id, r.price, upper(r.note), coalesce(t.note, r.note) FROM t, … AS r WHERE r.id = t.id AND r.price > t.price) AS x',
    arrays: '$1::int8[], $2::numeric[], $3::text[]',
  },
  {
    rows: 'id, price',
    sql: 'INSERT INTO t (id, price) SELECT r.id, r.price FROM :rows AS r RETURNING id',
    sent: 'INSERT INTO t (id, price) SELECT r.id, r.price FROM … AS r RETURNING id',
    arrays: '$1::int8[], $2::numeric[]',
  },
  {
    rows: 'id, tags, place, words',
    casts: { tags: 'text[]', place: '"public"."point3"', words: '"public"."words"' },
    sql: 'UPDATE t SET tags = r.tags, place = r.place, words = r.words FROM :rows AS r WHERE t.id = r.id',
    sent: 'UPDATE t SET tags = r.tags, place = r.place, words = r.words FROM … AS r WHERE t.id = r.id',
    arrays: '$1::int8[], $2::text[], $3::text[], $4::text[]',
  },
  {
    rows: 'tag, user',
    casts: { '"user"': 'int4[]' },
    sql: 'SELECT t.id, r.user::int[] FROM t JOIN :rows AS r ON t.note = r.tag',
    sent: 'SELECT t.id, r.user::int[] FROM t JOIN … AS r ON t.note = r.tag',
    arrays: '$1::text[], $2::text[]',
  },
];

const merge: Case = {
  rows: 'id, price',
  sql: 'MERGE INTO t USING :rows AS r ON t.id = r.id WHEN MATCHED THEN UPDATE SET price = r.price WHEN NOT MATCHED THEN INSERT (id, price) VALUES (r.id, r.price)',
  sent: 'MERGE INTO t USING … AS r ON t.id = r.id WHEN MATCHED THEN UPDATE SET price = r.price WHEN NOT MATCHED THEN INSERT (id, price) VALUES (r.id, r.price)',
  arrays: '$1::int8[], $2::numeric[]',
};

const columnsOf = (rows: string) =>
  rows
    .split(', ')
    .map((name) => (name === 'user' ? '"user"' : name.toLowerCase()))
    .join(', ');

const expected = ({ rows, sent, arrays, casts = {} }: Case) => {
  const columns = columnsOf(rows);
  const selected = columns
    .split(', ')
    .map((column) => (casts[column] === undefined ? column : `${column}::${casts[column]} AS ${column}`))
    .join(', ');
  return sent.replace('…', `(SELECT ${selected} FROM unnest(${arrays}) AS given (${columns}))`);
};

describe.each(tested(servers))('rows in FROM on %s', (server) => {
  let database: Analysed;
  beforeAll(async () => {
    database = await analysed(server, schema);
  });
  afterAll(() => database.close());

  const analysisOf = async (
    statements: readonly (readonly [rows: string, sql: string])[],
    lenient = false,
  ) => {
    const file = statements
      .map(([rows, sql], i) => `/* @name Q${i} @param rows -> (${rows}) */\n${sql};\n`)
      .join('');
    const { statements: read, diagnostics } = readStatements('q.sql', file);
    const analysis = await analyse(database.client, read, {
      texts: new Map([['q.sql', file]]),
      lenientParameters: lenient,
      catalog: Promise.resolve(database.catalog),
    });
    await database.client.query('SET debug_print_parse = off');
    return { queries: analysis.queries, diagnostics: [...diagnostics, ...analysis.diagnostics] };
  };
  const queryOf = async (rows: string, sql: string): Promise<AnalysedQuery> => {
    const { queries, diagnostics } = await analysisOf([[`(${rows})...`, sql]]);
    expect(diagnostics).toEqual([]);
    const [query] = queries;
    if (query === undefined) throw new Error(sql);
    return query;
  };
  const run = async ({ statement, arrays = new Map() }: AnalysedQuery, rows: readonly object[]) => {
    const fields = statement.params.flatMap((param) => ('fields' in param ? param.fields : []));
    const { text: sql, values } = columnwise({
      ...{ name: 'q', file: 'q.sql', columns: [], sql: textWithArrays(statement, arrays) ?? '' },
      params: [{ name: 'rows', rows: fields.map(({ name }) => [name, text] as const) }],
    })({ rows });
    return database.rows(sql, values);
  };

  it('are sent as an array for each field, whose types are those of its uses', async () => {
    const all = server === 14 ? cases : [...cases, merge];
    const { queries, diagnostics } = await analysisOf(all.map(({ rows, sql }) => [`(${rows})...`, sql]));
    expect(diagnostics).toEqual([]);
    expect(queries.map(({ statement, arrays = new Map() }) => textWithArrays(statement, arrays))).toEqual(
      all.map(expected),
    );
    expect(queries.map(({ rows }) => rows.min)).toEqual(all.map(() => 0));
  });

  it('can be none: nothing is proven by a row', async () => {
    const { columns } = await queryOf('id', 'SELECT max(r.id::int) AS most, count(*) AS n FROM :rows AS r');
    expect(columns.map(({ name, value }) => [name, value.nullable])).toEqual([
      ['most', true],
      ['n', false],
    ]);
    const joined = await queryOf(
      'id!',
      'SELECT r.id AS a, t.id AS b FROM :rows AS r LEFT JOIN t ON t.id = r.id',
    );
    expect(joined.columns.map(({ value }) => value.nullable)).toEqual([false, true]);
    expect(joined.rows).toEqual({ min: 0, max: null });
  });

  it('have fields that are typed as parameters are', async () => {
    const { params } = await queryOf(
      'id, price, note',
      'UPDATE t SET price = r.price, note = r.note FROM :rows AS r WHERE t.id = r.id',
    );
    const fields = params.flatMap((param) => ('fields' in param ? param.fields : []));
    expect(fields.map(({ name, value, column }) => [name, value.nullable, column?.column])).toEqual([
      ['id', false, 'id'],
      ['price', false, 'price'],
      ['note', true, 'note'],
    ]);
  });

  it('do what they say, for any number of them', async () => {
    const update = await queryOf(
      'id, price',
      'UPDATE t SET price = r.price FROM :rows AS r WHERE t.id = r.id RETURNING t.id::int, t.price::text',
    );
    expect(await run(update, [])).toEqual([]);
    expect(
      await run(update, [
        { id: '3', price: '1' },
        { id: '9', price: '2' },
        { id: '1', price: '0.5' },
      ]),
    ).toEqual(
      expect.arrayContaining([
        [3, '1.00'],
        [1, '0.50'],
      ]),
    );
    const many = Array.from({ length: 70_000 }, (_, i) => ({ id: String(i), price: '1' }));
    expect(await run(update, many)).toHaveLength(3);
    const joined = await queryOf(
      'id, note',
      'SELECT t.id::int, r.note::text FROM :rows AS r LEFT JOIN t ON t.id = r.id ORDER BY r.note::text',
    );
    expect(
      await run(joined, [
        { id: '2', note: 'b' },
        { id: '7', note: 'c' },
        { id: '1', note: 'a' },
      ]),
    ).toEqual([
      [1, 'a'],
      [2, 'b'],
      [null, 'c'],
    ]);
    if (server === 14) return;
    const merged = await queryOf(merge.rows, merge.sql);
    expect(
      await run(merged, [
        { id: '1', price: '5' },
        { id: '8', price: '6' },
      ]),
    ).toEqual([]);
  });

  it('say what is missing', async () => {
    const wrong = [
      ['(id)...', 'SELECT 1 AS n FROM :rows AS r WHERE id > 1'],
      ['(id, note)...', 'SELECT r.note, t.id FROM :rows AS r JOIN t ON t.id = r.id WHERE r.note IS NULL'],
      ['(id, note)...', 'DELETE FROM t USING :rows AS r WHERE t.id = r.id'],
      ['(id, short)...', 'UPDATE t SET short = r.short FROM :rows AS r WHERE t.id = r.id'],
      ['(id, place)...', 'SELECT t.id FROM t JOIN :rows AS r ON t.id = r.id AND t.place = r.place'],
      ['(id, price)...', 'UPDATE t SET price = r.price FROM :rows AS r WHERE t.id = r.idd'],
      ['(id, price)...', 'UPDATE t SET price = r.price FROM :rows AS r WHERE t.kind = r.id + 1'],
      ['(id)...', 'DELETE FROM t USING :rows WHERE t.id = rows.id'],
    ] as const;
    const { diagnostics } = await analysisOf(wrong);
    expect(
      diagnostics.map(({ code, message, line, column, hint }) => ({
        code,
        message,
        at: [line, column],
        hint,
      })),
    ).toMatchInlineSnapshot(`
      [
        {
          "at": [
            16,
            21,
          ],
          "code": "ND2035",
          "hint": "Write :rows AS r, and r.field for its fields.",
          "message": ":rows in FROM has no alias.",
        },
        {
          "at": [
            2,
            40,
          ],
          "code": "ND3001",
          "hint": "No operator matches the given name and argument types. You might need to add explicit type casts.
      The fields of rows have the types of their uses with the alias, as in r.id. Cast one that has none: r.id::bigint.",
          "message": "Q0: operator does not exist: text > integer",
        },
        {
          "at": [
            4,
            26,
          ],
          "code": "ND3024",
          "hint": "Compare r.note with a column, write it to one, or cast it: r.note::text, or the type that you mean.",
          "message": "Q1: nothing says which type rows.note has",
        },
        {
          "at": [
            6,
            21,
          ],
          "code": "ND3024",
          "hint": "Compare r.note with a column, write it to one, or cast it: r.note::text, or the type that you mean.",
          "message": "Q2: nothing says which type rows.note has",
        },
        {
          "at": [
            8,
            35,
          ],
          "code": "ND3025",
          "hint": "They are sent as texts, and a cast cuts off what the domain refuses. Write it if that is right: r.short::text::"public"."short"",
          "message": "Q3: rows.short is "public"."short", a domain with a length, and rows in FROM cannot have such values",
        },
        {
          "at": [
            10,
            25,
          ],
          "code": "ND3025",
          "hint": "Cast it to the composite type, or the table, that you mean, such as r.place::my_type.",
          "message": "Q4: rows.place is compared as a record, whose type nothing says",
        },
        {
          "at": [
            12,
            59,
          ],
          "code": "ND3001",
          "hint": "Perhaps you meant to reference the column "r.id".",
          "message": "Q5: column r.idd does not exist",
        },
        {
          "at": [
            14,
            59,
          ],
          "code": "ND3001",
          "hint": "No operator matches the given name and argument types. You might need to add explicit type casts.
      The fields of rows have the types of their uses with the alias, as in r.id. Cast one that has none: r.id::bigint.",
          "message": "Q6: operator does not exist: kind = integer",
        },
      ]
    `);
  });

  it('are not for @pgtyped/runtime, nor beside @optional', async () => {
    const update = 'UPDATE t SET price = r.price FROM :rows AS r WHERE t.id = r.id';
    const { diagnostics } = await analysisOf([['(id, price)...', update]], true);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['ND3025', 'Q0: :rows in FROM: @pgtyped/runtime sends no arrays for rows'],
    ]);
    const beside = await analysisOf([
      ['(id, price)...) @optional least /*', `*/ ${update} AND t.id > :least`],
    ]);
    expect(beside.diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['ND3025', 'Q0: :rows in FROM cannot be beside @optional'],
    ]);
  });
});
