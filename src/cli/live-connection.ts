import { diagnostic, Failure } from '../diagnostic.ts';
import type { ConnectionConfig } from '../project/config.ts';
import { configuration } from './configuration.ts';
import { databaseUrl } from './database-url.ts';
import type { Io } from './io.ts';
import type { LiveOptions } from './program.ts';

/**
 * The live database that a command is about: that of `--url` (or `--uri`), or the one that the configuration and the
 * environment name. Throws Failure (2) where there is none.
 */
export function liveConnection(options: LiveOptions, io: Io): ConnectionConfig {
  if (options.url !== undefined) databaseUrl(options.url, '--url');
  const uri = options.url ?? options.uri;
  const { connection } = configuration({ config: options.config, ...(uri !== undefined && { uri }) }, io);
  if (connection !== undefined) return connection;
  const message = 'Which database is meant is not said.';
  const hint = 'Name it with --url, or set DATABASE_URL: postgres://user@localhost:5432/database';
  throw new Failure(2, [diagnostic({ message, hint })]);
}
