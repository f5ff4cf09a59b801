import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { configDefaults, defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const long = '**/*.long.test.ts';

export default defineConfig(({ mode }) => ({
  resolve: {
    // Exact matches: a plain 'nodrift' would also catch the others.
    alias: [
      { find: /^nodrift$/, replacement: `${root}src/index.ts` },
      { find: /^nodrift-runtime$/, replacement: `${root}src/runtime/index.ts` },
      { find: /^nodrift\/testing$/, replacement: `${root}src/testing/index.ts` },
    ],
  },
  test: {
    ...(mode === 'rest'
      ? { include: restOfTests() }
      : { include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, long] }),
    env: { NODRIFT_TESTS: mode === 'rest' ? 'rest' : 'newest' },
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, because PGlite's WebAssembly memory and signal handlers are per process.
    pool: 'forks',
    // Vitest's default leaves one core idle, which on two is half of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
}));

/** What `npm run test:all` runs: the long suites, and the tests that also ask older servers (test/support/tested.ts). */
function restOfTests(): string[] {
  return globSync('test/**/*.test.ts', { cwd: root }).filter(
    (path) => path.endsWith('.long.test.ts') || readFileSync(root + path, 'utf8').includes('tested('),
  );
}
