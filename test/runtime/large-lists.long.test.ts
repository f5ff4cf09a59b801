import { afterAll, beforeAll, expect, it } from 'vitest';
import { arrayWithNulls, columnwise, int4, list, loadable, many, text } from '../../src/runtime/index.ts';
import { type Opened, openNative } from './connections.ts';

const file = 'queries/large.sql';
const COUNT = 700_000;

interface Row {
  name: string;
  tags: string[] | null;
}

// As they are generated of `INSERT INTO t (name, tags) VALUES :rows RETURNING id, name` and so on.
const addAll = many<{ rows: readonly Row[] }, { id: number; name: string }>({
  ...{ name: 'addAll', file },
  sql: `INSERT INTO t (name, tags) SELECT r.c1, r.c2::text[] FROM unnest($1::text[], $2::text[])
    WITH ORDINALITY AS r (c1, c2, n) ORDER BY r.n RETURNING id, name`,
  params: [
    {
      name: 'rows',
      rows: [
        ['name', text],
        ['tags', arrayWithNulls(text)],
      ],
    },
  ],
  columns: [
    ['id', int4],
    ['name', text],
  ],
  statement: columnwise,
});

const byIds = many<{ ids: readonly number[] }, { id: number }>({
  ...{ name: 'byIds', file },
  sql: 'SELECT id FROM t WHERE id = ANY ($1::int4[]) ORDER BY id',
  params: [{ name: 'ids', codec: list(int4) }],
  columns: [['id', int4]],
  readOnly: true,
});

const one = 'SELECT id, name FROM t WHERE id = ';
const getOne = loadable(
  many<{ id: number }, { id: number; name: string }>({
    ...{ name: 'getOne', file },
    sql: `${one}$1`,
    params: [{ name: 'id', codec: int4 }],
    columns: [
      ['id', int4],
      ['name', text],
    ],
    readOnly: true,
  }),
  `SELECT q.id, q.name, k.n FROM unnest($1::int4[]) WITH ORDINALITY AS k (p1, n) CROSS JOIN LATERAL (${one}(k.p1)) AS q (id, name)`,
);

let opened: Opened;
beforeAll(async () => {
  opened = await openNative(18);
  await opened.run('CREATE TABLE t (id serial PRIMARY KEY, name text NOT NULL, tags text[])');
});
afterAll(() => opened?.close());

it('rows of an INSERT are numbered, and returned, in their order', { timeout: 300_000 }, async () => {
  const rows = Array.from({ length: COUNT }, (_, i) => ({
    name: `n${(i * 7919) % COUNT}`,
    tags: i % 3 === 0 ? null : [`{"${i}"}`, ''],
  }));
  const added = await addAll(opened.db, { rows });
  expect(added).toHaveLength(COUNT);
  expect(added.findIndex(({ id, name }, i) => id !== i + 1 || name !== rows[i]?.name)).toBe(-1);
});

it('a list of so many values is one statement', { timeout: 300_000 }, async () => {
  const found = await byIds(opened.db, { ids: Array.from({ length: COUNT }, (_, i) => COUNT - i) });
  expect(found).toHaveLength(COUNT);
  expect(found.findIndex(({ id }, i) => id !== i + 1)).toBe(-1);
});

it('calls of load in one tick have their own results, and one refused value', {
  timeout: 300_000,
}, async () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => (i * 7) % (COUNT * 2));
  const all = await Promise.all(ids.map((id) => getOne.load(opened.db, { id })));
  expect(
    all.findIndex((rows, i) => {
      const id = ids[i] ?? 0;
      return id >= 1 && id <= COUNT ? rows[0]?.id !== id : rows.length > 0;
    }),
  ).toBe(-1);
  const wrong = 77_777;
  const settled = await Promise.allSettled(
    ids.map((id, i) => getOne.load(opened.db, { id: i === wrong ? ('x' as never) : id })),
  );
  expect(settled.findIndex(({ status }, i) => status !== (i === wrong ? 'rejected' : 'fulfilled'))).toBe(-1);
});
