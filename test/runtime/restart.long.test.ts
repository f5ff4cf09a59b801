import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError, createPool, type DatabasePool, transaction } from '../../src/runtime/index.ts';
import type { NativeServer } from '../support/native-server.ts';
import { ownServer } from '../support/postgres.ts';
import { eventually, increment, read, schema, sessions, stress, total, write } from './stress.ts';

let server: NativeServer;
let pool: DatabasePool;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  // A crash forgets nothing that was committed.
  server = ownServer(18, { settings: ['synchronous_commit = on'] });
  pool = createPool(Pool, { connectionString: server.url, max: 10, connectionTimeoutMillis: 30_000 });
  for (const text of schema.split('; ')) {
    await pool.query({ text, values: [], rowMode: 'array', types: { getTypeParser: () => String } });
  }
});
afterAll(async () => {
  await pool.end();
  await eventually(() => sessions(server.url), { open: 0, inTransaction: 0 });
  server.stop();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** What a caller does that would rather wait than fail. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      expect(error).toBeInstanceOf(ConnectionError);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe.each(['fast', 'immediate'] as const)('a server that is restarted (%s)', (mode) => {
  it('under 200 concurrent transactions: none loses or doubles an update', async () => {
    const { n: before } = await total(pool);
    let running = true;
    const stressing = stress(pool, () => running);
    await eventually(async () => (await total(pool)).n > before + 20, true);
    await server.restart(mode);
    const { n: between } = await patiently(() => total(pool));
    await eventually(async () => (await total(pool)).n > between, true);
    running = false;
    const { committed, unknown } = await stressing;
    const counted = (await total(pool)).n - before;
    expect(counted).toBeGreaterThanOrEqual(committed);
    expect(counted).toBeLessThanOrEqual(committed + unknown);
  });

  it('while nothing runs: the next query does not notice', async () => {
    await increment(pool, 1);
    await server.restart(mode);
    const { n } = await read(pool, { id: 1 });
    await write(pool, { id: 1, n: n + 1 });
    expect(await read(pool, { id: 1 })).toEqual({ n: n + 1 });
  });

  it('in a transaction: it fails, and its writes are undone', async () => {
    const { n } = await read(pool, { id: 2 });
    const failing = transaction(pool, { retries: 3 }, async (tx) => {
      await write(tx, { id: 2, n: n + 1 });
      await server.restart(mode);
      await read(tx, { id: 2 });
    });
    await expect(failing).rejects.toThrow(ConnectionError);
    expect(await read(pool, { id: 2 })).toEqual({ n });
  });
});
