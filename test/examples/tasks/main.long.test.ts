import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { migrate, openEmptyOnServer } from '../../sample/database.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const expected = `Not yet: Still open: 1 of its steps.
[ ] Look around
[x] Move house
[x] Buy boxes
2 of 3 completed
`;

async function main(databaseUrl: string): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/tasks/main.ts'], {
    cwd: root,
    env,
  });
  return (await run).stdout;
}

test('runs on an embedded Postgres', async () => {
  expect(await main('')).toBe(expected);
});

test('names a database that cannot be reached, and exits with 1', async () => {
  const failure = await main('postgres://app@127.0.0.1:1/app').catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]*127\.0\.0\.1:1[^\n]*\n$/) });
});

test('runs on a server and leaves no trace there', async () => {
  const { client, url, close } = await openEmptyOnServer(17);
  try {
    await migrate(client, 'up');
    expect(await main(url)).toBe(expected);
    const { rows } = await client.query('SELECT FROM users UNION ALL SELECT FROM tasks');
    expect(rows).toEqual([]);
  } finally {
    await close();
  }
});
