import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeProject } from '../support/project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the tests of the example application pass', async () => {
  // As in the project itself, packages are this repository's sources.
  const alias = [
    { find: 'nodrift/testing', replacement: `${root}src/testing/index.ts` },
    { find: /^nodrift-runtime$/, replacement: `${root}src/runtime/index.ts` },
  ].map(
    ({ find, replacement }) =>
      `{ find: ${find instanceof RegExp ? find : `'${find}'`}, replacement: '${replacement}' }`,
  );
  using project = makeProject({
    'vitest.config.mjs': `export default { resolve: { alias: [${alias}] }, test: { testTimeout: 120000, hookTimeout: 120000 } };`,
  });
  const example = join(root, 'examples/notes-api');
  const { DATABASE_URL: _, VITEST: __, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--root=${example}`,
      `--config=${project.path('vitest.config.mjs')}`,
      '--reporter=json',
    ],
    { cwd: example, env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const { success, numPassedTests } = JSON.parse(out.slice(out.indexOf('{')));
  expect(success, out + errors).toBe(true);
  expect(numPassedTests).toBeGreaterThanOrEqual(10);
});
