import { Client } from 'pg';
import { expect, vi } from 'vitest';
import { ConnectionError, type DatabasePool, exec, int4, one, transaction } from '../../src/runtime/index.ts';

/** A minute is what a release is tested with: `NODRIFT_STRESS_SECONDS=60`. */
const seconds = Number(process.env.NODRIFT_STRESS_SECONDS ?? 3);
const file = 'test.sql';

/** What the queries below need. */
export const schema =
  'CREATE TABLE counters (id int4 PRIMARY KEY, n int4 NOT NULL); INSERT INTO counters SELECT i, 0 FROM generate_series(1, 20) AS i';

export const read = one<{ id: number }, { n: number }>({
  name: 'read',
  file,
  sql: 'SELECT n FROM counters WHERE id = $1',
  params: [{ name: 'id', codec: int4 }],
  columns: [['n', int4]],
  readOnly: true,
});

export const write = exec<{ id: number; n: number }>({
  name: 'write',
  file,
  sql: 'UPDATE counters SET n = $2 WHERE id = $1',
  params: [
    { name: 'id', codec: int4 },
    { name: 'n', codec: int4 },
  ],
  columns: [],
});

export const total = one<void, { n: number }>({
  name: 'total',
  file,
  sql: 'SELECT sum(n)::int4 AS n FROM counters',
  params: [],
  columns: [['n', int4]],
  readOnly: true,
});

/** Reads a counter and writes one more, in a transaction that conflicts with others of its kind. */
export function increment(pool: DatabasePool, id: number, signal?: AbortSignal): Promise<void> {
  return transaction(
    pool,
    { isolation: 'repeatable read', retries: 1000, ...(signal && { signal }) },
    async (tx) => {
      const { n } = await read(tx, { id });
      await write(tx, { id, n: n + 1 });
    },
  );
}

export const anyCounter = (): number => 1 + Math.floor(Math.random() * 20);

/** What became of transactions: how many were committed, and how many have an unknown outcome. */
export interface Outcome {
  readonly committed: number;
  readonly unknown: number;
}

/** 200 workers that increment until the time is up; `until` overrules how long. */
export async function stress(pool: DatabasePool, until?: () => boolean): Promise<Outcome> {
  const end = performance.now() + seconds * 1000;
  const goesOn = until ?? (() => performance.now() < end);
  let committed = 0;
  let unknown = 0;
  await Promise.all(
    Array.from({ length: 200 }, async () => {
      while (goesOn()) {
        try {
          await increment(pool, anyCounter());
          committed += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
          // Only a COMMIT without an answer leaves it open what became of the transaction.
          if ((error as ConnectionError).query === 'COMMIT') {
            unknown += 1;
          }
        }
      }
    }),
  );
  return { committed, unknown };
}

/** The other sessions that a server has for a database: how many, and how many of these are in a transaction. */
export async function sessions(url: string): Promise<{ open: number; inTransaction: number }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*)::int4 AS open, count(*) FILTER (WHERE state <> 'idle')::int4 AS "inTransaction"
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await client.end();
  return rows[0];
}

/** Waits for what the server does in its own time, such as ending a session. */
export async function eventually<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  await vi.waitFor(async () => expect(await ask()).toEqual(expected), { timeout: 60_000 });
}
