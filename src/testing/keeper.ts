import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../database/server/connection.ts';
import {
  dropUnusedTemplate,
  isTemplateUsed,
  tryLockTemplate,
  unlockTemplate,
} from '../database/server/templates.ts';
import type { KeptTemplate } from './kept-template.ts';

/*
 * A process that outlives those that use a template, however they end, and drops it after the last of them: none of the
 * processes of a test run knows that it is the last.
 */

const lingerMs = 10_000;
const pollMs = 250;

const { template, connection, runner }: KeptTemplate = JSON.parse(await text(process.stdin));
const admin = await connect(connection);
try {
  await admin.query('SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0');
  let unusedSince = Date.now();
  while (await tryLockTemplate(admin, template, 'keep')) {
    for (; isRunning(runner) && Date.now() - unusedSince < lingerMs; await sleep(pollMs)) {
      if (await isTemplateUsed(admin, template)) unusedSince = Date.now();
    }
    // Before it is dropped: a process that comes meanwhile starts another keeper.
    await unlockTemplate(admin, template, 'keep');
    if (await dropUnusedTemplate(admin, connection, template)) break;
    // The runner has ended, and what it started has not.
    unusedSince = Date.now();
    await sleep(pollMs);
  }
} finally {
  await admin.end().catch(() => {});
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
