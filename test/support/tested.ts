import type { Major } from './native-binaries.ts';

/** Whether this is `npm run test:all`, which asks the older servers, or `npm test`, which asks the newest ones. */
export const restOfTests = process.env.NODRIFT_TESTS === 'rest';

/** Of some servers those that this run asks. A file that imports this one belongs to both runs (vitest.config.ts). */
export function tested<Server extends Major | 'PGlite'>(servers: readonly Server[]): readonly Server[] {
  return servers.filter((server) => (server === 18 || server === 'PGlite') !== restOfTests);
}
