import { Client, Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  batch,
  type Connection,
  ConnectionError,
  createPool,
  createReplicatedPool,
  type DatabasePool,
  execrows,
  int4,
  many,
  multiHost,
  NotReadOnlyError,
  one,
  type ReplicatedPool,
  text,
  transaction,
} from '../../src/runtime/index.ts';
import type { NativeCluster } from '../support/native-server.ts';
import { ownCluster } from '../support/postgres.ts';
import { pgbouncerVersion, startPgBouncer } from './pgbouncer.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

const file = 'test.sql';
const add = execrows<{ id: number }>({
  name: 'add',
  file,
  sql: 'INSERT INTO items VALUES ($1)',
  params: [{ name: 'id', codec: int4 }],
  columns: [],
});
const find = many<{ id: number }, { id: number }>({
  name: 'find',
  file,
  sql: 'SELECT id FROM items WHERE id = $1',
  params: [{ name: 'id', codec: int4 }],
  columns: [['id', int4]],
  readOnly: true,
});
const items = many<void, { id: number }>({
  name: 'items',
  file,
  sql: 'SELECT id FROM items ORDER BY id',
  params: [],
  columns: [['id', int4]],
  readOnly: true,
});
// A server's own port, so behind a proxy, too.
const server = one<void, { port: string }>({
  name: 'server',
  file,
  sql: `SELECT current_setting('port') AS port`,
  params: [],
  columns: [['port', text]],
  readOnly: true,
});
const fail = one<void, { n: number }>({
  name: 'fail',
  file,
  sql: 'SELECT 1 / (count(*) - count(*))::int4 AS n FROM items',
  params: [],
  columns: [['n', int4]],
  readOnly: true,
});

let cluster: NativeCluster;
let proxies: readonly TcpProxy[];
let urls: { readonly primary: string; readonly first: string; readonly second: string };
let db: ReplicatedPool | undefined;
let pool: DatabasePool | undefined;
let lastId = 0;
const failed: unknown[] = [];
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  cluster = ownCluster(18, 2);
  const servers = [cluster.primary, ...cluster.standbys];
  proxies = await Promise.all(servers.map(({ url }) => startProxy(url)));
  const [primary = '', first = '', second = ''] = proxies.map(({ url }) => url);
  urls = { primary, first, second };
  await sql(cluster.primary.url, 'CREATE TABLE items (id int4)');
});
afterEach(async () => {
  await db?.end(0);
  await pool?.end(0);
  expect(failed.splice(0)).toEqual([]);
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  for (const { stop } of [cluster.primary, ...cluster.standbys]) stop();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

function open(options: { readonly replicas?: readonly string[]; readonly maxLagMillis?: number } = {}) {
  db = createReplicatedPool(Pool, {
    primary: urls.primary,
    replicas: [urls.first, urls.second],
    max: 5,
    ...options,
  });
  return db;
}

/** Runs statements, each by itself; resolves the rows of the last. */
async function sql(
  url: string,
  ...statements: readonly string[]
): Promise<readonly { readonly x?: unknown }[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: { x?: unknown }[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const portOf = (url: string) => new URL(url).port;
const standby = (i: number) => cluster.standbys[i]?.url ?? '';
const portsOf = (i: number) => portOf(standby(i));
const nextId = () => {
  lastId += 1;
  return lastId;
};

/** Waits for what servers, or checks once a second, do in their own time. */
const eventually = (expectation: () => Promise<void>) =>
  vi.waitFor(expectation, { timeout: 60_000, interval: 50 });

/** The servers that answer readings over `db.replica`, as their ports. No reading may fail. */
async function answering(reader: ReplicatedPool['replica']): Promise<readonly string[]> {
  const ports = new Set<string>();
  for (let i = 0; i < 6; i++) {
    const { port } = await server(reader).catch((error: unknown) => {
      failed.push(error);
      throw error;
    });
    ports.add(port);
  }
  return [...ports].sort();
}
/** Waits until it is these: a check that a busy machine is late with leaves a replica out for a second. */
const answer = (reader: ReplicatedPool['replica'], ports: readonly string[]) =>
  eventually(async () => expect(await answering(reader)).toEqual(ports));
const both = () => [portsOf(0), portsOf(1)].sort();

describe('a pool with replicas', () => {
  it('reads from them in turn, where the caller says so', async () => {
    const { replica } = open();
    await answer(replica, both());
    expect(await server(db as Connection)).toEqual({ port: String(cluster.primary.port) });
    await eventually(async () => {
      const settled = await batch(replica, [server.with(), fail.with()]);
      const port = expect.stringMatching(both().join('|'));
      expect(settled).toMatchObject([{ value: { port } }, { reason: { code: '22012' } }]);
    });
    await eventually(async () => {
      const ports: string[] = [];
      for await (const { port } of server.iterate(replica, undefined)) ports.push(port);
      expect(both()).toContain(ports[0]);
    });
  });

  it('lets no query over them that may write, also not by force', async () => {
    const { replica } = open();
    const forced = replica as unknown as Connection;
    await expect(add(forced, { id: 0 })).rejects.toThrow(NotReadOnlyError);
    await expect(add(forced, { id: 0 })).rejects.toThrow(
      'add (test.sql): a replica accepts only queries that are proven to only read',
    );
    await expect(batch(forced, [server.with(), add.with({ id: 0 })])).rejects.toThrow(NotReadOnlyError);
    await expect(transaction(forced, {}, (tx) => add(tx, { id: 0 }))).rejects.toThrow(NotReadOnlyError);
    expect(await find(db as Connection, { id: 0 })).toEqual([]);
  });

  it('waits for what was written before', async () => {
    const { replica, writePosition } = open();
    await answer(replica, both());
    for (let i = 0; i < 40; i++) {
      const id = nextId();
      await add(db as Connection, { id });
      const after = await writePosition();
      expect(await find(replica({ after }), { id })).toEqual([{ id }]);
    }
    const after = await writePosition();
    await eventually(async () => expect(both()).toContain((await server(replica({ after }))).port));
    await eventually(async () =>
      expect(both()).toContain((await server(replica({ after: undefined }))).port),
    );
    expect(() => replica({ after: 'now' })).toThrow(TypeError);
  });

  // Where a record ends with a page, what the primary says lies behind the header of the next one.
  it.each([
    [
      'a page',
      '24',
      'SELECT pg_logical_emit_message(false, $$$$, repeat($$x$$, (8192 - at % 8192 + 8192 - 24 - 54)::int4)) FROM wal',
    ],
    ['a segment', '40', 'SELECT pg_switch_wal()'],
  ])('waits for no record that is not there, at the end of %s', async (_end, header, statement) => {
    const { replica, writePosition } = open({ replicas: [urls.first] });
    await answer(replica, [portsOf(0)]);
    await sql(
      cluster.primary.url,
      `CREATE OR REPLACE VIEW wal AS SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS at`,
    );
    let after = '';
    await eventually(async () => {
      // Now and then the server writes something itself meanwhile.
      const [row] = await sql(cluster.primary.url, statement, 'SELECT (at % 8192)::text AS x FROM wal');
      expect(row).toEqual({ x: header });
      after = await writePosition();
      expect(Number(`0x${after.split('/')[1]}`) % 8192).toBe(0);
    });
    await eventually(async () => expect(await server(replica({ after }))).toEqual({ port: portsOf(0) }));
  });

  it('reads from the primary what the replica does not have in time', async () => {
    const { replica, writePosition } = open({ replicas: [urls.first] });
    await answer(replica, [portsOf(0)]);
    await sql(standby(0), 'SELECT pg_wal_replay_pause()');
    try {
      const id = nextId();
      await add(db as Connection, { id });
      const after = await writePosition();
      expect(await find(replica({ after, waitMillis: 20 }), { id })).toEqual([{ id }]);
      await eventually(async () => expect(await find(replica, { id })).toEqual([]));
    } finally {
      await sql(standby(0), 'SELECT pg_wal_replay_resume()');
    }
  });

  it('takes none that is as far, but on another timeline', async () => {
    const { replica, writePosition } = open({ replicas: [urls.first] });
    await answer(replica, [portsOf(0)]);
    const position = await writePosition();
    expect(position).toMatch(/^1:[0-9A-F]+\/[0-9A-F]+$/);
    const other = { after: position.replace('1:', '2:'), waitMillis: 20 };
    expect(await server(replica(other))).toEqual({ port: String(cluster.primary.port) });
  });

  it.skipIf(pgbouncerVersion === undefined)('waits behind a PgBouncer in transaction mode, too', async () => {
    const pgbouncer = await startPgBouncer(standby(0), 'transaction');
    try {
      db = createReplicatedPool(Pool, { primary: urls.primary, replicas: [pgbouncer.url], prepare: false });
      const { replica, writePosition } = db;
      await answer(replica, [portsOf(0)]);
      for (let i = 0; i < 20; i++) {
        const id = nextId();
        await add(db, { id });
        const after = await writePosition();
        expect(await find(replica({ after }), { id })).toEqual([{ id }]);
      }
    } finally {
      await pgbouncer.stop();
    }
  });

  it('leaves one out that is too far behind, until it has caught up', async () => {
    const { replica } = open({ maxLagMillis: 1 });
    await answer(replica, both());
    await sql(standby(0), 'SELECT pg_wal_replay_pause()');
    try {
      await add(db as Connection, { id: nextId() });
      await answer(replica, [portsOf(1)]);
    } finally {
      await sql(standby(0), 'SELECT pg_wal_replay_resume()');
    }
    await answer(replica, both());
  });

  it('leaves one out that is gone, at once, and one that does not answer', async () => {
    const { replica } = open();
    await answer(replica, both());
    proxies[1]?.refuse(true);
    proxies[1]?.breakAll();
    await answer(replica, [portsOf(1)]);
    proxies[1]?.refuse(false);
    await answer(replica, both());

    proxies[2]?.freeze(true);
    try {
      // A reading that has been sent already is not given up: there is no limit to how long one may take.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await answer(replica, [portsOf(0)]);
    } finally {
      proxies[2]?.freeze(false);
      proxies[2]?.breakAll();
    }
    await answer(replica, both());
  });

  it('still reads from them while the primary is down', async () => {
    const { replica } = open();
    await answer(replica, both());
    proxies[0]?.refuse(true);
    proxies[0]?.breakAll();
    await expect(add(db as Connection, { id: 0 })).rejects.toThrow(ConnectionError);
    await answer(replica, both());
    proxies[0]?.refuse(false);
  });

  it('reads from the primary if there is no replica, and reports its errors', async () => {
    const { replica } = open({ replicas: [] });
    expect(await answering(replica)).toEqual([String(cluster.primary.port)]);
    await expect(fail(replica)).rejects.toMatchObject({ query: 'fail', code: '22012' });
    await db?.end();
    // A server that is not a standby is none to read from.
    const alone = open({ replicas: [urls.primary], maxLagMillis: Number.POSITIVE_INFINITY });
    expect(await answering(alone.replica)).toEqual([String(cluster.primary.port)]);
  });
});

/** A connection string of several hosts. */
function hosts(attributes: string, ...each: readonly string[]): string {
  const list = each.map((url) => new URL(url).host).join(',');
  return `postgres://postgres@${list}/postgres?target_session_attrs=${attributes}`;
}

describe('a connection string of several hosts', () => {
  const openHosts = (connectionString: string) => {
    pool = createPool(multiHost(Pool), { connectionString, max: 5 });
    return pool;
  };
  it.each([
    ['any', 1],
    ['read-write', 0],
    ['read-only', 1],
    ['primary', 0],
    ['standby', 1],
    ['prefer-standby', 1],
  ] as const)('%s', async (attributes, expected) => {
    const ports = [cluster.primary.port, ...cluster.standbys.map(({ port }) => port)].map(String);
    // `any` takes the first; the others must pass over one that is not right.
    const order =
      expected === 1 && attributes !== 'any' ? [urls.primary, urls.first] : [urls.first, urls.primary];
    const over = openHosts(hosts(attributes, ...order));
    expect(await server(over)).toEqual({ port: ports[expected] });
    expect(await transaction(over, {}, (tx) => server(tx))).toEqual({ port: ports[expected] });
  });

  it('goes by default_transaction_read_only, too', async () => {
    await sql(
      cluster.primary.url,
      'CREATE ROLE reader LOGIN',
      'ALTER ROLE reader SET default_transaction_read_only = on',
    );
    const as = (attributes: string) => hosts(attributes, urls.primary).replace('postgres@', 'reader@');
    expect(await server(openHosts(as('read-only')))).toEqual({ port: String(cluster.primary.port) });
    await pool?.end(0);
    await expect(server(openHosts(as('read-write')))).rejects.toThrow('the server is not read-write');
    await pool?.end(0);
    expect(await server(openHosts(as('primary')))).toEqual({ port: String(cluster.primary.port) });
  });

  it('is tried further after a host that is gone, but not after one that refuses', async () => {
    proxies[1]?.refuse(true);
    expect(await server(openHosts(hosts('any', urls.first, urls.second)))).toEqual({ port: portsOf(1) });
    proxies[1]?.refuse(false);
    await pool?.end(0);
    const missing = hosts('any', urls.first, urls.second).replace('/postgres?', '/missing?');
    const passed = proxies[2]?.connections;
    await expect(server(openHosts(missing))).rejects.toMatchObject({ code: '3D000' });
    expect(proxies[2]?.connections).toBe(passed);
  });

  it('prefers a standby, and takes the primary where there is none', async () => {
    proxies[1]?.refuse(true);
    const over = openHosts(hosts('prefer-standby', urls.first, urls.primary));
    expect(await server(over)).toEqual({ port: String(cluster.primary.port) });
    proxies[1]?.refuse(false);
    await pool?.end(0);
    expect(await server(openHosts(hosts('prefer-standby', urls.first, urls.primary)))).toEqual({
      port: portsOf(0),
    });
  });
});

// Last, since there is another primary afterwards.
describe('a failover', () => {
  it('under load loses no write that was acknowledged, doubles none, and says which are unknown', async () => {
    // The second follows the first, so that it has nothing that the first has not, and follows it through the promotion.
    const source = `host=127.0.0.1 port=${portsOf(0)} user=postgres application_name=standby2`;
    await sql(standby(1), `ALTER SYSTEM SET primary_conninfo = '${source}'`, 'SELECT pg_reload_conf()');
    await sql(
      cluster.primary.url,
      'ALTER SYSTEM SET synchronous_standby_names = standby1',
      'SELECT pg_reload_conf()',
    );
    db = createReplicatedPool(Pool, {
      primary: hosts('read-write', urls.primary, urls.first),
      replicas: [urls.first, urls.second],
      max: 10,
      maxLagMillis: 1000,
    });
    const over = db;
    await eventually(async () => {
      const followers = 'SELECT application_name || sync_state AS x FROM pg_stat_replication';
      expect(await sql(cluster.primary.url, followers)).toEqual([{ x: 'standby1sync' }]);
      expect(await sql(standby(0), followers)).toEqual([{ x: 'standby2async' }]);
    });

    const before = lastId;
    const done: number[] = [];
    const notDone: number[] = [];
    const unknown: number[] = [];
    let running = true;
    const write = async (inTransaction: boolean) => {
      while (running) {
        const id = nextId();
        try {
          await (inTransaction ? transaction(over, {}, (tx) => add(tx, { id })) : add(over, { id }));
          done.push(id);
          // What was written is there, whoever answers.
          const after = await over.writePosition();
          expect(await find(over.replica({ after, waitMillis: 50 }), { id })).toEqual([{ id }]);
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
          // After the write nothing fails that could leave it open what became of it.
          if (done.includes(id)) continue;
          ((error as ConnectionError).outcome === 'not done' ? notDone : unknown).push(id);
        }
      }
    };
    const writers = Array.from({ length: 20 }, (_, i) => write(i % 2 === 0));
    const written = async (count: number) =>
      eventually(async () => expect(done.length).toBeGreaterThan(count));
    await written(100);
    cluster.primary.stop();
    await sql(standby(0), 'SELECT pg_promote()');
    await written(done.length + 100);
    running = false;
    await Promise.all(writers);

    const found = (await items(over)).map(({ id }) => id).filter((id) => id > before);
    const counted = new Set(found);
    expect(found).toHaveLength(counted.size);
    expect(done.filter((id) => !counted.has(id))).toEqual([]);
    expect(notDone.filter((id) => counted.has(id))).toEqual([]);
    expect(found.filter((id) => !done.includes(id) && !unknown.includes(id))).toEqual([]);
    // The new primary is not a replica any more, and its follower is the only one.
    await answer(over.replica, [portsOf(1)]);
  });
});
