import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type MessageProxy, startMessageProxy } from '../support/message-proxy.ts';
import type { NativeServer } from '../support/native-server.ts';
import { sharedCache } from '../support/pglite.ts';
import { ownServer } from '../support/postgres.ts';
import { carsProject, configWith, type Project } from './support/cli.ts';

let server: NativeServer;
let admin: Client;
let proxy: MessageProxy;
beforeAll(async () => {
  server = ownServer(17, {});
  admin = new Client({ connectionString: server.url });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  server.stop();
});
beforeEach(async () => {
  proxy = await startMessageProxy(server.url);
});
afterEach(() => proxy.close());

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

function start(argv: readonly string[], { root }: Project): ChildProcess {
  return spawn(process.execPath, ['--import', tsx, main, ...argv], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: proxy.url, ...sharedCache() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const statements = 3000;

/** Many statements, and a module that is there already. */
function large(): Project {
  const queries = Array.from(
    { length: statements },
    (_, i) =>
      `/* @name Q${i} :many */\nSELECT a.*, b.make AS other FROM cars a JOIN cars b USING (id) WHERE a.id = :id;\n`,
  );
  return carsProject({
    'pgtyped.config.json': configWith({ database: 'server' }),
    'queries/large.sql': queries.join('\n'),
  });
}

const scratchDatabases = async () =>
  (await admin.query("SELECT datname FROM pg_database WHERE datname LIKE 'nodrift\\_%'")).rows;

const files = ({ root }: Project) => readdirSync(root, { recursive: true }).sort();

/** The messages of a command: about 40 until the schema is made, then two for each statement. */
const moments = [
  ['before anything is there', 1],
  ['while the schema is made', 20],
  ['while the catalogs are loaded', 40],
  ['at the first statements', 70],
  ['in the midst of the statements', statements],
  ['near the end', 2 * statements - 200],
] as const;

describe.skipIf(process.platform === 'win32')('a signal', () => {
  test.each(moments)('%s ends generate, and leaves nothing behind', async (_, n) => {
    const project = large();
    const before = files(project);
    const signal = n % 20 === 0 ? 'SIGTERM' : 'SIGINT';
    const child = start(['generate'], project);
    proxy.at(n, () => child.kill(signal));
    expect(await once(child, 'exit')).toEqual([signal === 'SIGTERM' ? 143 : 130, null]);
    expect(await scratchDatabases()).toEqual([]);
    expect(files(project)).toEqual(before);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'that is the second ends it at once, if it is %s',
    async (second) => {
      const child = start(['generate'], large());
      proxy.at(200, () => {
        // Cleaning up takes a connection, which would get no answer.
        proxy.freeze(() => child.kill(second));
        child.kill('SIGTERM');
      });
      expect(await once(child, 'exit')).toEqual([null, second]);
      for (const { datname } of await scratchDatabases())
        await admin.query(`DROP DATABASE ${datname} WITH (FORCE)`);
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends --watch, and leaves nothing behind', async (signal, exitCode) => {
    const child = start(['generate', '--watch'], watched());
    await firstOutput(child);
    expect(await scratchDatabases()).toHaveLength(1);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([exitCode, null]);
    expect(await scratchDatabases()).toEqual([]);
  });
});

const watched = () => carsProject({ 'pgtyped.config.json': configWith({ database: 'server' }) });

async function firstOutput({ stdout }: ChildProcess): Promise<void> {
  if (stdout !== null) await once(stdout, 'data');
}

test('a reader that leaves ends --watch, and nothing is left behind', async () => {
  const project = watched();
  const child = start(['generate', '--watch'], project);
  await firstOutput(child);
  child.stdout?.destroy();
  project.put('queries/more.sql', '/* @name More :one */\nSELECT 1 AS one;\n');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await scratchDatabases()).toEqual([]);
});
