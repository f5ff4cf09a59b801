import { join } from 'node:path';
import type { Extensions, PGlite } from '@electric-sql/pglite';
import { inject } from 'vitest';
import { cacheKey, openDataCache } from '../../src/database/embedded/data-cache.ts';
import { createEmpty, loadCached, storeCached } from '../../src/database/embedded/embedded-data.ts';

/** A cache that the tests of this run share, so that few of them create a database from nothing. */
export function sharedCache(): NodeJS.ProcessEnv {
  return { XDG_CACHE_HOME: join(inject('runDir'), 'cache') };
}

/** An empty PGlite of the test's own: a copy of the one that the first of the run creates, which takes five times as long. */
export async function createPglite(extensions: Extensions = {}): Promise<PGlite> {
  const cache = await openDataCache(sharedCache());
  if (cache === null) throw new Error('The cache of the test run cannot be written to');
  const key = cacheKey(['empty']);
  const cached = await loadCached(cache, key, extensions);
  if (cached !== null) return cached.pglite;
  const pglite = await createEmpty(extensions);
  const store = await storeCached(cache, key, { pglite, notes: [] });
  await store();
  return pglite;
}
