import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MessageProxy, startMessageProxy } from '../support/message-proxy.ts';
import type { NativeServer } from '../support/native-server.ts';
import { ownServer } from '../support/postgres.ts';
import { carsProject, configWith, nodrift, type Project, type Ran } from './support/cli.ts';

const password = 'open sesame';
let server: NativeServer;
let admin: Client;
let proxy: MessageProxy;
beforeAll(async () => {
  server = ownServer(18, { password });
  const url = new URL(server.url);
  url.password = password;
  admin = new Client({ connectionString: url.href });
  await admin.connect();
  proxy = await startMessageProxy(url.href);
});
afterAll(async () => {
  await proxy.close();
  await admin.end();
  server.stop();
});

const second = `-- Up Migration
CREATE TABLE boats (id int PRIMARY KEY);
-- Down Migration
DROP TABLE boats;
`;

const smallProject = () =>
  carsProject({
    'pgtyped.config.json': configWith({ database: 'server' }),
    'migrations/2_boats.sql': second,
  });

/** The database that is migrated and verified, as it is before each run. */
const live = 'live';

async function on<T>(database: string, use: (client: Client) => Promise<T>): Promise<T> {
  const url = Object.assign(new URL(server.url), { password, pathname: `/${database}` });
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const databases = async () =>
  (
    await admin.query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname <> 'live'")
  ).rows
    .map(({ name }) => name)
    .sort();

const applied = () =>
  on(live, async (client) => {
    const { rows } = await client.query<{
      history: string | null;
      cars: string | null;
      boats: string | null;
    }>(
      `SELECT to_regclass('pgmigrations') AS history, to_regclass('cars') AS cars, to_regclass('boats') AS boats`,
    );
    const [found] = rows;
    if (!found?.history) return { tables: [found?.cars, found?.boats].filter(Boolean), history: [] };
    const { rows: lines } = await client.query<{ name: string }>('SELECT name FROM pgmigrations ORDER BY id');
    return {
      tables: [found.cars, found.boats].filter(Boolean),
      history: lines.map(({ name }) => (name === '1_cars' ? 'cars' : 'boats')),
    };
  });

const liveUrl = () => Object.assign(new URL(proxy.url), { pathname: `/${live}` }).href;

/**
 * The commands that talk to a server, what must be applied before, and every how many messages the connection is cut:
 * most open a scratch database in the same way. NODRIFT_EVERY=1 leaves nothing out.
 */
const commands: readonly (readonly [argv: string, before: string | null, every: number])[] = [
  ['generate', null, 1],
  ['check', null, 5],
  ['inspect', null, 5],
  ['impact', null, 5],
  ['schema', null, 5],
  ['migrate verify', null, 5],
  ['verify --url', 'migrate up --url', 5],
  ['impact --pending', 'migrate up 1 --url', 5],
  ['schema --url', 'migrate up --url', 1],
  ['migrate status --url', 'migrate up 1 --url', 1],
  ['migrate up --url', '', 1],
  ['migrate down 2 --url', 'migrate up --url', 3],
  ['migrate redo --url', 'migrate up --url', 3],
];

const changes = (argv: string) => /^migrate (up|down|redo)/.test(argv);

const run = (project: Project, argv: string, signal?: AbortSignal): Promise<Ran> =>
  nodrift(argv.replace(/--(url|pending)$/, `$& ${liveUrl()}`).split(' '), {
    cwd: project.root,
    env: { DATABASE_URL: proxy.url },
    ...(signal && { signal }),
  });

async function prepare(project: Project, before: string | null): Promise<void> {
  if (before === null) return;
  await admin.query(`DROP DATABASE IF EXISTS ${live} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${live}`);
  if (before === '') return;
  proxy.at(Number.POSITIVE_INFINITY, () => {});
  const { exitCode, stderr } = await run(project, before);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

const generated = ({ root }: Project) =>
  readdirSync(join(root, 'queries')).filter((name) => name !== 'cars.sql');

/** What a run printed, without its duration and the proxy's port. */
const stable = ({ exitCode, stdout }: Ran) => ({
  exitCode,
  stdout: stdout.replaceAll(/\d\.\d\d s|:\d{5}\//g, '…'),
});

const steps = (every: number) => Number(process.env.NODRIFT_EVERY ?? every);

describe.each(commands)('nodrift %s', (argv, before, every) => {
  /** How the command ends, and what it leaves, where nothing goes wrong. */
  async function undisturbed() {
    const project = smallProject();
    await prepare(project, before);
    proxy.at(Number.POSITIVE_INFINITY, () => {});
    const ran = await run(project, argv);
    return { ...stable(ran), messages: proxy.count, generated: generated(project) };
  }

  /** Runs the command once for each message, does something before that is passed on, and considers what is left. */
  async function disturb(
    step: number,
    disturbance: (interruption: AbortController) => void,
    check: (ran: Ran, at: string) => void,
  ) {
    const { messages, ...well } = await undisturbed();
    const clean = await databases();
    const failed: Ran[] = [];
    for (let n = 1; n <= messages; n += step) {
      const project = smallProject();
      if (changes(argv)) await prepare(project, before);
      const interruption = new AbortController();
      proxy.at(n, () => disturbance(interruption));
      const ran = await run(project, argv, interruption.signal);
      const { stdout, stderr } = ran;
      const at = `at message ${n} of ${messages}:\n${stdout}\n${stderr}`;
      expect(stderr, at).not.toMatch(/\n {4}at |bug|sesame/);
      expect(await databases(), at).toEqual(clean);
      if (ran.exitCode === well.exitCode) {
        // Everything was done, and only cleaning up was disturbed.
        expect({ ...stable(ran), generated: generated(project) }, at).toEqual(well);
      } else {
        failed.push(ran);
        expect(generated(project), at).toEqual([]);
        check(ran, at);
      }
      if (changes(argv)) await expectTruth(argv, stdout, at);
    }
    expect(failed.length * step).toBeGreaterThan(messages / 2);
  }

  test('says where the connection is lost, with exit code 3, and leaves nothing behind', async () => {
    await disturb(
      steps(every),
      () => proxy.breakAll(),
      ({ exitCode, stderr }, at) => {
        expect(exitCode, at).toBe(3);
        expect(stderr, at).toMatch(
          /error ND500[61]: (The connection to PostgreSQL was lost|Cannot reach PostgreSQL)/,
        );
        if (!changes(argv) || stderr.includes('Cannot reach')) return;
        expect(stderr, at).toMatch(
          /hint: (No migration was run|Applied and kept|Nothing was changed|It is unknown whether)/,
        );
      },
    );
  }, 120_000);

  test('is interrupted at any moment, and leaves nothing behind', async () => {
    await disturb(
      steps(3 * every),
      (interruption) => interruption.abort(new Error('interrupted', { cause: 'SIGTERM' })),
      ({ exitCode, stderr }, at) => expect({ exitCode, stderr }, at).toEqual({ exitCode: 143, stderr: '' }),
    );
  }, 120_000);
});

/** Each migration is in the database and in its history, or in neither; and what is said of it is so. */
async function expectTruth(argv: string, stdout: string, at: string): Promise<void> {
  const { tables, history } = await applied();
  expect(history, at).toEqual(tables);
  for (const [, name] of stdout.matchAll(/^applied {2}\d_(\w+)/gm)) expect(tables, at).toContain(name);
  // Redo applies again what it reverted, and may be interrupted before it hears of that.
  if (argv.startsWith('migrate redo')) return;
  for (const [, name] of stdout.matchAll(/^reverted {2}\d_(\w+)/gm)) expect(tables, at).not.toContain(name);
}
