import { Client, Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ConnectionError,
  CopyError,
  copyFrom,
  createPool,
  type DatabasePool,
  transaction,
} from '../../src/runtime/index.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { addThing, failureOf, numbered, observedRows, table, things } from './copy-things.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

let database: TestDatabase;
let proxy: TcpProxy;
let admin: Client;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createDatabase(18, table);
  proxy = await startProxy(database.url);
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  pool = createPool(Pool, { connectionString: proxy.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await admin.end();
  await proxy.close();
  await database.drop();
});
beforeEach(() => admin.query('TRUNCATE things'));

const count = async (): Promise<number> =>
  Number((await admin.query('SELECT count(*) AS n FROM things')).rows[0].n);

/** The process of the server that runs the COPY, when it waits for what the condition says. */
async function copying(condition = 'true'): Promise<number> {
  for (;;) {
    const { rows } = await admin.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY things%'
         AND state = 'active' AND ${condition}`,
    );
    if (rows.length > 0) return rows[0].pid;
  }
}

it.each(['a pool', 'a transaction'])(
  'says that nothing was written when the connection is lost in %s',
  async (over) => {
    const { rows, ended } = observedRows(
      numbered(50_000, (id) => {
        if (id === 20_000) proxy.breakAll();
      }),
    );
    const copied =
      over === 'a pool'
        ? copyFrom(pool, addThing, rows)
        : transaction(pool, {}, (tx) => copyFrom(tx, addThing, rows));
    const error = await failureOf(copied);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).outcome).toBe('not done');
    await ended;
    expect(await count()).toBe(0);
    expect(await copyFrom(pool, addThing, numbered(3))).toBe(3);
  },
);

it('says that the outcome is unknown when the answer is lost', async () => {
  const rows = [{ id: 1 }, { id: 2, name: 'the last one' }];
  proxy.lose('the last one', 'answer');
  const error = await failureOf(copyFrom(pool, addThing, rows));
  expect(error).toBeInstanceOf(ConnectionError);
  expect((error as ConnectionError).outcome).toBe('unknown');
  expect(await count()).toBe(2);
  proxy.lose('the last one', 'answer');
  const inTransaction = await failureOf(
    transaction(pool, {}, (tx) => copyFrom(tx, addThing, [{ id: 3 }, { id: 4, name: 'the last one' }])),
  );
  expect((inTransaction as ConnectionError).outcome).toBe('not done');
  expect(await count()).toBe(2);
});

it('rejects when the server ends the connection while a row is waited for', async () => {
  const waiting = numbered(50_000, (id) => (id === 20_000 ? new Promise(() => {}) : undefined));
  const copied = failureOf(copyFrom(pool, addThing, waiting));
  await admin.query('SELECT pg_terminate_backend($1)', [await copying()]);
  expect(await copied).toBeInstanceOf(ConnectionError);
  expect(await count()).toBe(0);
});

it('rejects when the server refuses a row while the next is waited for', async () => {
  const waiting = numbered(50_000, (id) => (id === 20_000 ? new Promise(() => {}) : undefined));
  const rows = async function* () {
    yield { id: -1 };
    yield* waiting;
  };
  const error = await failureOf(copyFrom(pool, addThing, rows()));
  expect(error).toBeInstanceOf(CopyError);
  expect((error as CopyError).row).toBe(1);
});

it('ends with its signal while it waits for a lock', async () => {
  const controller = new AbortController();
  const locker = new Client({ connectionString: database.url });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE things');
  const copied = failureOf(copyFrom(pool, addThing, numbered(3), { signal: controller.signal }));
  await copying("wait_event_type = 'Lock'");
  controller.abort(new Error('enough'));
  expect(await copied).toBe(controller.signal.reason);
  await locker.end();
  expect(await count()).toBe(0);
  expect(await copyFrom(pool, addThing, numbered(3))).toBe(3);
});

it('ends with its signal where the network is gone, and takes another connection then', async () => {
  const controller = new AbortController();
  const rows = numbered(1_000_000, (id) => {
    if (id === 20_000) {
      proxy.freeze(true);
      controller.abort(new Error('enough'));
    }
  });
  const error = await failureOf(copyFrom(pool, addThing, rows, { signal: controller.signal }));
  proxy.freeze(false);
  expect(error).toBe(controller.signal.reason);
  expect(await copyFrom(pool, addThing, numbered(3))).toBe(3);
});

it('does not send what was given up while it waited behind other statements of a client', async () => {
  const controller = new AbortController();
  const client = new Client({ connectionString: proxy.url });
  await client.connect();
  const running = things(client, undefined);
  const copied = failureOf(copyFrom(client, addThing, numbered(3), { signal: controller.signal }));
  controller.abort(new Error('enough'));
  expect(await copied).toBe(controller.signal.reason);
  expect(await running).toEqual([]);
  expect(await things(client, undefined)).toEqual([]);
  await client.end();
});

it('asks for rows no faster than the server takes them', async () => {
  await admin.query(`
    SELECT pg_advisory_lock(9);
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF new.id = 1 THEN PERFORM pg_advisory_xact_lock(9); END IF; RETURN new; END $$;
    CREATE TRIGGER wait BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION wait()`);
  let asked = 0;
  const kilobyte = 'x'.repeat(1024);
  const rows = async function* () {
    for (let id = 1; id <= 1_000_000; id++) {
      asked = id;
      yield { id, name: kilobyte };
    }
  };
  const controller = new AbortController();
  const direct = new Client({ connectionString: database.url });
  await direct.connect();
  const copied = failureOf(copyFrom(direct, addThing, rows(), { signal: controller.signal }));
  await copying("wait_event = 'advisory'");
  for (let before = -1; before !== asked; ) {
    before = asked;
    await admin.query('SELECT pg_sleep(0.05)');
  }
  // What the sockets hold, of the gigabyte that there is.
  expect(asked).toBeLessThan(100_000);
  controller.abort(new Error('enough'));
  expect(await copied).toBe(controller.signal.reason);
  await direct.end();
  await admin.query('DROP TRIGGER wait ON things; SELECT pg_advisory_unlock_all()');
});
