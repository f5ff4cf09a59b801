import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { createDatabase, majors, ownServer, postgresUrl } from './postgres.ts';
import { tested } from './tested.ts';

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe.each(tested(majors))('PostgreSQL %i', (major) => {
  test('runs, once for all who ask', async () => {
    expect(postgresUrl(major)).toBe(postgresUrl(major));
    const [row] = await query(
      postgresUrl(major),
      "SELECT current_setting('server_version_num')::int / 10000",
    );
    expect(row).toEqual([major]);
  });

  test('hands out databases that go away again', async () => {
    const database = await createDatabase(major, 'CREATE TABLE t (a int); INSERT INTO t VALUES (1);');
    expect(await query(database.url, 'SELECT a FROM t')).toEqual([[1]]);
    await database.drop();
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});

test('an own server can ask for a password', async () => {
  const server = ownServer(16, { password: 'correct' });
  try {
    const url = new URL(server.url);
    url.password = 'correct';
    expect(await query(url.href, 'SELECT 1')).toEqual([[1]]);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  } finally {
    server.stop();
  }
});
