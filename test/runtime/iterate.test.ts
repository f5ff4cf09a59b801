import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Connection,
  ConnectionError,
  DatabaseError,
  DecodeError,
  exec,
  execrows,
  int4,
  int8,
  many,
  postgresJs,
  text,
  transaction,
  unprepared,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';
import { connections, type Opened, openPgliteTransaction } from './connections.ts';

interface Row {
  n: number;
  big: bigint;
}

const file = 'test.sql';
const series = many<{ from: number; to: number }, Row>({
  name: 'series',
  file,
  sql: 'SELECT n, n::int8 * 10000000000 AS big FROM generate_series($1::int4, $2::int4) AS n',
  params: [
    { name: 'from', codec: int4 },
    { name: 'to', codec: int4 },
  ],
  columns: [
    ['n', int4],
    ['big', int8],
  ],
});
const cursorNames = many<void, { name: string }>({
  name: 'cursorNames',
  file,
  sql: 'SELECT name FROM pg_cursors WHERE name <> $$$$',
  params: [],
  columns: [['name', text]],
});

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) {
    collected.push(row);
  }
  return collected;
}

const sessions = connections.filter(
  ([kind]) => kind !== 'a wrapper around pg' && kind !== 'a transaction of PGlite',
);

describe.each([
  ...sessions,
  [
    'a connection without prepared statements',
    async (): Promise<Opened> => {
      const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
      return { db: unprepared(pool), run: (sql) => pool.query(sql), close: () => pool.end() };
    },
  ] as const,
])('iterating over %s', (_, open) => {
  let opened: Opened;
  let db: Connection;

  beforeAll(async () => {
    opened = await open();
    db = opened.db;
  });
  afterAll(() => opened.close());

  it.each([1, 2, 3, 5, 100])('gives every row once, %i at a time', async (batch) => {
    const rows = await collect(series.iterate(db, { from: 1, to: 6 }, { batch }));
    expect(rows.map((row) => row.n)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rows[5]).toStrictEqual({ n: 6, big: 60000000000n });
    expectTypeOf(rows).toEqualTypeOf<Row[]>();
  });

  it('gives none where there are none', async () => {
    expect(await collect(series.iterate(db, { from: 1, to: 0 }))).toEqual([]);
  });

  it('closes on break and on throw', async () => {
    for await (const row of series.iterate(db, { from: 1, to: 1000 }, { batch: 10 })) {
      expect(row.n).toBe(1);
      break;
    }
    const throwing = async () => {
      for await (const _row of series.iterate(db, { from: 1, to: 1000 }, { batch: 10 })) {
        throw new Error('mine');
      }
    };
    await expect(throwing()).rejects.toThrow('mine');
    expect(await cursorNames(db)).toEqual([]);
  });

  it('runs nothing before the first row is asked for, nor if none is', async () => {
    const rows = series.iterate(db, { from: 1, to: 3 });
    await rows.return();
    expect(await cursorNames(db)).toEqual([]);
  });

  it('lets other statements of its transaction run between', async () => {
    const seen = await transaction(db, {}, async (tx) => {
      const pairs: number[][] = [];
      for await (const outer of series.iterate(tx, { from: 1, to: 3 }, { batch: 2 })) {
        for await (const inner of series.iterate(tx, { from: 1, to: outer.n }, { batch: 1 })) {
          pairs.push([outer.n, inner.n]);
        }
        expect(await cursorNames(tx)).toHaveLength(1);
      }
      expect(await cursorNames(tx)).toEqual([]);
      return pairs;
    });
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
  });

  it('throws what the database or the codec says, with the query, and ends', async () => {
    const failing = many<void, { n: number }>({
      name: 'failing',
      file,
      sql: 'SELECT 1 / (3 - n) AS n FROM generate_series(1, 10) AS n',
      params: [],
      columns: [['n', int4]],
    });
    const error = await collect(failing.iterate(db, undefined, { batch: 1 })).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ query: 'failing', code: '22012' });
    const undecodable = many<void, { n: number }>({
      name: 'undecodable',
      file,
      sql: `SELECT 'x'::text AS n`,
      params: [],
      columns: [['n', int4]],
    });
    await expect(collect(undecodable.iterate(db))).rejects.toThrow(DecodeError);
    expect(await collect(series.iterate(db, { from: 1, to: 1 }))).toHaveLength(1);
  });
});

describe('iterating', () => {
  it('gives its connection back in every case', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
    for await (const _row of series.iterate(pool, { from: 1, to: 1000 }, { batch: 10 })) {
      expect(pool.idleCount).toBe(0);
      break;
    }
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    const write = execrows<void>({
      name: 'write',
      file,
      sql: 'CREATE TEMPORARY TABLE x ()',
      params: [],
      columns: [],
    });
    await expect(collect(write.iterate(pool, undefined))).rejects.toThrow(DatabaseError);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    await expect(collect(series.iterate(pool, { from: 1, to: 3 }, { batch: 0 }))).rejects.toThrow(RangeError);
    await pool.end();
  });

  it('stays in a transaction that its connection is in already', async () => {
    const client = new Client({ connectionString: postgresUrl(18) });
    await client.connect();
    await client.query('BEGIN');
    await client.query('CREATE TEMPORARY TABLE x ()');
    for (const db of [client, unprepared(client)]) {
      expect(await collect(series.iterate(db, { from: 1, to: 3 }, { batch: 2 }))).toHaveLength(3);
    }
    await client.query('ROLLBACK');
    expect((await client.query(`SELECT to_regclass('x') AS x`)).rows).toEqual([{ x: null }]);
    await client.end();

    const sql = postgres(postgresUrl(18), { max: 1 });
    await sql.begin(async (tx) => {
      expect(await collect(series.iterate(postgresJs(tx), { from: 1, to: 3 }, { batch: 2 }))).toHaveLength(3);
    });
    await sql.end();

    const { db, close } = await openPgliteTransaction();
    expect(await collect(series.iterate(db, { from: 1, to: 3 }, { batch: 2 }))).toHaveLength(3);
    await close();
  });

  it('commits what the query did on the way', async () => {
    const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
    await pool.query('CREATE TEMPORARY SEQUENCE s; CREATE TEMPORARY TABLE log (n int4)');
    await pool.query(
      `CREATE FUNCTION pg_temp.note() RETURNS int4 LANGUAGE sql VOLATILE AS 'INSERT INTO log VALUES (1) RETURNING n'`,
    );
    const note = many<void, { n: number }>({
      name: 'note',
      file,
      sql: 'SELECT pg_temp.note() AS n',
      params: [],
      columns: [['n', int4]],
    });
    expect(await collect(note.iterate(pool))).toEqual([{ n: 1 }]);
    expect((await pool.query('SELECT * FROM log')).rows).toEqual([{ n: 1 }]);
    await exec<void>({ name: 'drop', file, sql: 'DROP TABLE log', params: [], columns: [] })(pool);
    await pool.end();
  });

  it('is left in peace after its connection has died, unless it may have written', async () => {
    const leave = async (readOnly: boolean) => {
      const pool = new Pool({ connectionString: postgresUrl(18), max: 1 });
      pool.on('error', () => {});
      const ended = new Promise<void>((resolve) => {
        pool.on('connect', (client) => client.once('end', resolve));
      });
      const query = many<void, { pid: number }>({
        name: 'query',
        file,
        sql: 'SELECT pg_backend_pid() AS pid FROM generate_series(1, 100)',
        params: [],
        columns: [['pid', int4]],
        readOnly,
      });
      const admin = new Client({ connectionString: postgresUrl(18) });
      await admin.connect();
      try {
        for await (const { pid } of query.iterate(pool, undefined, { batch: 10 })) {
          await admin.query('SELECT pg_terminate_backend($1)', [pid]);
          // A COMMIT sent before the server's last message is read may be answered by a reset.
          await ended;
          break;
        }
      } finally {
        await admin.end();
        expect(pool.totalCount).toBe(0);
        await pool.end();
      }
    };
    await leave(true);
    const error = await leave(false).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(ConnectionError);
    // Why COMMIT failed.
    expect(error).toMatchObject({ query: 'COMMIT', code: '57P01' });
  });
});
