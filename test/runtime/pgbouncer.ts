import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
    const child = spawn('pgbouncer', ['-q', config], { cwd: dir, stdio: 'ignore', ...serverUser() });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (await accepts(port, child)) {
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

/** Whether the port can be connected to before the program ends. */
async function accepts(port: number, child: ChildProcess): Promise<boolean> {
  for (let waited = 0; child.exitCode === null && waited < 10_000; waited += 20) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (connected) {
      return true;
    }
    await setTimeout(20);
  }
  return false;
}
