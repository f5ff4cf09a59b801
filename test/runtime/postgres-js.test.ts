import { expect, it } from 'vitest';
import { ConnectionError, int4, one, postgresJs } from '../../src/runtime/index.ts';

const get = one<{ id: number }, { id: number }>({
  name: 'get',
  file: 'test.sql',
  sql: 'SELECT $1::int4 AS id',
  params: [{ name: 'id', codec: int4 }],
  columns: [['id', int4]],
});

/** A `sql` of postgres.js whose statements end when they are told. */
function fakeSql() {
  const sent: { prepare: boolean; resolve(rows: unknown): void; reject(error: unknown): void }[] = [];
  return {
    sent,
    typed: (value: string) => value,
    unsafe: (_text: string, _values: never[], { prepare }: { prepare: boolean }) => ({
      raw: () => {
        let settle = { resolve: (_rows: unknown) => {}, reject: (_error: unknown) => {} };
        const query = new Promise((resolve, reject) => {
          settle = { resolve, reject };
        });
        sent.push({ prepare, ...settle });
        return query as never;
      },
    }),
  };
}

const gone = Object.assign(new Error('prepared statement "x" does not exist'), {
  severity: 'ERROR',
  code: '26000',
});
const row = (text: string) => Object.assign([[new TextEncoder().encode(text)]], { count: 1 });

it('postgres.js is not used any more once a pooler has lost a prepared statement among others', async () => {
  const sql = fakeSql();
  const db = postgresJs(sql);
  const both = [get(db, { id: 1 }), get(db, { id: 2 })].map((it) => it.catch((error: unknown) => error));
  sql.sent[0]?.reject(gone);
  const [first, second] = await Promise.all(both);
  for (const error of [first, second, await get(db, { id: 3 }).catch((it: unknown) => it)]) {
    expect(String(error)).toContain('prepare: false');
  }
  expect(second).toBeInstanceOf(ConnectionError);
  expect(second).toMatchObject({ outcome: 'unknown' });
  expect(sql.sent).toHaveLength(2);
});

it('postgres.js prepares nothing any more once a statement was lost alone', async () => {
  const sql = fakeSql();
  const db = postgresJs(sql);
  const first = get(db, { id: 1 });
  sql.sent[0]?.reject(gone);
  await expect.poll(() => sql.sent.length, { timeout: 60_000 }).toBe(2);
  sql.sent[1]?.resolve(row('1'));
  expect(await first).toEqual({ id: 1 });
  const second = get(db, { id: 2 });
  sql.sent[2]?.resolve(row('2'));
  expect(await second).toEqual({ id: 2 });
  expect(sql.sent.map(({ prepare }) => prepare)).toEqual([true, false, false]);
});
