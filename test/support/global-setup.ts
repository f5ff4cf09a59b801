import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of this test run, where servers are started on first request. */
    runDir: string;
  }
}

const prefix = 'nodrift-test-';

/**
 * Gives the run a folder; tests start servers in it when they first ask for one (postgres.ts). All of
 * them are stopped in the end; those of a run that was killed are stopped by the next one.
 */
export default function setup(project: TestProject): (() => void) | undefined {
  // The projects of vitest.config.ts have what the root provides.
  if (!project.isRootProject()) return;
  for (const name of readdirSync(tmpdir())) if (name.startsWith(prefix)) removeIfStale(name);
  const runDir = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // The server's user must get through to its own folder.
  chmodSync(runDir, 0o711);
  project.provide('runDir', runDir);
  const remove = () => removeRunDir(runDir);
  process.on('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

function removeIfStale(name: string): void {
  const owner = Number(name.slice(prefix.length).split('-')[0]);
  try {
    process.kill(owner, 0);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (gone) removeRunDir(join(tmpdir(), name));
  }
}

function removeRunDir(runDir: string): void {
  if (!existsSync(runDir)) return;
  for (const name of readdirSync(runDir)) stopServerIn(join(runDir, name));
  rmSync(runDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** The first line of postmaster.pid is the process (PostgreSQL source, src/include/utils/pidfile.h). */
function stopServerIn(dir: string): void {
  const pidFile = join(dir, 'data', 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isServerOf(pid, dir)) return;
  try {
    process.kill(pid, process.platform === 'win32' ? 'SIGKILL' : 'SIGQUIT');
  } catch {
    return; // It ended by itself.
  }
}

/** Another process may have the number by now. */
function isServerOf(pid: number, dir: string): boolean {
  if (process.platform === 'win32') return true;
  return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(dir);
}
