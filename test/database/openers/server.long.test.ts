import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Server } from 'node:net';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import type { Config, ConnectionConfig } from '../../../src/project/config.ts';
import { failureOf } from '../../support/failure.ts';
import type { NativeServer } from '../../support/native-server.ts';
import { type Major, majors, ownServer, postgresUrl } from '../../support/postgres.ts';
import { makeProject } from '../../support/project.ts';
import { configOf, onServer, rows } from '../open.ts';

const migrations = {
  'migrations/1_a.sql':
    'CREATE TABLE t (a int PRIMARY KEY); CREATE ROLE nodrift_leak; GRANT ALL ON t TO nodrift_leak;',
};

/** Each test that considers the whole server has one of its own. */
const servers = new Map<Major, NativeServer>();
function server(major: Major): NativeServer {
  const started = servers.get(major) ?? ownServer(major, {});
  servers.set(major, started);
  return started;
}
afterAll(() => {
  for (const started of servers.values()) started.stop();
});

async function on<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

function portOf(listening: Server): number {
  const address = listening.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** What a server has besides its databases' contents. */
function outline(url: string): Promise<unknown> {
  return on(url, async (client) => ({
    databases: await rows(
      { client },
      'SELECT datname, datacl::text, datconnlimit FROM pg_database ORDER BY 1',
    ),
    roles: await rows({ client }, 'SELECT * FROM pg_authid ORDER BY 1'),
    settings: await rows(
      { client },
      'SELECT setdatabase, setrole, setconfig::text FROM pg_db_role_setting ORDER BY 1, 2',
    ),
  }));
}

function scratchConfig(url: string, files: Readonly<Record<string, string>> = migrations): Config {
  // The files are read when the database is opened.
  const project = makeProject(files);
  disposed.push(project);
  return onServer(configOf(project), url);
}
const disposed: Disposable[] = [];
afterAll(() => {
  for (const project of disposed) project[Symbol.dispose]();
});

describe.each([14, 16, 18] as const)('a scratch database on PostgreSQL %i', (major) => {
  test('is beside the named one, migrated, and gone when it is closed, without a trace', async () => {
    const { url } = server(major);
    const before = await outline(url);
    const database = await openDatabase(scratchConfig(url));
    expect(database.major).toBe(major);
    expect(database.description).toMatch(
      new RegExp(`^PostgreSQL ${major}\\.\\d+ at 127\\.0\\.0\\.1:\\d+/postgres$`),
    );
    expect(database.notes).toEqual([
      'CREATE ROLE is skipped: it concerns the whole server.',
      'The role "nodrift_leak" does not exist here: statements that name it are skipped.',
    ]);
    expect(await rows(database, 'SELECT a FROM t')).toEqual([]);
    expect(await rows(database, 'SELECT current_database()')).toEqual([
      [expect.stringMatching(/^nodrift_scratch_\d{10}_[0-9a-f]{12}$/)],
    ]);
    await Promise.all([database.close(), database.close()]);
    await database.close();
    expect(await outline(url)).toEqual(before);
  });

  test('is gone after a migration that fails', async () => {
    const { url } = server(major);
    const before = await outline(url);
    const failure = await failureOf(() =>
      openDatabase(scratchConfig(url, { 'migrations/1_a.sql': 'SELECT nope;' })),
    );
    expect(failure.exitCode).toBe(1);
    expect(await outline(url)).toEqual(before);
  });

  test('is gone after its connection is lost half-way', async () => {
    const { url } = server(major);
    const before = await outline(url);
    const files = {
      'migrations/1_a.sql': 'CREATE TABLE t ();\nSELECT pg_terminate_backend(pg_backend_pid());',
    };
    const failure = await failureOf(() => openDatabase(scratchConfig(url, files)));
    expect(failure.exitCode).toBe(3);
    expect(failure.diagnostics[0]).toMatchObject({
      message: 'The connection to PostgreSQL was lost: terminating connection due to administrator command.',
      sqlstate: '57P01',
    });
    expect(await outline(url)).toEqual(before);

    const database = await openDatabase(scratchConfig(url));
    await on(url, (client) =>
      client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'nodrift_scratch%'",
      ),
    );
    await expect(database.client.query('SELECT 1')).rejects.toThrow();
    await database.close();
    expect(await outline(url)).toEqual(before);
  });

  test('is gone although a session was in it that its role may not end', async () => {
    const { url } = server(18);
    await on(url, (admin) => admin.query('CREATE ROLE creator LOGIN CREATEDB'));
    using project = makeProject({ 'migrations/1_a.sql': 'CREATE TABLE t ();' });
    const asCreator = Object.assign(new URL(url), { username: 'creator' }).href;
    const database = await openDatabase(onServer(configOf(project), asCreator));
    const [[name]] = (await rows(database, 'SELECT current_database()')) as [[string]];
    // As an autovacuum worker may be at any time.
    const intruder = new Client({
      connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href,
    });
    await intruder.connect();
    let isClosed = false;
    const closing = database.close().then(
      () => null,
      (error: unknown) => error,
    );
    closing.then(() => {
      isClosed = true;
    });
    const waiting =
      "SELECT FROM pg_stat_activity WHERE query LIKE 'DROP DATABASE%' AND query NOT LIKE '%FORCE%'";
    const there = `SELECT FROM pg_database WHERE datname = '${name}'`;
    await on(url, async (admin) => {
      while (!isClosed && (await admin.query(waiting)).rowCount === 0);
    });
    await intruder.end();
    expect(await closing).toBe(null);
    await on(url, async (admin) => {
      expect((await admin.query(there)).rowCount).toBe(0);
      await admin.query('DROP ROLE creator');
    });
  });

  test('that a killed run left behind is dropped by the next one, unless it is young or in use', async () => {
    const { url } = server(major);
    const seconds = Math.floor(Date.now() / 1000);
    const old = `nodrift_scratch_${seconds - 3700}_0123456789ab`;
    const used = `nodrift_scratch_${seconds - 3701}_0123456789ab`;
    const young = `nodrift_scratch_${seconds - 3500}_0123456789ab`;
    const others = [
      'nodrift_scratch_mine',
      `nodrift_scratch_${seconds - 9999}_x`,
      `my_nodrift_scratch_${seconds - 9999}_0123456789ab`,
    ];
    await on(url, async (client) => {
      for (const name of [old, used, young, ...others]) await client.query(`CREATE DATABASE ${name}`);
    });
    await on(Object.assign(new URL(url), { pathname: used }).href, async () => {
      await (await openDatabase(scratchConfig(url))).close();
    });
    const left = await on(url, (client) =>
      rows({ client }, "SELECT datname FROM pg_database WHERE datname LIKE '%nodrift%'"),
    );
    expect(left.flat().sort()).toEqual([used, young, ...others].sort());
    await on(url, async (client) => {
      for (const name of [used, young, ...others]) await client.query(`DROP DATABASE ${name}`);
    });
  });
});

describe.skipIf(process.platform === 'win32')('a process that is interrupted', () => {
  const slow = { 'migrations/1_a.sql': 'SELECT pg_sleep(600);' };
  test.each([
    ['while migrating, by Ctrl-C', 'SIGINT', 'opening', slow],
    ['while migrating, by kill', 'SIGTERM', 'opening', slow],
    ['while a query runs', 'SIGINT', 'open', migrations],
  ] as const)('drops its scratch database: %s', async (_, signal, when, files) => {
    const { url } = server(16);
    const before = await outline(url);
    using project = makeProject({
      ...files,
      'pgtyped.config.json': JSON.stringify({
        transforms: [{ mode: 'sql', include: '*.sql' }],
        srcDir: '.',
        nodrift: { database: 'server' },
      }),
    });
    const script = fileURLToPath(new URL('../interrupted.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', script, project.path('pgtyped.config.json'), when],
      {
        env: { ...process.env, DATABASE_URL: url },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    const sleeping = "SELECT 1 FROM pg_stat_activity WHERE query ~ '^(SELECT pg_sleep)' AND state = 'active'";
    await on(url, async (client) => {
      await expect.poll(() => rows({ client }, sleeping), { timeout: 30_000 }).toEqual([[1]]);
    });
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(code).toBe(when === 'open' ? 130 : 131);
    expect(await outline(url)).toEqual(before);
  });

  test('does not begin where it was interrupted before', async () => {
    const before = await outline(server(16).url);
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(openDatabase(scratchConfig(server(16).url), { signal })).rejects.toThrow('interrupted');
    expect(await outline(server(16).url)).toEqual(before);
  });
});

describe.each(majors)('an existing database, on PostgreSQL %i', (major) => {
  test('is read and never written', async () => {
    const { url } = { url: postgresUrl(major) };
    const database = await openDatabase({
      ...onServer(scratchConfig(url), url, true),
      searchPath: ['pg_catalog'],
    });
    expect(await rows(database, 'SELECT current_database()')).toEqual([['postgres']]);
    expect(await rows(database, 'SHOW search_path')).toEqual([['pg_catalog']]);
    expect(database.notes).toEqual([]);
    await expect(database.client.query('CREATE TABLE public.t ()')).rejects.toMatchObject({ code: '25006' });
    await database.close();
    await database.close();
  });
});

describe('connecting fails if', () => {
  let locked: NativeServer;
  beforeAll(async () => {
    locked = ownServer(17, { password: 'right:@/ pass' });
    await on(Object.assign(new URL(locked.url), { password: 'right:@/ pass' }).href, async (client) => {
      await client.query("CREATE ROLE modest LOGIN PASSWORD 'modest'");
    });
  });
  afterAll(() => locked.stop());

  async function refused(connection: ConnectionConfig, asIs = true) {
    using project = makeProject(migrations);
    const config: Config = { ...configOf(project), database: { kind: 'server', connection, asIs } };
    const failure = await failureOf(() => openDatabase(config));
    expect(JSON.stringify([failure, failure.stack, failure.diagnostics, failure.cause])).not.toMatch(
      /s3cr3t/,
    );
    expect(failure.exitCode).toBe(3);
    return failure.diagnostics[0];
  }

  test.each([true, false])('nothing listens (as it is: %s)', async (asIs) => {
    expect(await refused({ connectionString: 'postgres://u:s3cr3t@127.0.0.1:1/d' }, asIs)).toMatchObject({
      message: 'Cannot reach PostgreSQL at 127.0.0.1:1/d: nothing listens there (connection refused).',
      hint: 'Start the server, or set DATABASE_URL to another one, or set "database": "embedded" under "nodrift" in the configuration, which needs no server.',
    });
    expect((await refused({ connectionString: 'postgres://u:s3cr3t@localhost:1/d' }))?.message).toBe(
      'Cannot reach PostgreSQL at localhost:1/d: nothing listens there (connection refused).',
    );
  });

  test('there is no such host, or no such socket', async () => {
    expect(
      (await refused({ host: 'nowhere.invalid', database: 'd', port: 5432, password: 's3cr3t' }))?.message,
    ).toMatch(
      /^Cannot reach PostgreSQL at nowhere\.invalid:5432\/d: (unknown host|the name of the host cannot be looked up)\.$/,
    );
    expect((await refused({ host: '/nowhere', database: 'd', port: 5 }))?.message).toBe(
      'Cannot reach PostgreSQL at /nowhere/.s.PGSQL.5, database d: the socket does not exist.',
    );
  });

  test('the password is wrong, or missing', async () => {
    const url = Object.assign(new URL(locked.url), { password: 's3cr3t' }).href;
    expect(await refused({ connectionString: url })).toMatchObject({
      message: expect.stringMatching(
        /^PostgreSQL at 127\.0\.0\.1:\d+\/postgres rejects the connection: password authentication failed for user "postgres"\.$/,
      ),
      hint: 'Check user and password in DATABASE_URL or PGUSER and PGPASSWORD.',
      sqlstate: '28P01',
    });
    expect(await refused({ connectionString: locked.url })).toMatchObject({
      message: expect.stringMatching(
        /^PostgreSQL at 127\.0\.0\.1:\d+\/postgres requires a password, and none is given\.$/,
      ),
      hint: 'Set it in DATABASE_URL or PGPASSWORD.',
    });
  });

  test('there is no such database', async () => {
    expect(await refused({ connectionString: postgresUrl(16), database: 'nonesuch' })).toMatchObject({
      message: expect.stringMatching(/: database "nonesuch" does not exist\.$/),
      hint: 'Create the database (createdb), or name another one in DATABASE_URL or PGDATABASE.',
      sqlstate: '3D000',
    });
  });

  test('the server has no TLS', async () => {
    expect(await refused({ connectionString: `${postgresUrl(16)}?sslmode=no-verify` })).toMatchObject({
      message: expect.stringMatching(/does not support TLS, which the connection requires\.$/),
      hint: 'Remove sslmode or ssl, or set sslmode=disable, if the network can be trusted.',
    });
  });

  test.skipIf(!hasOpenssl)('the certificate is not trusted', async () => {
    using project = makeProject({});
    const [key, cert] = [project.path('key.pem'), project.path('cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const credentials = { key: readFileSync(key), cert: readFileSync(cert) };
    // Says yes to the request for TLS, as Postgres does (PostgreSQL documentation, 54.2.10).
    const other = createServer((socket) => {
      socket.once('data', () => {
        socket.write('S');
        new TLSSocket(socket, { isServer: true, ...credentials }).on('error', () => {});
      });
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const found = await refused({
      connectionString: `postgres://u:s3cr3t@127.0.0.1:${portOf(other)}/d?sslmode=verify-full`,
    });
    expect(found).toMatchObject({
      message: expect.stringMatching(
        /^The TLS certificate of PostgreSQL at 127\.0\.0\.1:\d+\/d is not trusted: self.signed certificate\.$/,
      ),
      hint: 'Give its authority with sslrootcert=FILE in the URL or "ca" under db.ssl; sslmode=no-verify accepts any certificate, and no other mode does.',
    });
    other.close();
  });

  test('something else listens', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const port = portOf(other);
    expect((await refused({ host: '127.0.0.1', port, database: 'd' }))?.message).toMatch(
      /^Cannot reach PostgreSQL at 127\.0\.0\.1:\d+\/d: /,
    );
    other.close();
  });

  test('the role must not create databases', async () => {
    const url = Object.assign(new URL(locked.url), { username: 'modest', password: 'modest' }).href;
    expect(await refused({ connectionString: url }, false)).toMatchObject({
      message: expect.stringMatching(
        /^The role modest may not create databases at 127\.0\.0\.1:\d+\/postgres\.$/,
      ),
      hint: 'Run ALTER ROLE modest CREATEDB, or analyse the existing schema with --as-is, or use "database": "embedded".',
      sqlstate: '42501',
    });
  });

  test('a URL cannot be read, which is a matter of the configuration', async () => {
    using project = makeProject(migrations);
    const failure = await failureOf(() =>
      openDatabase(onServer(configOf(project), 'postgres://u:s3cr3t@h:port/d')),
    );
    expect(failure.exitCode).toBe(2);
    expect(failure.message).toBe('The database URL (PGURI, DATABASE_URL or dbUrl) cannot be read.');
    expect(JSON.stringify([failure, failure.stack, failure.cause])).not.toMatch(/s3cr3t/);
  });

  test('and passwords of any characters are right', async () => {
    const url = new URL(locked.url);
    const connection = {
      host: url.hostname,
      port: Number(url.port),
      user: 'postgres',
      database: 'postgres',
      password: 'right:@/ pass',
    };
    const config = scratchConfig(locked.url);
    const database = await openDatabase({ ...config, database: { kind: 'server', connection, asIs: true } });
    expect(database.description).not.toContain('pass');
    await database.close();
  });
});

/** Stands between a client and a server; each side's data goes through a function, null cuts the line. */
async function startProxy(
  url: string,
  up: (data: Buffer) => Buffer | null,
  down: (data: Buffer) => Buffer,
): Promise<{ readonly url: string; readonly server: Server }> {
  const target = new URL(url);
  const port = Number(target.port);
  const server = createServer((socket) => {
    const upstream = connectSocket(port, '127.0.0.1');
    socket.on('data', (data) => {
      const passed = up(data);
      if (passed === null) socket.destroy();
      else upstream.write(passed);
    });
    upstream.on('data', (data) => socket.write(down(data)));
    for (const end of [socket, upstream]) {
      end.on('error', () => {});
      end.on('close', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  target.port = String(portOf(server));
  return { url: target.href, server };
}

test('a server that stops answering half-way ends the migration with an error', async () => {
  const before = await outline(server(16).url);
  const cut = (data: Buffer) => (data.includes('cut the line') ? null : data);
  const proxy = await startProxy(server(16).url, cut, (data) => data);
  const files = { 'migrations/1_a.sql': 'CREATE TABLE t ();\n-- cut the line\n' };
  const failure = await failureOf(() => openDatabase(scratchConfig(proxy.url, files)));
  expect(failure.exitCode).toBe(3);
  expect(failure.message).toMatch(/^The connection to PostgreSQL was lost: /);
  proxy.server.close();
  expect(await outline(server(16).url)).toEqual(before);
});

test.each([true, false])('a server that is too old is refused (as it is: %s)', async (asIs) => {
  // PostgreSQL 14 says that it is 13; the texts are equally long, so the messages stay whole.
  const disguise = (data: Buffer) =>
    Buffer.from(data.toString('latin1').replace(/\b14(\.\d\d|00\d\d)/g, '13$1'), 'latin1');
  const before = await outline(server(14).url);
  const proxy = await startProxy(server(14).url, (data) => data, disguise);
  const failure = await failureOf(() => openDatabase(onServer(scratchConfig(proxy.url), proxy.url, asIs)));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics[0]).toMatchObject({
    message: expect.stringMatching(
      /^PostgreSQL 13\.\d+ at 127\.0\.0\.1:\d+\/postgres is too old: nodrift works with 14 and later\.$/,
    ),
    hint: 'Use a later server, or "database": "embedded" under "nodrift" in the configuration.',
  });
  proxy.server.close();
  expect(await outline(server(14).url)).toEqual(before);
});
