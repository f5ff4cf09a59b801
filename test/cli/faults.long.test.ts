import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NativeServer } from '../support/native-server.ts';
import { sharedCache } from '../support/pglite.ts';
import { ownServer } from '../support/postgres.ts';
import { carsProject, configWith, nodrift, type Project } from './support/cli.ts';

let server: NativeServer;
let url: string;
let admin: Client;
beforeAll(async () => {
  server = ownServer(18, { password: 'open sesame' });
  url = server.url.replace('postgres@', 'postgres:open%20sesame@');
  admin = new Client({ connectionString: url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  server.stop();
});

/** A project whose migrations take their time. */
function slow(seconds: number): Project {
  return carsProject({
    'pgtyped.config.json': configWith({ database: 'server' }),
    'migrations/2_slow.sql': `-- Up Migration\nSELECT pg_sleep(${seconds});\n`,
  });
}

async function scratchDatabases(): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname LIKE 'nodrift\\_%'",
  );
  return rows.map(({ name }) => name);
}

/** Waits until a session sleeps in a migration, and returns its process. */
async function sleeper(): Promise<number> {
  for (;;) {
    const { rows } = await admin.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname LIKE 'nodrift\\_%'",
    );
    if (rows[0]) return rows[0].pid;
    await sleep(20);
  }
}

const outputs = ({ root }: Project) =>
  readdirSync(join(root, 'queries')).filter((name) => name !== 'cars.sql');

const stable = (text: string) => text.replaceAll(/127\.0\.0\.1:\d+/g, '<server>');

describe('faults of the server exit with 3 and write nothing', () => {
  test('a wrong password, which is not printed', async () => {
    const project = carsProject();
    const wrong = server.url.replace('postgres@', 'postgres:hush@');
    const run = await nodrift(['generate', '--url', wrong], { cwd: project.root });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(stable(run.stderr)).toMatchSnapshot();
    expect(run.stderr).not.toContain('hush');
    expect(outputs(project)).toEqual([]);
  });

  test('a connection that is lost while the database is built', async () => {
    const project = slow(30);
    const running = nodrift(['generate'], { cwd: project.root, env: { DATABASE_URL: url } });
    await admin.query('SELECT pg_terminate_backend($1)', [await sleeper()]);
    const run = await running;
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(stable(run.stderr)).toMatchSnapshot();
    expect(outputs(project)).toEqual([]);
    expect(await scratchDatabases()).toEqual([]);
  });

  test('a connection that is lost while queries are analysed', async () => {
    const queries = Array.from({ length: 20_000 }, (_, i) => `/* @name Q${i} */\nSELECT * FROM cars;\n`);
    const project = carsProject({ 'queries/many.sql': queries.join('\n') });
    const running = nodrift(['generate', '--url', url], { cwd: project.root });
    for (;;) {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname LIKE 'nodrift\\_%' AND query LIKE '%SELECT * FROM cars%'`,
      );
      if (rowCount) break;
      await sleep(5);
    }
    const run = await running;
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    // Unread statements make the server's socket end with a reset, which may overtake its last message.
    const reason =
      /terminating connection due to administrator command\.\n {2}SQLSTATE 57P01|(read|write) (ECONNRESET|EPIPE)\.|Connection terminated unexpectedly\./;
    expect(stable(run.stderr).replace(reason, '(reason)')).toMatchSnapshot();
    expect(outputs(project)).toEqual(['many.sql']);
    expect(await scratchDatabases()).toEqual([]);
  });
});

describe('interrupted', () => {
  test('it drops the scratch database, writes nothing and returns 130', async () => {
    const project = slow(30);
    const interruption = new AbortController();
    const { signal } = interruption;
    const running = nodrift(['generate'], { cwd: project.root, env: { DATABASE_URL: url }, signal });
    await sleeper();
    expect(await scratchDatabases()).toHaveLength(1);
    interruption.abort();
    expect(await running).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    expect(outputs(project)).toEqual([]);
    expect(await scratchDatabases()).toEqual([]);
  });
});

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

function nodriftProcess(argv: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, ['--import', tsx, main, ...argv], {
    cwd,
    env: { ...process.env, DATABASE_URL: url, ...sharedCache() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe.skipIf(process.platform === 'win32')('the process', () => {
  test('ends by itself with the exit code of the command', async () => {
    const child = nodriftProcess(['generate'], carsProject().root);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('obeys %s', async (signal, exitCode) => {
    const child = nodriftProcess(['generate'], slow(30).root);
    await sleeper();
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([exitCode, null]);
    expect(await scratchDatabases()).toEqual([]);
  });

  test('ends quietly when its output is closed', async () => {
    const child = nodriftProcess(['--help'], '/');
    child.stdout?.destroy();
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(Buffer.concat(errors).toString()).toBe('');
  });
});
