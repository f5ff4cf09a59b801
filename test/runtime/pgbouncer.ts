import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { serverUser } from '../support/native-server.ts';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** A running PgBouncer in front of a server. */
export interface PgBouncer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The version line of the PgBouncer that is installed, if one is. */
export const pgbouncerVersion: string | undefined = spawnSync('pgbouncer', ['--version'], {
  encoding: 'utf8',
}).stdout?.split('\n', 1)[0];

/** Starts it with few connections to the server, so that clients seldom get the one that they had. */
export async function startPgBouncer(serverUrl: string, mode: PoolMode): Promise<PgBouncer> {
  const target = new URL(serverUrl);
  const dir = mkdtempSync(join(tmpdir(), 'nodrift-pgbouncer-'));
  // It refuses to run as root, and reads its files as whom it runs.
  chmodSync(dir, 0o755);
  const users = join(dir, 'users.txt');
  writeFileSync(users, `"${target.username}" ""\n`);
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const config = join(dir, 'pgbouncer.ini');
    writeFileSync(
      config,
      `[databases]
* = host=${target.hostname} port=${target.port} user=${target.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 20 : 3}
max_client_conn = 200
server_round_robin = 1
`,
    );
    const child = spawn('pgbouncer', [config], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...serverUser(),
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (await listens(child.stderr, port)) {
      return {
        url: Object.assign(new URL(serverUrl), { host: `127.0.0.1:${port}` }).href,
        stop: async () => {
          child.kill('SIGKILL');
          await ended;
          rmSync(dir, { recursive: true, force: true });
        },
      };
    }
    child.kill('SIGKILL');
  }
  rmSync(dir, { recursive: true, force: true });
  throw new Error('PgBouncer does not start');
}

/**
 * Whether it comes to listen at the port. Its log is asked, as the port itself answers too where another server has it.
 */
async function listens(log: Readable, port: number): Promise<boolean> {
  let text = '';
  for await (const chunk of log.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes(`listening on 127.0.0.1:${port}`)) {
      log.resume();
      return true;
    }
  }
  return false;
}
