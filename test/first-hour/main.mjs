// Walks through what a new user does in the first hour, in empty folders, with the packed packages and the real tools.
// Usage: node test/first-hour/main.mjs <folder that holds the tarballs> [words of the names of steps]
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatters } from './formatters.mjs';
import { json } from './json.mjs';
import { matrix } from './matrix.mjs';
import { packageProblems } from './packages.mjs';
import { quickstart } from './quickstart.mjs';
import { run, runSteps } from './shell.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const start = performance.now();
const [folder = '.', words = ''] = process.argv.slice(2);
const tarballs = readdirSync(folder)
  .filter((name) => /^nodrift-.*\.tgz$/.test(name))
  .map((name) => resolve(folder, name));
const work = mkdtempSync(join(tmpdir(), 'first-hour-'));
try {
  const npm = (...args) =>
    run(work, 'npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--silent']);
  await npm('init', '-y');
  const tools = [
    'typescript@~5.9',
    'typescript-5.4@npm:typescript@~5.4',
    'typescript-7@npm:typescript@7',
    '@types/node@20',
  ];
  const runners = ['tsx@4', 'esbuild@0.28', 'vite@8', 'vitest@4', 'bun@1', 'deno@2'];
  const linters = ['prettier@3', '@biomejs/biome@2', 'eslint@10', 'typescript-eslint@8'];
  const libraries = ['@electric-sql/pglite@0.5', 'fastify@5', 'decimal.js@10'];
  await npm('install', ...tarballs, ...libraries, ...tools, ...runners, ...linters);
  console.log(`installed in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  const steps = {
    'the packages, as publint and @arethetypeswrong/core see them': async () =>
      assert.deepEqual((await Promise.all(tarballs.map(packageProblems))).flat(), []),
    ...quickstart(work, repository, tarballs),
    ...(await matrix(work)),
    ...formatters(work, repository),
    ...json(work, repository),
  };
  const counts = await runSteps(Object.entries(steps).filter(([name]) => name.includes(words)));
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, in ${seconds} s`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
