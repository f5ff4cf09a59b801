import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, type Major, nativeBinaries, type ServerUser } from './native-binaries.ts';

/** A running server of the tests' own; superuser `postgres`. */
export interface NativeServer {
  readonly port: number;
  /** Without a password, to the database `postgres`. */
  readonly url: string;
  /** Kills it at once; the data is thrown away anyhow. */
  stop(): void;
  /** Stops it as an administrator does (`fast`) or as a crash does (`immediate`), and starts it again. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
}

export interface NativeServerOptions {
  /** Without it every client is trusted; with it `postgres` needs it (SCRAM). */
  readonly password?: string;
  /** Further lines of postgresql.conf. */
  readonly settings?: readonly string[];
}

/**
 * Creates and starts a server of a major below `runDir` (see global-setup.ts: everything in there is
 * stopped and removed in the end). Synchronous, about 0.8 s.
 */
export function startNativeServer(
  major: Major,
  runDir: string,
  name: string,
  options: NativeServerOptions = {},
): NativeServer {
  const user = serverUser();
  const binaries = nativeBinaries(major, user, runDir);
  const dir = join(runDir, name);
  mkdirSync(dir);
  if (user) chownSync(dir, user.uid, user.gid);
  initialise(binaries, dir, user, options);
  return start(major, binaries, dir, user);
}

/** A server, and others that replicate it (streaming replication). */
export interface NativeCluster {
  readonly primary: NativeServer;
  /** Each has `standby1` and so on as the name with which it asks the primary (`synchronous_standby_names`). */
  readonly standbys: readonly NativeServer[];
}

/** Creates and starts a server and its standbys: copies that were made before it was first started. About 2 s. */
export function startNativeCluster(
  major: Major,
  runDir: string,
  name: string,
  standbyCount: number,
): NativeCluster {
  const user = serverUser();
  const binaries = nativeBinaries(major, user, runDir);
  const dirs = Array.from({ length: 1 + standbyCount }, (_, i) => join(runDir, `${name}-${i}`));
  for (const dir of dirs) {
    mkdirSync(dir);
    if (user) chownSync(dir, user.uid, user.gid);
  }
  const [primaryDir = '', ...standbyDirs] = dirs;
  const settings = ['wal_level = replica', 'max_wal_senders = 10', 'synchronous_commit = on'];
  initialise(binaries, primaryDir, user, { settings });
  for (const dir of standbyDirs) copyData(primaryDir, dir, user);
  const primary = start(major, binaries, primaryDir, user);
  const standbys = standbyDirs.map((dir, i) => {
    const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby${i + 1}`;
    const conf = [
      `unix_socket_directories = '${process.platform === 'win32' ? '' : dir}'`,
      `primary_conninfo = '${source}'`,
      'wal_retrieve_retry_interval = 100ms',
    ];
    appendFileSync(join(dir, 'data', 'postgresql.conf'), `${conf.join('\n')}\n`);
    return start(major, binaries, dir, user);
  });
  return { primary, standbys };
}

function copyData(from: string, to: string, user: ServerUser | null): void {
  const data = join(to, 'data');
  cpSync(join(from, 'data'), data, { recursive: true });
  writeFileSync(join(data, 'standby.signal'), '');
  chmodSync(data, 0o700);
  if (!user) return;
  for (const file of ['', ...readdirSync(data, { recursive: true, encoding: 'utf8' })])
    chownSync(join(data, file), user.uid, user.gid);
}

function start(major: Major, binaries: Binaries, dir: string, user: ServerUser | null): NativeServer {
  const data = join(dir, 'data');
  // Below every system's range of ephemeral ports, so that no outgoing connection sits there.
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    appendFileSync(join(data, 'postgresql.conf'), `port = ${port}\n`);
    const started = run(binaries.pgCtl, ['start', '-w', '-s', '-D', data, '-l', join(dir, 'log')], dir, user);
    if (started.status === 0) {
      return {
        port,
        url: `postgres://postgres@127.0.0.1:${port}/postgres`,
        stop: () => stopNativeServer(binaries, dir),
        restart: (mode) => restartNativeServer(binaries, dir, mode),
      };
    }
    if (!/in use|already/i.test(logOf(dir))) break;
  }
  throw new Error(`PostgreSQL ${major} does not start:\n${logOf(dir)}`);
}

function initialise(
  binaries: Binaries,
  dir: string,
  user: ServerUser | null,
  options: NativeServerOptions,
): void {
  const data = join(dir, 'data');
  const args = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'];
  if (options.password === undefined) args.push('-A', 'trust');
  else {
    const file = join(dir, 'password');
    writeFileSync(file, options.password);
    args.push('-A', 'scram-sha-256', '--pwfile', file);
  }
  const made = run(binaries.initdb, args, dir, user);
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.error ?? made.stderr}`);
  const settings = [
    "listen_addresses = '127.0.0.1'",
    // Windows has the setting but no default folder; a path there would need quoting for nothing.
    `unix_socket_directories = '${process.platform === 'win32' ? '' : dir}'`,
    'fsync = off',
    'synchronous_commit = off',
    'full_page_writes = off',
    'wal_level = minimal',
    'max_wal_senders = 0',
    'max_connections = 200',
    // It would consider every database that a test creates.
    'autovacuum = off',
    ...(options.settings ?? []),
  ];
  appendFileSync(join(data, 'postgresql.conf'), `\n${settings.join('\n')}\n`);
}

/** Stops the server that runs in `dir`, if one does. */
function stopNativeServer(binaries: Binaries, dir: string): void {
  if (!existsSync(join(dir, 'data', 'postmaster.pid'))) return;
  run(binaries.pgCtl, ['stop', '-w', '-s', '-m', 'immediate', '-D', join(dir, 'data')], dir, serverUser());
}

function restartNativeServer(binaries: Binaries, dir: string, mode: string): Promise<void> {
  const args = ['restart', '-w', '-s', '-m', mode, '-D', join(dir, 'data'), '-l', join(dir, 'log')];
  const child = spawn(binaries.pgCtl, args, {
    cwd: dir,
    env: serverEnvironment(),
    stdio: 'ignore',
    ...serverUser(),
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the server does not start again:\n${logOf(dir)}`));
    });
  });
}

/** Postgres refuses to run as root: then it runs as the user nobody. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u') || 65534, gid: id('-g') || 65534 };
}

function run(
  program: string,
  args: string[],
  dir: string,
  user: ServerUser | null,
): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd: dir, env: serverEnvironment(), encoding: 'utf8', ...user });
}

/** PGDATA, PGPORT and the like of the person who runs the tests must not reach the server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { LC_ALL: 'C', TMPDIR: tmpdir(), ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }) };
}

function logOf(dir: string): string {
  const log = join(dir, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8') : '(no log)';
}
