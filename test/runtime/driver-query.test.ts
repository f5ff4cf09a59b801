import { PGlite } from '@electric-sql/pglite';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commented, createPool, type Transaction, transaction, unprepared } from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

type Query = Transaction['query'];
type Use = (query: Query) => Promise<void>;

/** Runs `use` with the `query` of each kind of connection that represents a driver's. */
const kinds: Readonly<Record<string, (use: Use) => Promise<void>>> = {
  'a transaction over a Client': async (use) => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    await transaction(client, (tx) => use(tx.query)).finally(() => client.end());
  },
  'a transaction over a Pool': async (use) => {
    const pool = new Pool({ connectionString: postgresUrl(18) });
    await transaction(pool, (tx) => use(tx.query)).finally(() => pool.end());
  },
  'a transaction over createPool, mapped and limited': async (use) => {
    await using pool = createPool(Pool, { connectionString: postgresUrl(18), prepare: false });
    await transaction(commented(pool), (tx) => use(tx.query));
  },
  createPool: async (use) => {
    await using pool = createPool(Pool, { connectionString: postgresUrl(18) });
    await use(pool.query);
  },
  'a transaction over PGlite': (use) => transaction(pglite, (tx) => use(tx.query)),
  'a nested transaction over unprepared PGlite': (use) =>
    transaction(unprepared(pglite), (tx) => transaction(tx, (inner) => use(inner.query))),
};

let pglite: PGlite;
beforeAll(async () => {
  pglite = await PGlite.create();
});
afterAll(() => pglite.close());

describe.each(Object.entries(kinds))('query of %s', (_, run) => {
  it('takes a text', () =>
    run(async (query) => {
      expect((await query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
    }));

  it('takes a text and values', () =>
    run(async (query) => {
      expect((await query('SELECT $1::int4 AS a, $2::text AS b', [7, null])).rows).toEqual([
        { a: 7, b: null },
      ]);
    }));

  it("takes pg's object, with its values or apart from it", () =>
    run(async (query) => {
      const text = 'SELECT $1::int4 AS a';
      expect((await query({ text, values: [7] })).rows).toEqual([{ a: 7 }]);
      expect((await query({ text }, [8])).rows).toEqual([{ a: 8 }]);
      expect((await query({ text, values: [9], rowMode: 'array' })).rows).toEqual([[9]]);
    }));

  it('rejects with what the driver says', async () => {
    let said: unknown;
    // A transaction whose statement has failed cannot be committed.
    await run(async (query) => {
      said = await query('SELECT nothing').catch((error: unknown) => error);
    }).catch(() => {});
    expect(String(said)).toMatch(/column "nothing" does not exist/);
  });
});

it("takes PGlite's options", async () => {
  await transaction(pglite, async (tx) => {
    const query = tx.query as unknown as PGlite['query'];
    expect((await query('SELECT $1::int4 AS a', [7], { rowMode: 'array' })).rows).toEqual([[7]]);
  });
});

it('is in the transaction', async () => {
  await pglite.exec('CREATE TABLE t (a int)');
  const failed = transaction(pglite, async (tx) => {
    await tx.query('INSERT INTO t VALUES ($1)', [1]);
    throw new Error('undone');
  });
  await expect(failed).rejects.toThrow('undone');
  expect((await pglite.query('SELECT a FROM t')).rows).toEqual([]);
});
