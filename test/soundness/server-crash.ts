import type { Client } from 'pg';
import { describe } from '../../src/analysis/wire.ts';
import { runAll } from './batch.ts';

/** A statement with, for each `$n`, its values on the sets of data. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly (readonly (string | null)[])[];
}

/** Whether all connections can be used still. */
export async function areAlive(clients: readonly Client[]): Promise<boolean> {
  const answers = await Promise.allSettled(clients.map((client) => client.query('')));
  return answers.every(({ status }) => status === 'fulfilled');
}

/** Connects to a server that may be on its return from a crash. */
export async function connectAgain(connect: () => Promise<Client>): Promise<Client> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Describes and runs statements one by one on every set of data, until the server crashes again.
 * @param connect connects to the database; the sets of data are in `d0`, `d1`, ...
 * @returns the statement that it crashes with; null where it does not
 */
export async function crashingStatement(
  connect: () => Promise<Client>,
  statements: readonly Statement[],
  sets: number,
): Promise<string | null> {
  for (let set = 0; set < sets; set++) {
    const client = await connectAgain(connect);
    await client.query(`SET search_path = d${set}; SET nodrift.era = 'now'`);
    for (const { sql, params } of statements) {
      try {
        await describe(client, [sql], () => undefined);
        await runAll(client, [{ sql, values: params.map((values) => values[set] ?? null) }], false);
      } catch (error) {
        if (await areAlive([client])) throw error;
        return params.length === 0 ? sql : `${sql} -- ${JSON.stringify(params)}`;
      }
    }
    await client.end();
  }
  return null;
}
