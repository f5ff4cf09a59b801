import { type Extensions, PGlite } from '@electric-sql/pglite';
import type { DataCache } from './data-cache.ts';

/** One segment of the write-ahead log is made in advance; 1 MB instead of 16 makes that quicker. */
const initDbStartParams = ['--wal-segsize=1'];

/**
 * A schema of thousands of tables may be made in one transaction, and each relation takes a lock until it ends. Servers have
 * room for more than the setting says (PostgreSQL documentation, 19.12 "Lock Management"), PGlite alone has hardly any.
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'max_locks_per_transaction=256'];

/** A database and what was noted while it was made. */
export interface Made {
  readonly pglite: PGlite;
  readonly notes: readonly string[];
  /** What was omitted so far, where further migrations can run in another session; absent: they cannot. */
  readonly omissions?: readonly string[];
}

/**
 * Starts PGlite on an empty database, in memory. It has no template databases: there is no connecting to
 * them, and without them whatever is loaded and stored later is half the size.
 */
export async function createEmpty(extensions: Extensions): Promise<PGlite> {
  const pglite = await PGlite.create({ extensions, initDbStartParams, startParams });
  await pglite.exec('UPDATE pg_catalog.pg_database SET datistemplate = false');
  await pglite.exec('DROP DATABASE template1');
  await pglite.exec('DROP DATABASE template0');
  return pglite;
}

/**
 * Starts PGlite on what the cache holds under a key.
 * @param continues whether further migrations are to run on it
 * @returns null if there is nothing, or nothing that can be used: then it is removed
 */
export async function loadCached(
  cache: DataCache,
  key: string,
  extensions: Extensions,
  continues = false,
): Promise<Made | null> {
  const stored = await cache.read(key);
  if (stored === null) return null;
  try {
    const line = stored.indexOf('\n');
    const noted: Omit<Made, 'pglite'> = JSON.parse(stored.toString('utf8', 0, line));
    if (continues && noted.omissions === undefined) return null;
    const loadDataDir = new Blob([stored.subarray(line + 1)], { type: 'application/x-tar' });
    return { pglite: await PGlite.create({ extensions, loadDataDir, startParams }), ...noted };
  } catch {
    await cache.remove(key);
    return null;
  }
}

/**
 * Takes a copy of the database as it is now; nothing may be going on in it.
 * @returns when the copy is taken, a function that stores it, which takes its time in the background
 */
export async function storeCached(
  cache: DataCache,
  key: string,
  { pglite, ...noted }: Made,
): Promise<() => Promise<void>> {
  // Loading goes through recovery otherwise.
  await pglite.exec('CHECKPOINT');
  const data = await (await pglite.dumpDataDir('none')).arrayBuffer();
  return () =>
    cache.write(key, Buffer.concat([Buffer.from(`${JSON.stringify(noted)}\n`), Buffer.from(data)]));
}
