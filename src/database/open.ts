import type { Config } from '../project/config.ts';
import { readSchemaFiles, type SchemaFile } from '../project/schema-files.ts';
import type { Database } from './database.ts';
import type { PrefixDatabases } from './openers/prefix-database.ts';

export interface OpenOptions {
  /** What the database is built from, as readSchemaFiles returns it; default: it is read now. */
  readonly files?: readonly SchemaFile[];
  /**
   * Aborts the opening, and closes what is open: a scratch database is dropped. Aborted later it ends the connection,
   * so that what waits for an answer is rejected; to close the database is still the caller's.
   */
  readonly signal?: AbortSignal;
  /** Where the cache lies (XDG_CACHE_HOME, LOCALAPPDATA, NODRIFT_CACHE); default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** What another database was built from a moment ago: what has not changed since is kept for the next time. */
  readonly filesBefore?: readonly SchemaFile[];
  /** Where a server keeps it; the embedded database has its cache for that. */
  readonly prefixes?: PrefixDatabases;
  readonly progress?: (stage: string) => void;
}

/**
 * Opens the database that queries are analysed on, with the migrations applied and a clean session.
 * @throws Failure: 1 a failing migration, 2 a configuration that cannot be met, 3 no way to the server
 */
export async function openDatabase(config: Config, options: OpenOptions = {}): Promise<Database> {
  const { database } = config;
  const files = () => options.files ?? readSchemaFiles(config);
  const env = options.env ?? process.env;
  options.signal?.throwIfAborted();
  switch (database.kind) {
    case 'embedded': {
      const { openEmbedded } = await import('./openers/embedded.ts');
      return openEmbedded(config, files(), { ...options, env });
    }
    case 'server': {
      if (database.asIs) {
        const [{ openAsIs }, { embeddedInstead }] = await Promise.all([
          import('./openers/as-is.ts'),
          import('./server/connection-failure.ts'),
        ]);
        return openAsIs(config, database.connection, {
          instead: embeddedInstead,
          signal: options.signal,
        });
      }
      const { openScratch } = await import('./openers/server.ts');
      return openScratch(config, files(), database.connection, false, options);
    }
    case 'container': {
      const { openContainer } = await import('./openers/container.ts');
      return openContainer(config, files(), database.image, options.signal);
    }
  }
}
