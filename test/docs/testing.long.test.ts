import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sharedCache } from '../support/pglite.ts';
import { root } from './support/blocks.ts';

test('the example for node:test passes', () => {
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', 'test/docs/users.node.ts'], {
    cwd: root,
    env: { ...process.env, ...sharedCache() },
    encoding: 'utf8',
  });
  expect(run.stdout).toMatch(/pass 1\n/);
  expect(run.status).toBe(0);
});
