import type { Major } from './native-binaries.ts';

/** `npm test` asks the newest servers; `npm run test:all` the older ones, and runs the long suites. */
export const restOfTests = process.env.NODRIFT_TESTS === 'rest';

/** Of some servers those that this run asks. A file that calls this belongs to both runs (vitest.config.ts). */
export function tested<Server extends Major | 'PGlite'>(servers: readonly Server[]): readonly Server[] {
  return servers.filter((server) => (server === 18 || server === 'PGlite') !== restOfTests);
}
