import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  createPool,
  execrows,
  int4,
  many,
  one,
  postgresJs,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { type PgBouncer, type PoolMode, pgbouncerVersion, startPgBouncer } from './pgbouncer.ts';
import { startPooler } from './pooler.ts';

const file = 'test.sql';
// Several texts, so that statements are prepared all the time.
const get = Array.from({ length: 20 }, (_, i) =>
  one<{ id: number }, { id: number }>({
    name: `get${i}`,
    file,
    sql: `SELECT $1::int4 AS id, ${i}`,
    params: [{ name: 'id', codec: int4 }],
    columns: [
      ['id', int4],
      ['i', int4],
    ],
    readOnly: true,
  }),
);
const add = execrows<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const items = many<void, { id: number }>({
  name: 'items',
  file,
  sql: 'SELECT id FROM items ORDER BY id',
  params: [],
  columns: [['id', int4]],
  readOnly: true,
});

/** Each kind of connection. */
const kinds: Readonly<Record<string, (url: string) => { db: Connection; close: () => Promise<unknown> }>> = {
  createPool: (url) => {
    const db = createPool(Pool, { connectionString: url, max: 5 });
    return { db, close: () => db.end() };
  },
  'createPool, prepare: false': (url) => {
    const db = createPool(Pool, { connectionString: url, max: 5, prepare: false });
    return { db, close: () => db.end() };
  },
  'pg Pool': (url) => {
    const db = new Pool({ connectionString: url, max: 5 });
    return { db, close: () => db.end() };
  },
  'pg Pool, unprepared': (url) => {
    const db = new Pool({ connectionString: url, max: 5 });
    return { db: unprepared(db), close: () => db.end() };
  },
  'postgres.js': (url) => {
    const sql = postgres(url, { max: 5, onnotice: () => {} });
    return { db: postgresJs(sql), close: () => sql.end() };
  },
  'postgres.js, prepare: false': (url) => {
    const sql = postgres(url, { max: 5, onnotice: () => {}, prepare: false });
    return { db: postgresJs(sql), close: () => sql.end() };
  },
};
const isPrepared = (kind: string) => !kind.endsWith(': false') && !kind.endsWith('unprepared');

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase(18, 'CREATE TABLE items (id int4)');
});
afterAll(() => database.drop());

/** Runs lookups in bursts: each is answered with its own row. */
async function lookUp(db: Connection, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const ids = Array.from({ length: 60 }, (_, i) => 100 * round + i);
    const rows = await Promise.all(
      ids.map((id) => (get[(id * 7 + round) % get.length] as (typeof get)[0])(db, { id })),
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
  }
}

function behind(kind: string, mode: PoolMode, urlOf: () => string): void {
  const open = kinds[kind] as (typeof kinds)[string];
  let db: Connection;
  let close: () => Promise<unknown>;
  beforeEach(async () => {
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    await admin.query('TRUNCATE items');
    await admin.end();
    ({ db, close } = open(urlOf()));
  });
  afterEach(() => close());

  it('answers one query after the other', async () => {
    for (const [id, query] of [...get, ...get].entries()) {
      expect((await query(db, { id })).id).toBe(id);
    }
  });

  // There postgres.js sends statements that PgBouncer then forgets to wait for: it must be told `prepare: false`.
  const isHopeless = kind === 'postgres.js' && mode !== 'session';
  it.skipIf(isHopeless)('answers each of many queries with its own rows', () => lookUp(db, 10));

  it.skipIf(isHopeless)('runs batches', async () => {
    const [first] = get;
    for (let id = 0; id < 5; id++) {
      const calls = [add.with({ id }), (first as (typeof get)[0]).with({ id })] as const;
      const [added, found] = await batch(db, calls);
      expect(added).toEqual({ status: 'fulfilled', value: 1 });
      expect(found).toMatchObject({ value: { id } });
    }
    expect(await items(db)).toHaveLength(5);
  });

  if (mode === 'statement') {
    // postgres.js never ends a query after its `begin` or `reserve` has failed this way.
    it.skipIf(kind.startsWith('postgres.js'))('says that there are no transactions', async () => {
      const error = await transaction(db, {}, (tx) => add(tx, { id: 1 })).catch((it: unknown) => it);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(await items(db)).toEqual([]);
    });
    return;
  }

  it('runs transactions, each write once', async () => {
    const ids = Array.from({ length: 20 }, (_, id) => id);
    await Promise.all(
      ids.map((id) =>
        // One that is run again prepares nothing.
        transaction(db, { retries: isPrepared(kind) ? 1 : 0 }, async (tx) => {
          await add(tx, { id });
          const lookup = get[id] as (typeof get)[0];
          expect((await lookup(tx, { id })).id).toBe(id);
        }),
      ),
    );
    expect((await items(db)).map(({ id }) => id)).toEqual(ids);
  });
}

describe.each(Object.keys(kinds))('%s behind a pooler in transaction mode', (kind) => {
  let pooler: { readonly url: string; close(): Promise<void> };
  beforeAll(async () => {
    pooler = await startPooler(database.url, 3);
  });
  afterAll(() => pooler.close());

  behind(kind, 'transaction', () => pooler.url);
});

describe.skipIf(pgbouncerVersion === undefined)(
  `PgBouncer (${pgbouncerVersion ?? 'skipped: there is no `pgbouncer` on the path'})`,
  () => {
    describe.each(['session', 'transaction', 'statement'] as const)('in %s mode', (mode) => {
      let pgbouncer: PgBouncer;
      beforeEach(async () => {
        // A new one for each test: what was prepared stays on its connections to the server.
        pgbouncer = await startPgBouncer(database.url, mode);
      });
      afterEach(() => pgbouncer.stop());

      describe.each(Object.keys(kinds))('%s', (kind) => behind(kind, mode, () => pgbouncer.url));
    });
  },
);
