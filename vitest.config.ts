import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Exact matches: a plain 'nodrift' would also catch 'nodrift/runtime'.
    alias: [
      { find: /^nodrift$/, replacement: source('index.ts') },
      { find: /^nodrift\/runtime$/, replacement: source('runtime/index.ts') },
      { find: /^nodrift\/testing$/, replacement: source('testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Processes, because PGlite's WebAssembly memory and signal handlers are per process.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
