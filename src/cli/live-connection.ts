import { diagnostic, Failure } from '../diagnostic.ts';
import type { ConnectionConfig } from '../project/config.ts';
import { configuration } from './configuration.ts';
import type { CliContext, GlobalOptions } from './context.ts';

/**
 * The live database that a command is about: that of `--url`, or the one that the configuration and the
 * environment name. Throws Failure (2) where there is none.
 */
export function liveConnection(options: GlobalOptions, io: CliContext): ConnectionConfig {
  const { connection } = configuration(options, io);
  if (connection !== undefined) return connection;
  const message = 'No target database configured.';
  const hint = 'Name it with --url, or set DATABASE_URL: postgres://user@localhost:5432/database';
  throw new Failure(2, [diagnostic({ message, hint })]);
}
