import { Client, Pool } from 'pg';
import { type Connection, createPool, type DatabasePool } from '../../src/runtime/index.ts';
import type { NativeServer } from '../support/native-server.ts';
import type { Ledger } from './ledger.ts';
import { echo } from './loads.ts';

/** What a fault is injected into. */
export interface Context {
  /** A server of the run's own; its database has the tables of `schema`. */
  readonly server: NativeServer;
  readonly ledger: Ledger;
  /** Adds to how many times the fault was injected. */
  inject(times?: number): void;
}

export interface Fault {
  readonly name: string;
  run(context: Context): Promise<void>;
}

/** A pool of nodrift's over `pg`. */
export function openPool(url: string, options: object = {}): DatabasePool {
  return createPool(Pool, { connectionString: url, max: 5, connectionTimeoutMillis: 30_000, ...options });
}

/** Runs `use` with a pool, which must serve again afterwards, and to end. */
export async function withPool(
  { ledger }: Context,
  url: string,
  options: object,
  use: (pool: DatabasePool) => Promise<unknown>,
): Promise<void> {
  const pool = openPool(url, options);
  await use(pool);
  await serves(pool, ledger);
  await ledger.settles(pool.end());
}

/** Notes when a connection does not answer again within some seconds. */
export async function serves(db: Connection, ledger: Ledger): Promise<void> {
  const asked = ledger.nextId();
  const end = performance.now() + 20_000;
  const answered = async (): Promise<void> => {
    for (;;) {
      try {
        ledger.expectSame(await echo(db, { id: asked }), { id: asked });
        return;
      } catch (error) {
        if (performance.now() > end) {
          throw error;
        }
        await sleep(20);
      }
    }
  };
  await ledger.record([], answered());
}

/** Runs `use` with a client of its own, past every proxy. */
export async function asAdmin<Result>(
  url: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Calls `act` again and again, with pauses of up to so many milliseconds, while `running` does not settle. */
export async function during(
  running: Promise<unknown>,
  millis: number,
  act: () => Promise<void> | void,
): Promise<void> {
  let over = false;
  const done = running.finally(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([sleep(Math.random() * millis), done]);
    if (!over) {
      await act();
    }
  }
  await done;
}

export function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
