import { resolve } from 'node:path';
import type { Config } from '../project/config.ts';
import { loadConfig } from '../project/load-config.ts';
import { databaseUrl } from './database-url.ts';
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
  const connection = uri === undefined ? (config.connection ?? null) : databaseUrl(uri, '--uri');
  const configured = config.database.kind === 'server' && config.database.asIs;
  return {
    ...config,
    database: { kind: 'server', connection, asIs: asIs === true || configured },
    ...(connection !== null && { connection }),
  };
}
