import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  EmptyUpdateError,
  int4,
  many,
  observe,
  one,
  type QueryDefinition,
  QueryError,
  type QueryEvent,
  text,
  unprepared,
  varying,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

interface Params {
  a?: number | null;
  b?: string | null | undefined;
  ids?: readonly number[] | undefined;
  least: number;
}

const definition: QueryDefinition = {
  name: 'findNumbers',
  file: 'queries/numbers.sql',
  sql: [
    'SELECT n, s FROM (VALUES (1, $$x$$), (2, $$y$$), (3, NULL)) v (n, s) WHERE n >= ',
    0,
    ' AND (',
    1,
    '::int4 IS NULL OR n = ',
    1,
    ') AND s IS NOT DISTINCT FROM ',
    2,
    ' AND n IN ',
    3,
  ],
  params: [
    { name: 'least', codec: int4 },
    { name: 'a', codec: int4 },
    { name: 'b', codec: text },
    { name: 'ids', list: int4, type: 'int4' },
  ],
  columns: [
    ['n', int4],
    ['s', text],
  ],
  statement: varying({
    guarded: [1],
    optional: [2, 3],
    text: [
      'SELECT n, s FROM (VALUES (1, $$x$$), (2, $$y$$), (3, NULL)) v (n, s) WHERE n >= ',
      0,
      '::int4 AND (',
      { needs: [1], text: ['n = ', 1, '::int4'] },
      ') AND ',
      { needs: [2], text: ['s IS NOT DISTINCT FROM ', 2, '::text'] },
      ' AND ',
      { needs: [3], text: ['n IN ', 3] },
    ],
  }),
};
const findNumbers = many<Params, { n: number; s: string | null }>(definition);
const from = 'SELECT n, s FROM (VALUES (1, $$x$$), (2, $$y$$), (3, NULL)) v (n, s) WHERE n >= ';

const updateNumber = many<
  { id: number; s?: string | null | undefined; t?: string | undefined; u?: number | undefined },
  { id: number; s: string | null; t: string }
>({
  name: 'updateNumber',
  file: 'queries/numbers.sql',
  sql: 'UPDATE varying_number SET s = $2, t = $3 || $4 WHERE id = $1 RETURNING id, s, t',
  params: [
    { name: 'id', codec: int4 },
    { name: 's', codec: text },
    { name: 't', codec: text },
    { name: 'u', codec: int4 },
  ],
  columns: [
    ['id', int4],
    ['s', text],
    ['t', text],
  ],
  statement: varying({
    optional: [1, 2, 3],
    text: [
      'UPDATE varying_number SET ',
      {
        items: [
          [{ needs: [1], text: ['s = ', 1, '::text'], otherwise: [] }],
          [{ needs: [2, 3], text: ['t = ', 2, '::text || ', 3, '::int4'], otherwise: [] }],
        ],
        required: true,
      },
      ' WHERE id = ',
      0,
      '::int4 RETURNING id, s, t',
    ],
  }),
});

const insertNumber = one<{ id: number; s?: string | null | undefined }, { s: string | null }>({
  name: 'insertNumber',
  file: 'queries/numbers.sql',
  sql: 'INSERT INTO varying_number (id, s) VALUES ($1, $2) RETURNING s',
  params: [
    { name: 'id', codec: int4 },
    { name: 's', codec: text },
  ],
  columns: [['s', text]],
  statement: varying({
    optional: [1],
    text: [
      'INSERT INTO varying_number (id, s) VALUES (',
      0,
      '::int4, ',
      { needs: [1], text: [1, '::text'], otherwise: ['DEFAULT'] },
      ') RETURNING s',
    ],
  }),
});

const cases: readonly (readonly [Params, number[], string])[] = [
  [{ least: 2 }, [2, 3], `${from}$1::int4 AND ( TRUE ) AND  TRUE  AND  TRUE `],
  [{ least: 1, a: 2 }, [2], `${from}$1::int4 AND (n = $2::int4) AND  TRUE  AND  TRUE `],
  [{ least: 1, a: null }, [1, 2, 3], `${from}$1::int4 AND ( TRUE ) AND  TRUE  AND  TRUE `],
  [{ least: 1, b: 'y' }, [2], `${from}$1::int4 AND ( TRUE ) AND s IS NOT DISTINCT FROM $2::text AND  TRUE `],
  // NULL is a value of what only a missing key omits.
  [{ least: 1, b: null }, [3], `${from}$1::int4 AND ( TRUE ) AND s IS NOT DISTINCT FROM $2::text AND  TRUE `],
  [{ least: 1, b: undefined }, [1, 2, 3], `${from}$1::int4 AND ( TRUE ) AND  TRUE  AND  TRUE `],
  [{ least: 1, ids: [1, 3] }, [1, 3], `${from}$1::int4 AND ( TRUE ) AND  TRUE  AND n IN ($2, $3)`],
  [
    { least: 1, ids: [] },
    [],
    `${from}$1::int4 AND ( TRUE ) AND  TRUE  AND n IN (SELECT NULL::int4 WHERE false)`,
  ],
  [
    { least: 1, a: 1, b: 'x', ids: [1] },
    [1],
    `${from}$1::int4 AND (n = $2::int4) AND s IS NOT DISTINCT FROM $3::text AND n IN ($4)`,
  ],
];

describe.each(connections)('a statement that varies, over %s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it.each(cases)('%o', async (params, numbers) => {
    for (const db of [opened.db, unprepared(opened.db)]) {
      // The second time it may be prepared.
      for (let i = 0; i < 2; i++) {
        const rows = await findNumbers(db, params);
        expect(rows.map(({ n }) => n).sort()).toEqual(numbers);
      }
    }
  });

  it('is one of a batch, and can be iterated over', async () => {
    const calls = [findNumbers.with({ least: 3 }), findNumbers.with({ least: 1, a: 1 })] as const;
    expect(await batch(opened.db, calls)).toMatchObject([{ value: [{ n: 3 }] }, { value: [{ n: 1 }] }]);
    expect(await findNumbers.run({ least: 3 }, opened.db)).toHaveLength(1);
  });
});

describe.each(connections)('assignments that can be omitted, over %s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await opened.run('DROP TABLE IF EXISTS varying_number');
    await opened.run("CREATE TABLE varying_number (id int, s text DEFAULT 'd', t text DEFAULT 'e')");
  });
  afterAll(async () => {
    await opened?.run('DROP TABLE IF EXISTS varying_number');
    await opened?.close();
  });

  it('keep their columns, and values are DEFAULT', async () => {
    const { db } = opened;
    expect(await insertNumber(db, { id: 1 })).toEqual({ s: 'd' });
    expect(await insertNumber(db, { id: 2, s: null })).toEqual({ s: null });
    expect(await insertNumber(db, { id: 3, s: undefined })).toEqual({ s: 'd' });
    expect(await updateNumber(db, { id: 1, s: 'x' })).toEqual([{ id: 1, s: 'x', t: 'e' }]);
    expect(await updateNumber(db, { id: 1, s: undefined, t: 'y', u: 7 })).toEqual([
      { id: 1, s: 'x', t: 'y7' },
    ]);
    // Sent only if all of its parameters are given.
    expect(await updateNumber(db, { id: 1, s: null, t: 'z' })).toEqual([{ id: 1, s: null, t: 'y7' }]);
    expect(await updateNumber.run({ id: 1, s: 'r' }, db)).toEqual([{ id: 1, s: 'r', t: 'y7' }]);
    const calls = [updateNumber.with({ id: 2, s: 'b' }), insertNumber.with({ id: 4 })] as const;
    expect(await batch(db, calls)).toMatchObject([{ value: [{ id: 2, s: 'b' }] }, { value: { s: 'd' } }]);
  });

  it('are an error where nothing else is assigned', async () => {
    const events: QueryEvent[] = [];
    const stop = observe((event) => events.push(event));
    try {
      for (const params of [{ id: 1 }, { id: 1, t: 'secret' }, { id: 1, s: undefined }]) {
        const error = await updateNumber(opened.db, params).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(EmptyUpdateError);
        expect(error).toBeInstanceOf(QueryError);
        expect(String(error)).toBe(
          'EmptyUpdateError: updateNumber (queries/numbers.sql): none of the values to be assigned is given; nothing was sent',
        );
        await expect(updateNumber.run(params, opened.db)).rejects.toThrow(EmptyUpdateError);
        expect(() => updateNumber.with(params)).toThrow(EmptyUpdateError);
      }
    } finally {
      stop();
    }
    expect(events.filter(({ text: sql }) => sql?.startsWith('UPDATE'))).toEqual([]);
  });
});

describe('what is sent', () => {
  it('is each text that assigns something', () => {
    const before = 'UPDATE varying_number SET';
    expect([...(updateNumber.texts?.() ?? [])].map(({ given, sql }) => [given.join(), sql])).toEqual([
      ['s', `${before} s = $2::text WHERE id = $1::int4 RETURNING id, s, t`],
      ['s,t', `${before} s = $2::text WHERE id = $1::int4 RETURNING id, s, t`],
      ['s,u', `${before} s = $2::text WHERE id = $1::int4 RETURNING id, s, t`],
      ['t,u', `${before} t = $2::text || $3::int4 WHERE id = $1::int4 RETURNING id, s, t`],
      ['s,t,u', `${before} s = $2::text, t = $3::text || $4::int4 WHERE id = $1::int4 RETURNING id, s, t`],
    ]);
  });

  it.each(cases)('for %o', (params, _, sql) => {
    expect(findNumbers.with(params).statement.text).toBe(sql);
  });

  it('has a name with a mask of what is given, the same for the same text', () => {
    const nameOf = (params: Params) => findNumbers.with(params).statement.name;
    expect(nameOf({ least: 1 })).toMatch(/^findNumbers_0_[0-9a-f]+$/);
    expect(nameOf({ least: 1, a: 1, b: null })).toMatch(/^findNumbers_3_[0-9a-f]+$/);
    expect(nameOf({ least: 5, a: 7, b: '' })).toBe(nameOf({ least: 1, a: 1, b: null }));
    expect(nameOf({ least: 1, a: null })).toBe(nameOf({ least: 9 }));
  });

  it('is the whole statement in `sql`, and can be listed', () => {
    expect(findNumbers.sql).toContain('($2::int4 IS NULL OR n = $2)');
    const texts = [...(findNumbers.texts?.() ?? [])];
    expect(texts).toHaveLength(8);
    expect(texts[5]).toEqual({
      given: ['a', 'ids'],
      sql: `${from}$1::int4 AND (n = $2::int4) AND  TRUE  AND n IN ($3)`,
    });
    expect(new Set(texts.map(({ sql }) => sql)).size).toBe(8);
  });

  it('refuses what is no object, and names the query in errors', () => {
    expect(() => findNumbers.with(undefined as never)).toThrow('findNumbers: params must be an object');
    expect(() => findNumbers.with({ least: 1, b: '\ud800' })).toThrow(
      'findNumbers (queries/numbers.sql): parameter "b"',
    );
  });

  it('has at most 64 names', () => {
    const params = Array.from({ length: 8 }, (_, i) => ({ name: `p${i}`, codec: int4 }));
    const all = many<Record<string, number>, object>({
      name: 'aVeryLongNameOfAQueryThatIsLongerThanWhatPostgresKeepsOfTheNameOfAStatement',
      file: 'q.sql',
      sql: 'SELECT 1',
      params,
      columns: [],
      statement: varying({
        guarded: params.map((_, i) => i),
        text: [
          'SELECT 1 WHERE true',
          ...params.flatMap((_, i) => [' AND ', { needs: [i], text: [`${i} < `, i] }]),
        ],
      }),
    });
    const names = new Set<string | undefined>();
    for (let round = 0; round < 2; round++) {
      for (let mask = 0; mask < 256; mask++) {
        const given = params.filter((_, i) => (mask >> i) % 2 === 1).map(({ name }) => [name, 9] as const);
        const { name, text: sql } = all.with(Object.fromEntries(given)).statement;
        expect(sql.match(/TRUE/g)?.length ?? 0).toBe(8 - given.length);
        if (name !== undefined) expect(name.length).toBeLessThan(64);
        names.add(name);
      }
    }
    expect(names.size).toBe(65);
  });
});

it('tells observers which parameters are given, and no values', async () => {
  const client = new Client({ connectionString: postgresUrl(18) });
  await client.connect();
  const events: QueryEvent[] = [];
  const stop = observe((event) => events.push(event));
  try {
    await findNumbers(client, { least: 1, a: 2, b: 'secret' });
    for await (const _ of findNumbers.iterate(client, { least: 1, ids: [4321] }));
  } finally {
    stop();
    await client.end();
  }
  expect(events.find(({ text: sql }) => sql.startsWith('SELECT'))?.given).toEqual(['a', 'b']);
  expect(events.find(({ text: sql }) => sql.startsWith('DECLARE'))?.given).toEqual(['ids']);
  expect(JSON.stringify(events)).not.toMatch(/secret|4321/);
});
