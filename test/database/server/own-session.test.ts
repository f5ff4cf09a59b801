import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/database/server/connection.ts';
import { setForSession } from '../../../src/database/server/own-session.ts';
import { Failure } from '../../../src/diagnostic.ts';
import { pgbouncerVersion, startPgBouncer } from '../../runtime/pgbouncer.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase(18, 'CREATE TABLE items (id int4)');
});
afterAll(() => database.drop());

/** Sets a new session to read-only; resolves whether it is, or what kept it from that. */
async function setReadOnly(url: string): Promise<unknown> {
  const connection = { connectionString: url };
  const client = await connect(connection);
  try {
    await setForSession(client, connection, 'default_transaction_read_only = on');
    const { rows } = await client.query('SHOW default_transaction_read_only');
    return rows[0]?.default_transaction_read_only;
  } catch (error) {
    return error;
  } finally {
    await client.end();
  }
}

async function write(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('INSERT INTO items VALUES (1)').finally(() => client.end());
}

it('is set on a server itself', async () => {
  expect(await setReadOnly(database.url)).toBe('on');
});

describe.skipIf(pgbouncerVersion === undefined)('behind PgBouncer', () => {
  it.each(['session', 'transaction', 'statement'] as const)('in %s mode', async (mode) => {
    const pgbouncer = await startPgBouncer(database.url, mode);
    try {
      // Some connections that are idle.
      const clients = Array.from({ length: 3 }, () => new Client({ connectionString: pgbouncer.url }));
      await Promise.all(clients.map((client) => client.connect()));
      await Promise.all(clients.map((client) => client.query('SELECT pg_sleep(0.05)')));
      await Promise.all(clients.map((client) => client.end()));
      const outcome = await setReadOnly(pgbouncer.url);
      if (mode === 'session') expect(outcome).toBe('on');
      else {
        expect(outcome).toBeInstanceOf(Failure);
        expect(outcome).toMatchObject({ exitCode: 2 });
        expect(JSON.stringify(outcome)).toContain(
          'is a pooler that gives each transaction another connection',
        );
      }
      // No other client gets a session that cannot write.
      for (let i = 0; i < 6; i++) await write(pgbouncer.url);
    } finally {
      await pgbouncer.stop();
    }
  });
});
