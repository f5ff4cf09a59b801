import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { Major } from './native-binaries.ts';
import {
  type NativeCluster,
  type NativeServer,
  type NativeServerOptions,
  startNativeCluster,
  startNativeServer,
} from './native-server.ts';

export { type Major, majors } from './native-binaries.ts';

/** A database of one test's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, throwing out whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * The URL of a native server of a major: database and superuser `postgres`, no password. The server is
 * started by whichever test of the run asks first (about 0.8 s), and shared by all; leave its
 * `postgres` database alone.
 */
export function postgresUrl(major: Major): string {
  const runDir = inject('runDir');
  const result = join(runDir, `shared-${major}.url`);
  if (!existsSync(result) && claim(join(runDir, `shared-${major}.lock`))) {
    writeFileSync(result, startShared(major, runDir));
  }
  for (let waited = 0; !existsSync(result) || readFileSync(result, 'utf8') === ''; waited += 20) {
    // Whoever claimed the start has died: better a red test than one that waits for ever.
    if (waited > 60_000) throw new Error(`PostgreSQL ${major} was claimed by a test that never started it`);
    sleep(20);
  }
  const url = readFileSync(result, 'utf8');
  if (!url.startsWith('postgres:')) throw new Error(url);
  return url;
}

/**
 * Creates a database on the shared server of a major and runs `sql` in it.
 * @param sql one or more statements
 */
export async function createDatabase(major: Major, sql?: string): Promise<TestDatabase> {
  const server = postgresUrl(major);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  if (sql) await execute(url, sql);
  return { url, drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** A server of one test's own, for what cannot be tested on a shared one. Stop it in the end. */
export function ownServer(major: Major, options: NativeServerOptions): NativeServer {
  return startNativeServer(major, inject('runDir'), `own-${randomBytes(8).toString('hex')}`, options);
}

/** A primary and its standbys of one test's own. Stop each in the end. */
export function ownCluster(major: Major, standbys: number): NativeCluster {
  return startNativeCluster(major, inject('runDir'), `own-${randomBytes(8).toString('hex')}`, standbys);
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function startShared(major: Major, runDir: string): string {
  try {
    return startNativeServer(major, runDir, `shared-${major}`).url;
  } catch (error) {
    return String(error);
  }
}

/** Of all processes that try to make a folder one succeeds. */
function claim(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
