import { Client, Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  bytea,
  type Connection,
  ConnectionError,
  commented,
  copyTo,
  createPool,
  DatabaseError,
  type DatabasePool,
  DecodeError,
  int4,
  many,
  observe,
  type PgConnection,
  type QueryEvent,
  StaleQueryError,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { failureOf } from './copy-things.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

interface Row {
  n: number;
  t: string | null;
  b: Uint8Array;
}

const select = (sql: string) =>
  many<void, Row>({
    name: 'rows',
    file: 'rows.sql',
    sql,
    params: [],
    columns: [
      ['n', int4, 23],
      ['t', text, 25],
      ['b', bytea, 17],
    ],
    readOnly: true,
  });
const rows = select(
  `SELECT n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN E'a\\tb\\\\\\n\\r\\b\\f\\v' ELSE '\\N' END AS t, '\\x0a5c'::bytea AS b
   FROM generate_series(1, 5000) AS n -- of them`,
);

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;
let client: Client;

beforeAll(async () => {
  database = await createDatabase(18);
  proxy = await startProxy(database.url);
  pool = createPool(Pool, { connectionString: database.url, max: 1 });
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await pool.end();
  await client.end();
  await proxy.close();
  await database.drop();
});

async function collect(db: Connection, query = rows): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of copyTo(db, query)) found.push(row);
  return found;
}

/** The process of the server that the pool's only connection is to. */
async function backend(): Promise<unknown> {
  const text = 'SELECT pg_backend_pid()';
  const types = { getTypeParser: () => String };
  return (await pool.query({ text, values: [], rowMode: 'array', types })).rows[0]?.[0];
}

it('gives the rows that the query gives, over every connection', async () => {
  const expected = await rows(client, undefined);
  expect(expected).toHaveLength(5000);
  const plain = new Pool({ connectionString: database.url, max: 1 });
  for (const db of [pool, plain, commented(pool), client]) {
    expect(await collect(db)).toEqual(expected);
  }
  expect(await transaction(pool, {}, (tx) => collect(tx))).toEqual(expected);
  await plain.end();
});

it('is COPY over a pool, and an event', async () => {
  const events: QueryEvent[] = [];
  const stop = observe((event) => events.push(event));
  await collect(pool);
  stop();
  expect(events).toMatchObject([{ query: 'rows', rowCount: 5000, failed: false }]);
});

it('cancels what is not wanted any more, and keeps the connection', async () => {
  const endless = select("SELECT generate_series(1, 1000000000) AS n, 'x' AS t, ''::bytea AS b");
  const process = await backend();
  for await (const row of copyTo(pool, endless)) {
    expect(row.n).toBe(1);
    break;
  }
  expect(await collect(pool)).toHaveLength(5000);
  expect(await backend()).toBe(process);
});

it('ends with its signal, also before the first row', async () => {
  const controller = new AbortController();
  const sleeping = select("SELECT 1 AS n, 'x' AS t, '' ::bytea AS b FROM pg_sleep(1000)");
  const iteration = copyTo(pool, sleeping, { signal: controller.signal });
  const first = failureOf(iteration.next());
  for (let found = 0; found === 0; ) {
    found = (
      await client.query("SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%' AND wait_event = 'PgSleep'")
    ).rows.length;
  }
  controller.abort(new Error('enough'));
  expect(await first).toBe(controller.signal.reason);
  expect(await collect(pool)).toHaveLength(5000);
});

it('throws what the server says, and what cannot be read, after the rows before it', async () => {
  const failing = select(
    "SELECT n, 'x' AS t, decode(substr('0g', n, 1) || '0', 'hex') AS b FROM generate_series(1, 2) AS n",
  );
  expect(await failureOf(collect(pool, failing))).toBeInstanceOf(DatabaseError);
  const stale = select("SELECT 1 AS n, 2 AS t, ''::bytea AS b");
  expect(await failureOf(collect(pool, stale))).toBeInstanceOf(StaleQueryError);
  const renamed = select("SELECT 1 AS n, 'x' AS u, ''::bytea AS b");
  expect(await failureOf(collect(pool, renamed))).toBeInstanceOf(StaleQueryError);
  const unreadable = many<void, { n: Uint8Array }>({
    name: 'unreadable',
    file: 'rows.sql',
    sql: "SELECT CASE n WHEN 3 THEN '\\xzz' ELSE '\\x00' END AS n FROM generate_series(1, 1000000) AS n",
    params: [],
    columns: [['n', bytea]],
    readOnly: true,
  });
  let count = 0;
  const read = async (): Promise<void> => {
    for await (const _ of copyTo(pool, unreadable)) count += 1;
  };
  expect(await failureOf(read())).toBeInstanceOf(DecodeError);
  expect(count).toBe(2);
  expect(await collect(pool)).toHaveLength(5000);
});

it('says that the connection was lost in the middle', async () => {
  const proxied = createPool(Pool, { connectionString: proxy.url, max: 1 });
  const wide = select("SELECT n, repeat('x', 10000) AS t, ''::bytea AS b FROM generate_series(1, 5000) AS n");
  let count = 0;
  const read = async (): Promise<void> => {
    for await (const _ of copyTo(proxied, wide)) {
      if (count === 0) proxy.breakAll();
      count += 1;
    }
  };
  expect(await failureOf(read())).toBeInstanceOf(ConnectionError);
  expect(count).toBeLessThan(5000);
  expect(await collect(proxied)).toHaveLength(5000);
  await proxied.end();
});

it('reads no faster than rows are asked for', async () => {
  const wide = select(
    "SELECT n, repeat('x', 100000) AS t, ''::bytea AS b FROM generate_series(1, 100000) AS n",
  );
  const direct = createPool(Pool, { connectionString: database.url, max: 1 });
  for await (const _ of copyTo(direct, wide)) {
    // The server waits for the socket, with most of the 10 GB before it.
    for (let found = 0; found === 0; ) {
      found = (
        await client.query(
          "SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%' AND wait_event = 'ClientWrite'",
        )
      ).rows.length;
    }
    break;
  }
  await direct.end();
});

it('takes only queries that read and have no parameters', () => {
  const never = (_: () => unknown): void => {};
  const db = {} as PgConnection;
  const definition = { name: 'q', file: 'q.sql', sql: '', params: [], columns: [] };
  const writing = many<void, Row>(definition);
  const asking = many<{ id: number }, Row>({ ...definition, readOnly: true });
  // @ts-expect-error it may write
  never(() => copyTo(db, writing));
  // @ts-expect-error it has parameters
  never(() => copyTo(db, asking));
});
