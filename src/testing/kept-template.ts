import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { tryLockTemplate, unlockTemplate } from '../database/server/templates.ts';
import type { ConnectionConfig } from '../project/config.ts';

/** What the keeper is told. */
export interface KeptTemplate {
  readonly template: string;
  readonly connection: ConnectionConfig | null;
  /** The process that runs the test files: once it has ended, nothing will use the template. */
  readonly runner: number;
}

/** Has a template dropped after the last process that uses it, by a process that needs none of them. */
export async function keepTemplate(
  name: string,
  session: Client,
  connection: ConnectionConfig | null,
): Promise<void> {
  // One keeper is enough; two do no harm.
  if (!(await tryLockTemplate(session, name, 'keep'))) return;
  await unlockTemplate(session, name, 'keep');
  const own = fileURLToPath(import.meta.url);
  const folder = dirname(own);
  const args = own.endsWith('.ts')
    ? ['--import', 'tsx', join(folder, 'keeper.ts')]
    : [join(folder, 'keeper.mjs')];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // Ctrl-C is for the group of the tests.
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without it the next run drops the template.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  // Not among the arguments, which every process on the machine can read: it may have a password.
  const kept: KeptTemplate = { template: name, connection, runner: process.ppid };
  await new Promise<void>((resolve) => {
    child.stdin.end(JSON.stringify(kept), () => resolve());
    child.once('error', () => resolve());
  });
  child.unref();
}
