import { Client, Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createPool,
  type DatabasePool,
  type ListenEvent,
  listen,
  StreamError,
  transaction,
} from '../../src/runtime/index.ts';
import { createPglite } from '../support/pglite.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { failureOf } from './copy-things.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

let database: TestDatabase;
let proxy: TcpProxy;
let pool: DatabasePool;
let client: Client;

beforeAll(async () => {
  database = await createDatabase(18);
  proxy = await startProxy(database.url);
  pool = createPool(Pool, { connectionString: proxy.url, max: 2, connectionTimeoutMillis: 1000 });
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await pool.end();
  await client.end();
  await proxy.close();
  await database.drop();
});

const missed: ListenEvent = { kind: 'mayHaveMissed' };
const heard = (payload: string): ListenEvent => ({ kind: 'notification', payload });
const notify = (channel: string, payload: string) =>
  client.query('SELECT pg_notify($1, $2)', [channel, payload]);
const next = async (iteration: AsyncGenerator<ListenEvent>) => (await iteration.next()).value;

it.each(['jobs', 'Jobs "of" today', "it's; --", 'é'])(
  'hears what is sent to %j, and nothing else',
  async (channel) => {
    const iteration = listen(pool, channel);
    expect(await next(iteration)).toEqual(missed);
    await notify('another', 'no');
    await notify(channel, 'one');
    await notify(channel, '');
    expect(await next(iteration)).toEqual(heard('one'));
    expect(await next(iteration)).toEqual(heard(''));
    await iteration.return();
    const listening = await transaction(pool, {}, (tx) =>
      tx.query({
        text: 'SELECT pg_listening_channels()',
        values: [],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      }),
    );
    expect(listening.rows).toEqual([]);
  },
);

it('connects again when the connection is lost, and reports that notifications may be missing', async () => {
  const iteration = listen(pool, 'jobs');
  expect(await next(iteration)).toEqual(missed);
  proxy.refuse(true);
  proxy.breakAll();
  await notify('jobs', 'lost');
  proxy.refuse(false);
  expect(await next(iteration)).toEqual(missed);
  await notify('jobs', 'after');
  expect(await next(iteration)).toEqual(heard('after'));
  await iteration.return();
});

it('still receives notifications while it tests its connection', async () => {
  const iteration = listen(pool, 'jobs', { pingMillis: 1 });
  expect(await next(iteration)).toEqual(missed);
  proxy.takeSent();
  while (proxy.takeSent() === 0) await client.query('SELECT 1');
  await notify('jobs', 'one');
  expect(await next(iteration)).toEqual(heard('one'));
  await iteration.return();
});

it('ends with its signal, while it waits and before it begins', async () => {
  const controller = new AbortController();
  const iteration = listen(pool, 'jobs', { signal: controller.signal });
  expect(await next(iteration)).toEqual(missed);
  const waiting = iteration.next();
  controller.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await listen(pool, 'jobs', { signal: controller.signal }).next()).toMatchObject({ done: true });
});

it('ends with its signal while it cannot connect', async () => {
  const controller = new AbortController();
  const iteration = listen(pool, 'jobs', { signal: controller.signal });
  expect(await next(iteration)).toEqual(missed);
  proxy.refuse(true);
  proxy.breakAll();
  const waiting = iteration.next();
  controller.abort();
  expect(await waiting).toMatchObject({ done: true });
  proxy.refuse(false);
});

it('holds a bounded number of events for a consumer that is slow', async () => {
  const iteration = listen(pool, 'jobs');
  expect(await next(iteration)).toEqual(missed);
  await client.query("SELECT pg_notify('jobs', n::text) FROM generate_series(1, 10005) AS n");
  let event = await next(iteration);
  while (event?.kind === 'notification' && event.payload !== '10005') event = await next(iteration);
  await notify('jobs', 'the last');
  for (; event?.kind !== 'notification' || event.payload !== 'the last'; ) event = await next(iteration);
  await iteration.return();
});

it('throws where it cannot begin, and when its pool is ended', async () => {
  const nowhere = createPool(Pool, { connectionString: 'postgres://127.0.0.1:1/none' });
  expect(String(await failureOf(listen(nowhere, 'jobs').next()))).toContain('ECONNREFUSED');
  await nowhere.end();
  expect(await failureOf(listen(client, 'jobs').next())).toBeInstanceOf(StreamError);
  expect(await failureOf(listen(pool, 'x'.repeat(64)).next())).toBeInstanceOf(RangeError);
  const ending = createPool(Pool, { connectionString: database.url });
  const iteration = listen(ending, 'jobs');
  expect(await next(iteration)).toEqual(missed);
  const waiting = failureOf(iteration.next());
  await ending.end(1);
  expect(String(await waiting)).toContain('the pool has been ended');
});

it('listens over PGlite, where several may', async () => {
  const pglite = await createPglite();
  const [one, other] = [listen(pglite, 'Jobs'), listen(pglite, 'Jobs')];
  expect(await next(one)).toEqual(missed);
  expect(await next(other)).toEqual(missed);
  await pglite.query("SELECT pg_notify('Jobs', 'a')");
  expect(await next(one)).toEqual(heard('a'));
  await one.return();
  await pglite.query("SELECT pg_notify('Jobs', 'b')");
  expect([await next(other), await next(other)]).toEqual([heard('a'), heard('b')]);
  await other.return();
  await pglite.close();
});
