import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { serverUser } from '../support/native-server.ts';
import { carsProject } from './support/cli.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Runs it without the right to read everything: as the user nobody if the tests run as root. */
function run(root: string, ...argv: readonly string[]) {
  const user = serverUser();
  const cache = join(root, '.cache');
  mkdirSync(cache);
  for (const path of user === null
    ? []
    : [
        root,
        cache,
        ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)),
      ])
    chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  const { status, stderr } = spawnSync(process.execPath, ['--import', tsx, main, ...argv], {
    cwd: root,
    env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache },
    encoding: 'utf8',
    ...user,
  });
  return { status, stderr };
}

describe.skipIf(process.platform === 'win32')(
  'a file that may not be read exits with 2, without its absolute path',
  () => {
    test.each([
      ['queries/cars.sql', 'queries/cars.sql: error ND1017: Cannot be read: permission denied (EACCES).'],
      ['pgtyped.config.json', 'cannot be read: permission denied (EACCES).'],
      ['queries', 'The folder of queries queries cannot be read: permission denied (EACCES).'],
      ['migrations', 'The folder of migrations migrations cannot be read: permission denied (EACCES).'],
      [
        'queries/cars.queries.ts',
        'queries/cars.queries.ts: error ND1017: Cannot be read: permission denied (EACCES).',
      ],
    ])('%s', (path, message) => {
      const { root, put } = carsProject();
      if (path.endsWith('.queries.ts')) put(path, '// something');
      chmodSync(join(root, path), 0);
      const { status, stderr } = run(root, 'check');
      // Otherwise only root can remove it.
      chmodSync(join(root, path), 0o755);
      expect(stderr).toContain(message);
      expect(stderr).toContain('hint: Change its permissions');
      expect(status).toBe(2);
    });
  },
);
