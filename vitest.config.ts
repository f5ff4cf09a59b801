import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig(({ mode }) => {
  const files = testsOf(mode);
  // In each project, as they read this file again without the mode.
  const env = { NODRIFT_TESTS: mode === 'rest' ? 'rest' : 'newest' };
  const mocking = files.filter((file) => holds(file, 'vi.mock('));
  return {
    resolve: {
      // Exact matches: a plain 'nodrift' would also catch the others.
      alias: [
        { find: /^nodrift$/, replacement: `${root}src/index.ts` },
        { find: /^nodrift-runtime$/, replacement: `${root}src/runtime/index.ts` },
        { find: /^nodrift-runtime\/migrate$/, replacement: `${root}src/migrate/index.ts` },
        { find: /^nodrift\/testing$/, replacement: `${root}src/testing/index.ts` },
      ],
    },
    test: {
      globalSetup: ['test/support/global-setup.ts'],
      // Processes, because PGlite's WebAssembly memory and signal handlers are per process.
      pool: 'forks',
      // One more than there are cores: tests of pools, locks and lost connections wait more than they compute.
      maxWorkers: availableParallelism() + 1,
      // They end what hangs; nothing is measured by them.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      teardownTimeout: 30_000,
      projects: [
        // Loading TypeScript, PGlite and the sources again for each file would take a fifth of the time.
        {
          extends: true,
          test: {
            name: 'shared',
            env,
            isolate: false,
            include: files.filter((file) => !mocking.includes(file)),
          },
        },
        // Whoever has loaded a module does not see it mocked.
        { extends: true, test: { name: 'mocked', env, include: mocking } },
      ],
    },
  };
});

/**
 * `npm test` runs all but the long suites; `npm run test:all` those, and the files with tests that `npm test` leaves
 * out, as those on older servers: they import test/support/tested.ts. `every` is for those who name files.
 */
function testsOf(mode: string): string[] {
  const isLong = (file: string) => file.endsWith('.long.test.ts');
  const all = globSync('test/**/*.test.ts', { cwd: root });
  if (mode === 'every') return all;
  return all.filter((file) =>
    mode === 'rest' ? isLong(file) || holds(file, "/tested.ts';") : !isLong(file),
  );
}

function holds(file: string, text: string): boolean {
  return readFileSync(root + file, 'utf8').includes(text);
}
