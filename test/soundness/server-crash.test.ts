import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { areAlive, crashingStatement } from './server-crash.ts';

it('tells which statement a server crashes with', async () => {
  const database = await createDatabase(18, 'CREATE SCHEMA d0; CREATE SCHEMA d1');
  const clients: Client[] = [];
  const connect = async () => {
    const client = new Client({ connectionString: database.url });
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  };
  // Only its own connection is lost: others use this server too.
  const ends =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid() AND $1::bool';
  const statements = [
    { sql: 'SELECT 1', params: [] },
    { sql: 'no statement', params: [] },
    { sql: ends, params: [[null, 't']] },
    { sql: 'SELECT 2', params: [] },
  ];
  expect(await crashingStatement(connect, statements, 1)).toBeNull();
  expect(await crashingStatement(connect, statements, 2)).toBe(`${ends} -- [[null,"t"]]`);
  expect(await areAlive(clients.slice(-1))).toBe(false);
  await Promise.allSettled(clients.map((client) => client.end()));
  await database.drop();
});
