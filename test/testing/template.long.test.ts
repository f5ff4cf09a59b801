import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { testDatabase } from 'nodrift/testing';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { rows } from '../database/open.ts';
import type { NativeServer } from '../support/native-server.ts';
import { ownServer } from '../support/postgres.ts';
import { makeProject } from '../support/project.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(process.platform === 'win32')('with DATABASE_URL', () => {
  let server: NativeServer;
  let admin: Client;
  beforeAll(async () => {
    server = ownServer(18, {});
    admin = new Client({ connectionString: server.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    server.stop();
  });

  /** The databases that are not the server's own. */
  const databases = async () =>
    (await rows({ client: admin }, "SELECT datname FROM pg_database WHERE datname LIKE 'nodrift%'")).flat();

  const slow = {
    'nodrift.config.json': '{}',
    'queries/q.sql': '',
    // A migration can tell how often it has run only by what is outside of its database.
    'migrations/1_a.sql': `CREATE TABLE t (id int); SELECT pg_sleep(0.3);`,
  };

  /** What each process of a run does: it opens databases, and says what it found. */
  function start(path: string, script: string) {
    const module = new URL('../../src/testing/index.ts', import.meta.url).href;
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        `import { testDatabase } from '${module}'; const open = () => testDatabase({ config: ${JSON.stringify(path)} }); ${script}`,
      ],
      { env: { ...process.env, DATABASE_URL: server.url }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
    return child;
  }

  it('copies one template for all processes, which never meet, and leaves nothing behind', async () => {
    using project = makeProject(slow);
    const script = `
      for (let i = 0; i < 3; i++) {
        await using database = await open();
        await database.client.query('INSERT INTO t VALUES (1)');
        const { rows } = await database.client.query("SELECT count(*)::int AS n, (SELECT oid::text FROM pg_database WHERE datname = substring(current_database(), '^(.*)_')) AS template FROM t");
        console.log(JSON.stringify(rows[0]));
      }`
      .replaceAll('await using', 'const')
      .replaceAll('console.log', 'await database.close(); console.log');
    const children = Array.from({ length: 8 }).map(() => start(project.path('nodrift.config.json'), script));
    const said = await Promise.all(
      children.map(async (child) => {
        let out = '';
        child.stdout.on('data', (text: string) => {
          out += text;
        });
        let errors = '';
        child.stderr.on('data', (text: string) => {
          errors += text;
        });
        const [code] = await once(child, 'close');
        expect([code, errors]).toEqual([0, '']);
        return out
          .trim()
          .split('\n')
          .map((line): { n: number; template: string } => JSON.parse(line));
      }),
    );
    expect(said.flat().map(({ n }) => n)).toEqual(Array(24).fill(1));
    expect(new Set(said.flat().map(({ template }) => template)).size).toBe(1);
    await expect.poll(databases, { timeout: 60_000 }).toEqual([]);
  });

  it('leaves nothing behind where the process is killed', async () => {
    using project = makeProject(slow);
    const child = start(
      project.path('nodrift.config.json'),
      'await open(); console.log("open"); setInterval(() => {}, 1000);',
    );
    await once(child.stdout, 'data');
    expect(await databases()).toHaveLength(2);
    child.kill('SIGKILL');
    await expect.poll(databases, { timeout: 60_000 }).toEqual([]);
  });

  it('drops what a killed run left although nothing was there to drop it', async () => {
    using project = makeProject(slow);
    vi.stubEnv('DATABASE_URL', server.url);
    const [[own]] = (await rows(
      { client: admin },
      "SELECT oid FROM pg_database WHERE datname = 'postgres'",
    )) as [[string]];
    const left = `nodrift_template_${own}_0123456789abcdef`;
    const ofGone = 'nodrift_template_9_0123456789abcdef';
    for (const name of [left, `${left}_0123456789ab`, ofGone]) await admin.query(`CREATE DATABASE ${name}`);
    const database = await testDatabase({ config: project.path('nodrift.config.json') });
    expect(await databases()).toHaveLength(2);
    expect(await databases()).not.toContain(left);
    await database.close();
    await expect.poll(databases, { timeout: 60_000 }).toHaveLength(1);
  });

  it('says which migration fails, and leaves nothing behind', async () => {
    using project = makeProject({ ...slow, 'migrations/1_a.sql': 'SELECT nope;' });
    vi.stubEnv('DATABASE_URL', server.url);
    const before = await databases();
    await expect(testDatabase({ config: project.path('nodrift.config.json') })).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('"nope"'),
    });
    expect(await databases()).toEqual(before);
  });

  it('is not asked where only a .env file names it', async () => {
    using project = makeProject({ ...slow, '.env': 'DATABASE_URL=postgres://127.0.0.1:1/none' });
    vi.stubEnv('DATABASE_URL', '');
    const database = await testDatabase({ config: project.path('nodrift.config.json') });
    expect(database.description).toMatch(/^PGlite/);
    await database.close();
  });

  it('makes the next copy while one is used, once two were asked for', async () => {
    using project = makeProject(slow);
    vi.stubEnv('DATABASE_URL', server.url);
    const open = () => testDatabase({ config: project.path('nodrift.config.json') });
    const nameOf = async (database: { client: Client }) =>
      (await rows(database, 'SELECT current_database()')).flat();
    const [first, second] = [await open(), await open()];
    await expect.poll(databases, { timeout: 60_000 }).toHaveLength(4);
    const known = await databases();
    const others = await Promise.all([open(), open()]);
    const names = (await Promise.all(others.map(nameOf))).flat();
    expect(names.filter((name) => known.includes(name))).toHaveLength(1);
    expect(new Set(names).size).toBe(2);
    for (const one of [first, second, ...others]) await one.close();
  });
});
