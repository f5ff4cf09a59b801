import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery } from '../../src/analysis/analysed-query.ts';
import { columnwise, list, text } from '../../src/runtime/index.ts';
import { statementOf } from '../../src/runtime/statement.ts';
import { textWithArrays } from '../../src/sql/arrays.ts';
import { readStatements } from '../../src/sql/read.ts';
import type { ElementType } from '../../src/sql/row-source.ts';
import { drawFrom } from '../impact/random/draw.ts';
import { type Analysed, analysed } from '../support/analysed.ts';
import { randomSeed } from '../support/random-seed.ts';
import { tested } from '../support/tested.ts';

// By hand: NODRIFT_RANDOM_QUERIES=5000 NODRIFT_RANDOM_SEED=7 npx vitest run test/analysis/arrays-random.test.ts
const count = Number(process.env.NODRIFT_RANDOM_QUERIES ?? 60);

/** Types, with values of them as text; the last one is none. */
const types: Readonly<Record<string, readonly string[]>> = {
  int4: ['0', '1', '2', '-1', '2147483647', ' 1 ', 'one'],
  int2: ['0', '1', '32767', '40000'],
  int8: ['0', '1', '9223372036854775807', '1.5'],
  'numeric(4, 1)': ['0', '1', '1.0', '1.05', 'NaN', '1e2', '1e3'],
  float8: ['0', '-0', '1e300', 'NaN', 'Infinity', 'x'],
  text: ['', 'a', 'A', 'NULL', 'null', 'a"b', 'a\\b', '{a,b}', 'é€😀', ' a', '\u0000'],
  'varchar(3)': ['', 'a', 'abc', 'abc  ', 'abcd'],
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
  named: ['(1,"a ""b"",\\\\c")', '(,)', '(1,"")', '(2,"{}")', '(1,"(,)")', '(x,a)'],
  'text[]': [
    '{}',
    '{a,b}',
    '{NULL}',
    '{"NULL",NULL}',
    '{"a\\"b","\\\\{},"}',
    '{{a,b},{c,NULL}}',
    '[2:3]={a,b}',
    '{',
  ],
  'int4[]': ['{}', '{1}', '{1,NULL}', '{{1,2},{3,4}}', '{{{1}}}', '[0:0]={1}', '{1,x}'],
  'varchar(3)[]': ['{abc}', '{"a  "}', '{"abc  "}', '{{a},{b}}', '{abcd}'],
  'char(3)[]': ['{a}', '{"a  "}', '{}', '{abcd}'],
  'numeric(4, 1)[]': ['{1.0,1.05}', '{1}', '{NaN}', '{1e3}'],
  'float8[]': ['{0}', '{-0}', '{NaN,Infinity}', '{x}'],
  'bytea[]': ['{"\\\\x00ff"}', '{""}', '{a}', '{"\\\\x0"}'],
  'kind[]': ['{a,"b,c"}', '{"d e",NULL}', '{z}'],
  'email[]': ['{a@b}', '{NULL,x@y}', '{nobody}'],
  'int4range[]': ['{"[1,3)",empty}', '{"(0,2]"}', '{"[1,2]"}', '{"["}'],
  'jsonb[]': ['{"{\\"a\\": [1, null]}"}', '{null}', '{"null"}', '{"{"}'],
  'box[]': ['{(2,2),(1,1);(0,0),(0,0)}', '{(1,1),(2,2)}', '{1,2}'],
  'named[]': ['{"(1,\\"a b\\")","(,)"}', '{NULL}', '{"(x,)"}'],
  'timestamptz[]': ['{"2024-01-01 00:00+00"}', '{"2024-01-01 01:00+01"}', '{x}'],
  words: ['{a}', '{a,b,c}', '{}', '{NULL}', '{a,b,c,d}'],
  at_point: ['(1,2)', '(3,)', '(,2)'],
};
const names = Object.keys(types);

/** Types whose values are compared as records, which parameters cannot be, or have no order to be compared by. */
const UNCOMPARED = new Set(['point3', 'named', 'at_point', 'box[]']);

const schema = `
  CREATE TYPE kind AS ENUM ('a', 'b,c', 'd e');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
  CREATE TYPE point3 AS (x int, y int);
  CREATE TYPE named AS (x int, y text);
  CREATE DOMAIN words AS text[] CHECK (cardinality(VALUE) < 4);
  CREATE DOMAIN at_point AS point3 CHECK (VALUE IS NULL OR (VALUE).x IS NOT NULL);
  CREATE TABLE t (id int PRIMARY KEY, ${names.map((type, i) => `c${i} ${type}`).join(', ')});
  CREATE TABLE w (id serial PRIMARY KEY, k int UNIQUE, doubled int GENERATED ALWAYS AS (k * 2) STORED,
    always int GENERATED ALWAYS AS IDENTITY, d text DEFAULT 'x' NOT NULL, ${names.map((type, i) => `c${i} ${type}`).join(', ')},
    CHECK (k < 100));
  CREATE TABLE log (n serial, id int, k int);
  CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO log (id, k) VALUES (new.id, new.k);
    IF new.k = 3 THEN new.d := 'three ' || (SELECT count(*) FROM w); END IF;
    IF new.k = 4 THEN RETURN NULL; END IF;
    RETURN new;
  END $$;
  CREATE TRIGGER noted BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION noted();
`;

/** What follows upon the rows of an INSERT. */
const endings = [
  'RETURNING *',
  'ON CONFLICT DO NOTHING RETURNING id, k',
  'ON CONFLICT (k) DO UPDATE SET d = excluded.d || w.d, c5 = excluded.c5 RETURNING id, k, d',
];

const typeNameOf = (type: ElementType = '') => (typeof type === 'string' ? type : type.castTo);

type Values = readonly (string | null)[];

describe.each(tested([14, 16, 18, 'PGlite']))('random lists on %s', (server) => {
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
      catalog: Promise.resolve(database.catalog),
    });
    await database.client.query('SET debug_print_parse = off');
    expect([...diagnostics, ...analysis.diagnostics]).toEqual([]);
    return analysis.queries;
  };
  /** What a statement returns, and another one after it; or the SQLSTATE. */
  const outcomeOf = async (
    make: () => { readonly text: string; readonly values: readonly unknown[] },
    before: readonly string[] = [],
    after?: string,
  ) => {
    const { client } = database;
    const run = async (sql: string, values: readonly unknown[] = []) =>
      (await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows;
    await client.query('BEGIN');
    try {
      for (const sql of before) await client.query(sql);
      const { text: sql, values } = make();
      const rows = await run(sql, values);
      return JSON.stringify(after === undefined ? rows : [rows, await run(after)]);
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    } finally {
      await client.query('ROLLBACK');
    }
  };

  it('find the same as arrays as they do written out', { timeout: 60_000 + count * 100 }, async () => {
    const file = names
      .flatMap((name, i) => {
        if (UNCOMPARED.has(name)) return [];
        const tests = [`c${i} IN :l`, `c${i} NOT IN :l`, `(c${i} IN :l) IS NULL`, `NOT c${i} IN :l`];
        const selected = tests.flatMap((test, j) => (j === 1 ? [] : [`${test} AS x${j}`])).join(', ');
        return [
          `/* @name A${i} @param l -> (...) */ SELECT id, ${selected} FROM t ORDER BY id;`,
          `/* @name B${i} @param l -> (...) */ SELECT id FROM t WHERE ${tests[0]} ORDER BY id;`,
          `/* @name C${i} @param l -> (...) */ DELETE FROM t WHERE ${tests[1]} RETURNING id;`,
          `/* @name D${i} @param l -> (...) */ SELECT id, ${tests[1]} AS x FROM t ORDER BY id;`,
        ].join('\n');
      })
      .join('\n');
    const queries = await queriesOf(file);
    const arrays = queries.filter((query) => query.arrays !== undefined);
    expect(arrays).toHaveLength((names.length - UNCOMPARED.size) * 4);
    const wrong: object[] = [];
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const query = from(arrays);
      const { statement, arrays: elementTypes = new Map() } = query;
      const type = names[Number(statement.name.slice(1))] ?? '';
      const isWrong = rarely(5);
      const l: Values = Array.from({ length: upTo(7) }, (_, nth) => drawn(type, isWrong && nth === 0));
      const origin = { name: statement.name, file: 'q.sql', columns: [] };
      const written = statementOf({
        ...origin,
        sql: statement.parts,
        params: [{ name: 'l', list: text, type: typeNameOf(elementTypes.get(0) as ElementType) }],
      });
      const asArray = statementOf({
        ...origin,
        sql: textWithArrays(statement, elementTypes) ?? '',
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
    expect(refused).toBeGreaterThan(0);
  });

  it('of rows find the same as arrays as they do written out', {
    timeout: 60_000 + count * 100,
  }, async () => {
    const compared = names.map((_, i) => {
      const others = [i, upTo(names.length), upTo(names.length)].slice(0, 1 + upTo(3));
      return [...new Set(others)].filter((other) => !UNCOMPARED.has(names[other] ?? ''));
    });
    const file = compared
      .flatMap((columns, i) => {
        if (columns.length === 0) return [];
        const row = `(${columns.map((column) => `c${column}`).join(', ')})`;
        const header = (letter: string) =>
          `/* @name ${letter}${i} @param rows -> ((${columns.map((column) => `c${column}`).join(', ')})...) */`;
        const found = `SELECT id, ${row} IN :rows AS x, (${row} IN (:rows)) IS NULL AS y FROM t ORDER BY id;`;
        return [
          `${header('A')} ${found}`,
          `${header('B')} SELECT id, ${row} NOT IN :rows AS x, (${row} NOT IN :rows) IS NULL AS y FROM t ORDER BY id;`,
          `${header('C')} SELECT id FROM t WHERE id > 3 AND ${row} IN :rows ORDER BY id;`,
          `${header('D')} SELECT id FROM t WHERE ${row} NOT IN :rows ORDER BY id;`,
          `${header('E')} DELETE FROM t WHERE NOT ${row} IN :rows RETURNING id;`,
        ];
      })
      .join('\n');
    const queries = await queriesOf(file);
    expect(queries.filter(({ arrays }) => arrays === undefined)).toEqual([]);
    const wrong: object[] = [];
    let [refused, matched] = [0, 0];
    for (let i = 0; i < count; i++) {
      const { statement, arrays = new Map() } = from(queries);
      const columns = compared[Number(statement.name.slice(1))] ?? [];
      const isWrong = rarely(5);
      const known = await database.rows(
        `SELECT ${columns.map((column) => `c${column}::text`).join(', ')} FROM t`,
      );
      const rows = Array.from({ length: 1 + upTo(6) }, (_, nth) => {
        const existing = rarely(2) ? from(known) : [];
        return Object.fromEntries(
          columns.map((column, at) => [
            `c${column}`,
            (rarely(8) ? undefined : existing[at]) ??
              drawn(names[column] ?? '', isWrong && nth === 0 && at === 0),
          ]),
        );
      });
      const definition = {
        ...{ name: statement.name, file: 'q.sql', columns: [] },
        params: [{ name: 'rows', rows: columns.map((column) => [`c${column}`, text] as const) }],
      };
      const written = statementOf({ ...definition, sql: statement.parts });
      const asArrays = columnwise({ ...definition, sql: textWithArrays(statement, arrays) ?? '' });
      const [expected, found] = [
        await outcomeOf(() => written({ rows })),
        await outcomeOf(() => asArrays({ rows })),
      ];
      if (expected.length === 5) refused += 1;
      else if (expected !== '[]') matched += 1;
      if (expected !== found) wrong.push({ sql: statement.sql, rows, expected, found });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(matched).toBeGreaterThan(count / 4);
    const everywhere = queries.filter(({ statement }) => statement.name.startsWith('D'));
    for (const { statement, arrays = new Map() } of everywhere.slice(0, 3)) {
      const columns = compared[Number(statement.name.slice(1))] ?? [];
      const none = columnwise({
        ...{ name: 'none', file: 'q.sql', columns: [] },
        sql: textWithArrays(statement, arrays) ?? '',
        params: [{ name: 'rows', rows: columns.map((column) => [`c${column}`, text] as const) }],
      });
      // No row is not in an empty list.
      expect(await outcomeOf(() => none({ rows: [] }))).toBe(
        JSON.stringify(await database.rows('SELECT id FROM t ORDER BY id')),
      );
    }
  });

  it('of rows in FROM are the rows that they are written out', {
    timeout: 60_000 + count * 100,
  }, async () => {
    const columns = names.flatMap((type, i) => (UNCOMPARED.has(type) ? [] : [i]));
    const fieldsOf = (i: number) => [...new Set([i, from(columns)])];
    const statements = columns.map((i) => {
      const fields = fieldsOf(i).map((column) => `c${column}`);
      const equal = fields.map((field) => `t.${field} = r.${field}`).join(' AND ');
      const all = fields.map((field) => `r.${field}`).join(', ');
      return {
        fields,
        sql: from([
          `SELECT t.id, ${all} FROM :rows AS r LEFT JOIN t ON ${equal} ORDER BY t.id, row_to_json(r)::text`,
          `SELECT t.id, (SELECT count(*) FROM :rows AS r WHERE ${equal}) AS n FROM t ORDER BY t.id`,
          `WITH d AS (DELETE FROM t USING :rows AS r WHERE ${equal} RETURNING t.id) SELECT id FROM d ORDER BY id`,
        ]),
      };
    });
    const queries = await queriesOf(
      statements
        .map(({ fields, sql }, i) => `/* @name Q${i} @param rows -> ((${fields.join(', ')})...) */ ${sql};`)
        .join('\n'),
    );
    const wrong: object[] = [];
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const query = from(queries);
      const { statement, arrays = new Map() } = query;
      const { fields, sql } = statements[Number(statement.name.slice(1))] ?? { fields: [], sql: '' };
      const isWrong = rarely(5);
      const rows = Array.from({ length: 1 + upTo(5) }, (_, nth) =>
        Object.fromEntries(
          fields.map((field) => [field, drawn(names[Number(field.slice(1))] ?? '', isWrong && nth === 0)]),
        ),
      );
      const asArrays = columnwise({
        ...{ name: statement.name, file: 'q.sql', columns: [], sql: textWithArrays(statement, arrays) ?? '' },
        params: [{ name: 'rows', rows: fields.map((field) => [field, text] as const) }],
      });
      const fieldTypes = (arrays.get(0) ?? []) as readonly ElementType[];
      const values = rows.map(
        (_, row) =>
          `(${fields.map((_, at) => `$${row * fields.length + at + 1}::${typeNameOf(fieldTypes[at])}`).join(', ')})`,
      );
      const written = `(SELECT * FROM (VALUES ${values.join(', ')}) AS v (${fields.join(', ')}))`;
      const [expected, found] = [
        await outcomeOf(() => ({
          text: sql.replace(':rows', written),
          values: rows.flatMap((row) => fields.map((field) => row[field] ?? null)),
        })),
        await outcomeOf(() => asArrays({ rows })),
      ];
      if (expected.length === 5) refused += 1;
      // Of texts only those that are compared are cast.
      const mayDiffer = isWrong && fieldTypes.some((type) => typeof type === 'object');
      if (expected !== found && !mayDiffer) wrong.push({ sql: statement.sql, rows, expected, found });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });

  it('of rows write the same as arrays as they do written out', {
    timeout: 60_000 + count * 200,
  }, async () => {
    const written = Array.from({ length: 60 }, () => {
      const fields = [...(rarely(6) ? [] : ['k']), ...names.map((_, i) => `c${i}`).filter(() => rarely(4))];
      const overriding = rarely(8) ? ['always'] : [];
      const all = [...fields, ...overriding, ...(rarely(8) ? ['d'] : [])];
      const columns = all.length === 0 ? ['k'] : all;
      const override = columns.includes('always')
        ? from(['OVERRIDING SYSTEM VALUE', 'OVERRIDING USER VALUE'])
        : '';
      return {
        columns,
        sql: `INSERT INTO w (${columns.join(', ')}) ${override} VALUES :rows ${from(endings)}`,
      };
    });
    const queries = await queriesOf(
      written
        .map(({ columns, sql }, i) => `/* @name Q${i} @param rows -> ((${columns.join(', ')})...) */ ${sql};`)
        .join('\n'),
    );
    const arrays = queries.filter((query) => query.arrays !== undefined);
    expect(arrays.length).toBeGreaterThan(30);
    const stateAfter = (make: () => { readonly text: string; readonly values: readonly unknown[] }) =>
      outcomeOf(
        make,
        [
          "SELECT setval('w_id_seq', 100), setval('w_always_seq', 100), setval('log_n_seq', 100)",
          "INSERT INTO w (k, d) VALUES (1, 'one'), (2, 'two')",
        ],
        'SELECT (SELECT array_agg(w ORDER BY id) FROM w), (SELECT array_agg(log ORDER BY n) FROM log)',
      );
    const wrong: object[] = [];
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const query = from(arrays);
      const { statement, arrays: columnTypes = new Map() } = query;
      const { columns } = written[Number(statement.name.slice(1))] ?? { columns: [] };
      const isWrong = rarely(5);
      const ofType = columns.find((name) => name.startsWith('c'));
      const rows = Array.from({ length: 1 + upTo(5) }, (_, nth) =>
        Object.fromEntries(
          columns.map((name) => {
            const type = name.startsWith('c') ? names[Number(name.slice(1))] : undefined;
            if (type !== undefined) return [name, drawn(type, isWrong && nth === 0 && name === ofType)];
            // Values are read before rows are written: of several errors, another one could be the first.
            return [name, isWrong ? String(10 + nth) : from(['0', '1', '2', '3', '4', '5', '100', null])];
          }),
        ),
      );
      const definition = {
        name: statement.name,
        file: 'q.sql',
        columns: [],
        params: [{ name: 'rows', rows: columns.map((name) => [name, text] as const) }],
      };
      const [asRows, asArrays] = [
        statementOf({ ...definition, sql: statement.parts }),
        columnwise({ ...definition, sql: textWithArrays(statement, columnTypes) ?? '' }),
      ];
      const [expected, found] = [
        await stateAfter(() => asRows({ rows })),
        await stateAfter(() => asArrays({ rows })),
      ];
      if (expected.length === 5) refused += 1;
      if (expected !== found) wrong.push({ sql: statement.sql, rows, expected, found });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(count * 0.8);
    const [first] = arrays;
    const empty = columnwise({
      ...{ name: 'empty', file: 'q.sql', columns: [] },
      sql: (first && textWithArrays(first.statement, first.arrays ?? new Map())) ?? '',
      params: [
        {
          name: 'rows',
          rows: (written[Number(first?.statement.name.slice(1))]?.columns ?? []).map(
            (name) => [name, text] as const,
          ),
        },
      ],
    });
    expect(await outcomeOf(() => empty({ rows: [] }))).toBe('[]');
  });
});
