import { resolve } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { loadConfig } from '../project/load-config.ts';
import { parseUrl } from '../project/read-connection.ts';
import type { Io } from './io.ts';
import type { FlowCommandOptions } from './program.ts';

/**
 * The configuration that the arguments name, with what `--uri` and `--as-is` change of it. Throws Failure (2).
 */
export function configuration(options: FlowCommandOptions, io: Io): Config {
  const { uri, asIs } = options;
  const config = loadConfig(resolve(io.cwd, options.config), io.env);
  if (uri === undefined && asIs !== true) return config;
  // What is said on the command line holds as a whole: no PGHOST or the like mixes into it.
  const connection = uri === undefined ? (config.connection ?? null) : connectionOf(uri);
  const configured = config.database.kind === 'server' && config.database.asIs;
  return {
    ...config,
    database: { kind: 'server', connection, asIs: asIs === true || configured },
    ...(connection !== null && { connection }),
  };
}

function connectionOf(uri: string): ConnectionConfig {
  if (parseUrl(uri) !== null) return { connectionString: uri };
  // It is not repeated: it may hold a password.
  const hint = 'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
  throw new Failure(2, [diagnostic({ message: '--uri is not a database URL.', hint })]);
}
