import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { readSchemaFiles } from '../project/schema-files.ts';
import type { Database } from './database.ts';
import { neededExtensions } from './embedded/pglite-extensions.ts';
import { type OpenOptions, openDatabase } from './open.ts';

/**
 * Opens a scratch database in which none of the migrations has run yet, with the extensions that they may
 * create, wherever the configuration has its scratch databases.
 * @throws Failure: 2 no migrations are configured, 3 no way to the server
 */
export async function openEmpty(config: Config, options: OpenOptions = {}): Promise<Database> {
  if (config.source.kind === 'none') {
    const hint = 'Set "migrations": "./migrations" under "nodrift" in the configuration.';
    throw new Failure(2, [diagnostic({ code: 'ND4014', message: 'No migrations are configured.', hint })]);
  }
  const { database } = config;
  const extensions =
    database.kind === 'embedded'
      ? neededExtensions(config.extensions, options.files ?? readSchemaFiles(config))
      : config.extensions;
  const scratch: Config = {
    ...config,
    database: database.kind === 'server' ? { ...database, asIs: false } : database,
    source: { kind: 'none' },
    // Migrations run in the server's own.
    searchPath: null,
    extensions,
  };
  return openDatabase(scratch, { ...options, files: [] });
}
