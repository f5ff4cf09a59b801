import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecodeError, exec, int4, many, one } from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

const file = 'test.sql';
const answer = one<{ n: number }, { n: number }>({
  name: 'answer',
  file,
  sql: 'SELECT 100 / $1::int4 AS n',
  params: [{ name: 'n', codec: int4 }],
  columns: [['n', int4]],
});
const undecodable = many<void, { n: number }>({
  name: 'undecodable',
  file,
  sql: `SELECT CASE n WHEN 500 THEN 'secret' ELSE n::text END AS n FROM generate_series(1, 1000) AS n`,
  params: [],
  columns: [['n', int4]],
});

describe.each([
  ['Client', () => new Client({ connectionString: postgresUrl(18) })],
  ['Pool', () => new Pool({ connectionString: postgresUrl(18), max: 1 })],
] as const)("a query over pg's %s", (_, create) => {
  let db: Client | Pool;

  beforeAll(async () => {
    db = create();
    if (db instanceof Client) {
      await db.connect();
    }
  });
  afterAll(() => db.end());

  it('leaves the connection in order after an error of the server', async () => {
    await expect(answer(db, { n: 0 })).rejects.toMatchObject({ code: '22012' });
    expect(await answer(db, { n: 5 })).toEqual({ n: 20 });
  });

  it('leaves the connection in order after a row that it cannot decode', async () => {
    await expect(undecodable(db)).rejects.toThrow(DecodeError);
    expect(await answer(db, { n: 5 })).toEqual({ n: 20 });
  });

  it('prepares again after a statement that could not be parsed', async () => {
    const query = one<void, { n: number }>({
      name: 'late',
      file,
      sql: 'SELECT n FROM late',
      params: [],
      columns: [['n', int4]],
    });
    await expect(query(db)).rejects.toMatchObject({ code: '42P01' });
    await db.query('CREATE TEMPORARY TABLE late AS SELECT 1 AS n');
    expect(await query(db)).toEqual({ n: 1 });
    expect(await query(db)).toEqual({ n: 1 });
  });

  it('takes an empty statement and statements that return nothing', async () => {
    const run = (sql: string) => exec<void>({ name: 'run', file, sql, params: [], columns: [] })(db);
    await run('');
    await run('-- nothing');
    await run('SET application_name = nodrift');
    expect(await answer(db, { n: 5 })).toEqual({ n: 20 });
  });

  it('refuses COPY and leaves the connection in order', async () => {
    const run = (sql: string) => exec<void>({ name: 'copy', file, sql, params: [], columns: [] })(db);
    await db.query('CREATE TEMPORARY TABLE copied (n int4)');
    await expect(run('COPY copied FROM STDIN')).rejects.toThrow(/COPY/);
    await run('COPY copied TO STDOUT');
    expect(await answer(db, { n: 5 })).toEqual({ n: 20 });
  });
});

describe("a query over pg's Pool", () => {
  let pool: Pool;

  beforeAll(() => {
    pool = new Pool({ connectionString: postgresUrl(18), max: 2 });
  });
  afterAll(() => pool.end());

  it('runs beside others', async () => {
    const results = await Promise.all([1, 2, 0, 4, 5].map((n) => answer(pool, { n }).catch(() => null)));
    expect(results).toEqual([{ n: 100 }, { n: 50 }, null, { n: 25 }, { n: 20 }]);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([2, 2, 0]);
  });

  it('keeps the connection after an error of the server', async () => {
    const backend = one<void, { pid: number }>({
      name: 'backend',
      file,
      sql: 'SELECT pg_backend_pid() AS pid',
      params: [],
      columns: [['pid', int4]],
    });
    const small = new Pool({ connectionString: postgresUrl(18), max: 1 });
    const before = await backend(small);
    await expect(answer(small, { n: 0 })).rejects.toMatchObject({ code: '22012' });
    await expect(undecodable(small)).rejects.toThrow(DecodeError);
    expect(await backend(small)).toEqual(before);
    await small.end();
  });

  it('survives a connection that is killed, and takes a new one', async () => {
    const small = new Pool({ connectionString: postgresUrl(18), max: 1 });
    const kill = exec<void>({
      name: 'kill',
      file,
      sql: 'SELECT pg_terminate_backend(pg_backend_pid())',
      params: [],
      columns: [],
    });
    await expect(kill(small)).rejects.toMatchObject({ code: '57P01' });
    expect(await answer(small, { n: 5 })).toEqual({ n: 20 });
    expect([small.totalCount, small.idleCount]).toEqual([1, 1]);
    await small.end();
  });

  it('reports that there is no server', async () => {
    const nowhere = new Pool({ host: '127.0.0.1', port: 1 });
    await expect(answer(nowhere, { n: 5 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await nowhere.end();
  });
});
