import { createServer, type Socket } from 'node:net';
import { Pool } from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ConnectionError,
  createPool,
  type DatabasePool,
  exec,
  int4,
  one,
  transaction,
} from '../../src/runtime/index.ts';
import { postgresUrl } from '../support/postgres.ts';

const file = 'test.sql';
const backend = one<void, { pid: number }>({
  name: 'backend',
  file,
  sql: 'SELECT pg_backend_pid() AS pid',
  params: [],
  columns: [['pid', int4]],
  readOnly: true,
});
const fail = exec<void>({ name: 'fail', file, sql: 'SELECT 1 / 0', params: [], columns: [] });
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const empty = { total: 0, inUse: 0, idle: 0, waiting: 0 };

let pool: DatabasePool;
const open = (options: object = {}) =>
  createPool(Pool, { connectionString: postgresUrl(18), max: 2, ...options });
afterEach(() => pool.end(0));

describe("a pool's connections", () => {
  it('are closed at their age, when given back', async () => {
    pool = open({ max: 1, maxLifetimeMillis: 40 });
    const pids = new Set<number>();
    for (let i = 0; i < 3; i++) {
      await transaction(pool, {}, async (tx) => {
        pids.add((await backend(tx)).pid);
        await pause(60);
        pids.add((await backend(tx)).pid);
      });
      await fail(pool).catch(() => {});
    }
    expect(pids.size).toBe(3);
  });

  it('are closed at their age, when idle', async () => {
    pool = open({ maxLifetimeMillis: 40 });
    await backend(pool);
    await vi.waitFor(() => expect(pool.stats()).toMatchObject({ total: 0, idle: 0 }), 30_000);
  });

  it.each([undefined, 0, 60_000, Number.MAX_SAFE_INTEGER])(
    'are kept until then: %s',
    async (maxLifetimeMillis) => {
      pool = open({ max: 1, ...(maxLifetimeMillis !== undefined && { maxLifetimeMillis }) });
      const before = await backend(pool);
      await pause(20);
      expect(await backend(pool)).toEqual(before);
    },
  );

  it('are counted, and the waiting for them', async () => {
    pool = open({ max: 1 });
    expect(pool.stats()).toMatchObject(empty);
    let waiting: Promise<unknown> | undefined;
    await transaction(pool, {}, async () => {
      waiting = backend(pool);
      await pause(30);
      expect(pool.stats()).toMatchObject({ total: 1, inUse: 1, idle: 0, waiting: 1 });
    });
    await waiting;
    const { waits, ...now } = pool.stats();
    expect(now).toEqual({ total: 1, inUse: 0, idle: 1, waiting: 0 });
    expect(waits.map(({ upToMillis }) => upToMillis)).toEqual([1, 5, 25, 100, 500, 2500, Infinity]);
    expect(waits.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    // One waited for 30 ms, less what timers are early by.
    expect(waits.slice(3).some(({ count }) => count > 0)).toBe(true);
  });

  it('are made before they are needed', async () => {
    pool = open({ max: 3 });
    await pool.warmUp(2);
    expect(pool.stats()).toMatchObject({ total: 2, idle: 2, waiting: 0 });
    await transaction(pool, {}, async () => {
      await pool.warmUp(100);
      expect(pool.stats()).toMatchObject({ total: 3, inUse: 1, idle: 2 });
      await pool.warmUp(1);
    });
    expect(pool.stats()).toMatchObject({ total: 3, idle: 3 });
    await pool.end();
    await expect(pool.warmUp(1)).rejects.toThrow(ConnectionError);
    pool = createPool(Pool, { host: '127.0.0.1', port: 1 });
    await expect(pool.warmUp(2)).rejects.toThrow(ConnectionError);
    expect(pool.stats()).toMatchObject(empty);
  });
});

describe('minIdle', () => {
  const idle = (count: number) =>
    vi.waitFor(() => expect(pool.stats()).toMatchObject({ idle: count, waiting: 0 }), 30_000);

  it('keeps connections idle while others are in use, as far as there can be more', async () => {
    pool = open({ max: 4, minIdle: 2 });
    await idle(2);
    await transaction(pool, {}, async () => {
      await idle(2);
      await transaction(pool, {}, async () => {
        await idle(2);
        await transaction(pool, {}, async () => {
          await idle(1);
        });
      });
    });
    expect(pool.stats()).toMatchObject({ total: 4, inUse: 0, idle: 4 });
  });

  it('makes connections for those that were closed, and closes what is idle beyond it', async () => {
    pool = open({ max: 4, minIdle: 1, idleTimeoutMillis: 20 });
    await idle(1);
    const { pid } = await backend(pool);
    const ended = exec<{ pid: number }>({
      name: 'ended',
      file,
      sql: 'SELECT pg_terminate_backend($1)',
      params: [{ name: 'pid', codec: int4 }],
      columns: [],
    });
    const other = open();
    await ended(other, { pid });
    await other.end();
    await vi.waitFor(async () => {
      expect((await backend(pool)).pid).not.toBe(pid);
    }, 30_000);
    await pool.warmUp(4);
    await idle(1);
  });

  it('does not mind that no server is there, nor keeps the process or the pool from ending', async () => {
    pool = createPool(Pool, { host: '127.0.0.1', port: 1, minIdle: 2 });
    await expect(backend(pool)).rejects.toThrow(ConnectionError);
    await pool.end();
    pool = open({ minIdle: 2 });
    await pool.end();
    expect(pool.stats()).toMatchObject(empty);
  });
});

it.each([
  { pingAfterIdleMillis: -1 },
  { queryTimeoutMillis: Number.NaN },
  { queryTimeoutMillis: 2 ** 31 },
  { leakAfterMillis: 'soon' },
  { maxLifetimeMillis: -5 },
  { minIdle: Number.NaN },
])('a pool does not take %o', (options) => {
  pool = open();
  expect(() => open(options)).toThrow(RangeError);
});

describe('a connection that is not given back', () => {
  const warned = async (options: object, use: () => Promise<unknown>): Promise<Error[]> => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    pool = open(options);
    await use();
    await pause(0);
    process.off('warning', note);
    return warnings.filter(({ name }) => name === 'NodriftWarning');
  };

  it('is warned of, with who borrowed it', async () => {
    const warnings = await warned({ leakAfterMillis: 20 }, () => transaction(pool, {}, () => pause(60)));
    expect(warnings.map(({ message }) => message)).toEqual([
      'a connection was not released to its pool within 20 ms',
    ]);
    expect(warnings[0]).toMatchObject({ detail: expect.stringContaining('pool-care.test.ts') });
  });

  it('is not warned of unless asked for', async () => {
    const use = () => transaction(pool, {}, () => pause(30));
    expect(await warned({}, use)).toEqual([]);
    await pool.end();
    expect(await warned({ leakAfterMillis: 60_000 }, use)).toEqual([]);
  });
});

describe('a password that is a function', () => {
  it('is called for each connection', async () => {
    const passwords: string[] = [];
    const server = createServer((socket) => askForPassword(socket, passwords));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    let calls = 0;
    const password = async () => `token ${++calls}`;
    pool = createPool(Pool, { host: '127.0.0.1', port, user: 'app', database: 'app', password });
    await expect(backend(pool)).rejects.toMatchObject({ code: '28P01' });
    await expect(backend(pool)).rejects.toMatchObject({ code: '28P01' });
    await new Promise((resolve) => server.close(resolve));
    expect(passwords).toEqual(['token 1', 'token 2']);
  });

  it('is refused where pg would not call it', () => {
    expect(() => open({ password: async () => 'token' })).toThrow(
      new TypeError(
        'createPool: pg calls a `password` function only without a connection string: give `host`, `user` and `database`',
      ),
    );
  });
});

/** A server that asks for a password in plain text, and takes none. */
function askForPassword(socket: Socket, passwords: string[]): void {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 3]));
    socket.once('data', (message) => {
      passwords.push(message.toString('utf8', 5, message.length - 1));
      const fields = Buffer.from('SFATAL\0VFATAL\0C28P01\0Mrefused\0\0');
      const length = Buffer.alloc(4);
      length.writeInt32BE(fields.length + 4);
      socket.end(Buffer.concat([Buffer.from('E'), length, fields]));
    });
  });
}
