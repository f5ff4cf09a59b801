import type { Config } from '../project/config.ts';
import { loadProjectConfig } from '../project/load-config.ts';
import type { CliContext, FlowCommandOptions } from './context.ts';
import { databaseUrl } from './database-url.ts';

/**
 * The configuration that the arguments name, with what `--url` and `--as-is` change of it. Throws Failure (2).
 */
export function configuration(options: FlowCommandOptions, io: CliContext): Config {
  const { url, asIs } = options;
  const config = loadProjectConfig(io.cwd, options.config, io.env);
  if (url === undefined && asIs !== true) return config;
  // What is said on the command line holds as a whole: no PGHOST or the like mixes into it.
  const connection = url === undefined ? (config.connection ?? null) : databaseUrl(url, '--url');
  const configured = config.database.kind === 'server' && config.database.asIs;
  return {
    ...config,
    database: { kind: 'server', connection, asIs: asIs === true || configured },
    ...(connection !== null && { connection }),
  };
}
