import { Client } from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  type Codec,
  copyTo,
  DecodeError,
  fakes,
  int4,
  type NestedDefinition,
  type NoParams,
  NoRowError,
  nestedMany,
  nestedMaybe,
  nestedOne,
  StaleQueryError,
  StreamError,
  TooManyRowsError,
  text,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened } from './connections.ts';

interface Article {
  id: number;
  owner: { name: string } | null;
  tags: { id: number; words: string[] }[];
}

const definition: NestedDefinition = {
  name: 'listArticles',
  file: 'queries/articles.sql',
  sql: `SELECT * FROM (VALUES (2, 'Ada', 1, 'x'), (2, 'Ada', 1, 'y'), (2, 'Ada', 3, NULL), (1, NULL, NULL, NULL),
    (4, 'Bob', 1, 'x')) v (id, "owner.name", "tags[].id", "tags[].words[]") WHERE id < $1`,
  params: [{ name: 'below', codec: int4 }],
  columns: [
    ['id', int4, 23],
    ['owner.name', text, 25],
    ['tags[].id', int4, 23],
    ['tags[].words[]', text, 25],
  ],
  readOnly: true,
  nested: {
    key: [0],
    inOrder: true,
    fields: {
      id: 0,
      owner: { present: 1, of: { name: 1 } },
      tags: { list: true, present: 2, key: [2], of: { id: 2, words: { list: true, present: 3, of: 3 } } },
    },
  },
};
async function collected<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
}

const listArticles = nestedMany<{ below: number }, Article>(definition);
const articles: readonly Article[] = [
  {
    id: 2,
    owner: { name: 'Ada' },
    tags: [
      { id: 1, words: ['x', 'y'] },
      { id: 3, words: [] },
    ],
  },
  { id: 1, owner: null, tags: [] },
  { id: 4, owner: { name: 'Bob' }, tags: [{ id: 1, words: ['x'] }] },
];

describe.each(connections)('nested results over %s', (name, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it('are objects in the order of their first rows', async () => {
    expect(await listArticles(opened.db, { below: 9 })).toStrictEqual(articles);
    expect(await listArticles.run({ below: 2 }, opened.db)).toStrictEqual(articles.slice(1, 2));
    expect(await listArticles.runWithCounts({ below: 9 }, opened.db)).toStrictEqual({
      result: articles,
      rowCount: 5,
    });
  });

  it('are one of a batch, and can be iterated over', async () => {
    const calls = [listArticles.with({ below: 4 }), nestedMaybe(definition).with({ below: 1 })] as const;
    expect(await batch(opened.db, calls)).toEqual([
      { status: 'fulfilled', value: articles.slice(0, 2) },
      { status: 'fulfilled', value: null },
    ]);
    // It has no connection of its own for a transaction.
    if (name === 'a wrapper around pg') return;
    for (const size of [1, 2, 100])
      expect(await collected(listArticles.iterate(opened.db, { below: 9 }, { batch: size }))).toEqual(
        articles,
      );
    const first: Article[] = [];
    for await (const article of listArticles.iterate(opened.db, { below: 9 }, { batch: 1 })) {
      first.push(article);
      break;
    }
    expect(first).toEqual(articles.slice(0, 1));
  });

  it('are counted as objects', async () => {
    expect(await nestedOne<{ below: number }, Article>(definition)(opened.db, { below: 2 })).toEqual(
      articles[1],
    );
    await expect(nestedOne(definition)(opened.db, { below: 0 })).rejects.toThrow(NoRowError);
    const error = await nestedMaybe(definition)(opened.db, { below: 3 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TooManyRowsError);
    expect(error).toMatchObject({ rowCount: 2 });
  });

  it('need columns that are as expected', async () => {
    const [id, ...others] = definition.columns;
    await expect(
      nestedMany({ ...definition, columns: [['ID', int4, 23], ...others] })(opened.db, { below: 9 }),
    ).rejects.toThrow(StaleQueryError);
    if (id === undefined) return;
    await expect(nestedMany({ ...definition, columns: [id] })(opened.db, { below: 9 })).rejects.toThrow(
      StaleQueryError,
    );
    const broken = { ...definition, columns: definition.columns.with(3, ['tags[].words[]', int4]) };
    const error = await nestedMany(broken)(opened.db, { below: 9 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DecodeError);
    expect(error.column).toBe('tags[].words[]');
    expect(error.message).not.toContain('x');
  });
});

describe('rows of one object', () => {
  const { inOrder: _, ...unordered } = definition.nested;
  const mixed = nestedMany<{ below: number }, Article>({ ...definition, nested: unordered });
  const rows = [
    ['1', 'a', '1', 'x'],
    ['2', 'b', '1', 'y'],
    ['1', 'a', '1', 'z'],
    ['1', 'a', '2', 'x'],
  ];
  const made = (all: readonly (readonly (string | null)[])[], query = mixed) => {
    const { read, resultOf } = query.with({ below: 1 });
    return resultOf(
      all.map((row) => read?.(row)),
      all.length,
    );
  };

  it('can be anywhere', () => {
    expect(made(rows)).toEqual([
      {
        id: 1,
        owner: { name: 'a' },
        tags: [
          { id: 1, words: ['x', 'z'] },
          { id: 2, words: ['x'] },
        ],
      },
      { id: 2, owner: { name: 'b' }, tags: [{ id: 1, words: ['y'] }] },
    ]);
  });

  it('must follow one another where objects come one by one', async () => {
    const error = await mixed
      .iterate({} as never, { below: 1 })
      .next()
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StreamError);
    expect(error.message).toBe(
      'listArticles (queries/articles.sql): iterate needs the rows of one object next to each other: begin ORDER BY with its key',
    );
    expect(() => mixed.stream({ below: 1 }, {})).toThrow(StreamError);
  });

  it('are told apart by keys of several columns, whatever is in them', () => {
    const pairs = nestedMany<NoParams, { a: string; b: string; n: string[] }>({
      name: 'pairs',
      file: 'f.sql',
      sql: '',
      params: [],
      columns: [
        ['a', text],
        ['b', text],
        ['n[]', text],
      ],
      nested: { key: [0, 1], fields: { a: 0, b: 1, n: { list: true, of: 2 } } },
    });
    const { read, resultOf } = pairs.with();
    const texts = [
      ['a', 'b,c', '1'],
      ['a,b', 'c', '2'],
      ['a","b', 'c', '3'],
      ['a', 'b,c', '4'],
    ];
    const result = resultOf(
      texts.map((row) => read?.(row)),
      4,
    );
    expect(result.map(({ n }) => n)).toEqual([['1', '4'], ['2'], ['3']]);
  });

  it('cost one decoded value for each that is in the result', () => {
    const steps = (parents: number, children: number) => {
      let decoded = 0;
      const counted: Codec<number> = { encode: String, decode: (value) => ++decoded && Number(value) };
      const query = nestedMany<{ below: number }, Article>({
        ...definition,
        columns: definition.columns.map(([name]) => [name, counted]),
      });
      const all = Array.from({ length: parents * children }, (_, i) => [
        String(i % parents),
        'a',
        String(Math.floor(i / parents)),
        'x',
      ]);
      const result = made(all, query);
      expect(result.length).toBe(parents);
      expect(result.every(({ tags }) => tags.length === children)).toBe(true);
      return decoded;
    };
    // Of each parent its key and its owner, of each child its key and its word.
    for (const [parents, children] of [
      [1, 1],
      [10, 10],
      [10, 1000],
      [1000, 10],
    ] as const)
      expect(steps(parents, children)).toBe(2 * parents + 2 * parents * children);
  });

  it('make plain objects, also of a field that is called __proto__', () => {
    const odd = nestedMany<NoParams, object>({
      name: 'odd',
      file: 'f.sql',
      sql: '',
      params: [],
      columns: [['a.__proto__', text]],
      nested: { fields: { a: { of: { ['__proto__']: 0 } } } },
    });
    const { read, resultOf } = odd.with();
    const [row] = resultOf([read?.(['x'])], 1) as [{ a: object }];
    expect(Object.keys(row.a)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(row.a)).toBe(Object.prototype);
  });
});

describe('nested results', () => {
  const none: NestedDefinition = {
    ...definition,
    sql: definition.sql.toString().replace('$1', '9'),
    params: [],
  };
  const all = nestedMany<NoParams, Article>(none as NestedDefinition & { readOnly: true });

  it('are read by a cursor, so many objects at a time, and by copyTo', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    const db = {
      stream: (sql: string, values: unknown[], config: object) =>
        client.query(new Cursor(sql, values, config as never)),
    };
    for (const size of [1, 2, 3, 100]) {
      const cursor = all.stream(undefined, db as never);
      const found: Article[] = [];
      for (;;) {
        const more = await cursor.read(size);
        expect(more.length).toBeLessThanOrEqual(size);
        found.push(...more);
        if (more.length < size) break;
      }
      expect(found).toEqual(articles);
      await cursor.close();
    }
    expect(await collected(copyTo(client, all))).toEqual(articles);
    await client.end();
  });

  it('are what fakes return', async () => {
    const queries = { listArticles };
    const db = fakes(queries).with({ listArticles: () => [...articles] });
    expect(await listArticles(db, { below: 1 })).toEqual(articles);
    expect(await collected(listArticles.iterate(db, { below: 1 }))).toEqual(articles);
    const returning = (value: unknown) =>
      listArticles(fakes(queries).with({ listArticles: () => [value as Article] }), { below: 1 });
    const [good] = articles as [Article];
    await expect(returning({ ...good, tags: null })).rejects.toThrow('"tags" is not an array');
    await expect(returning({ ...good, owner: {} })).rejects.toThrow('a row has no "owner.name"');
    await expect(returning({ ...good, more: 1 })).rejects.toThrow('a row has the key "more"');
    await expect(returning({ ...good, tags: [{ id: 'x', words: [] }] })).rejects.toThrow(
      'column "tags[].id": not a number',
    );
  });
});
