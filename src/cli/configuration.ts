import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { loadProjectConfig } from '../project/load-config.ts';
import { parseUrl } from '../project/read-connection.ts';
import type { CliContext, FlowCommandOptions, GlobalOptions } from './terminal.ts';

/**
 * The configuration that the arguments name, with what `--url` and `--as-is` change of it. Its warnings are
 * printed. Throws Failure (2).
 */
export async function configuration(options: FlowCommandOptions, io: CliContext): Promise<Config> {
  const { url, asIs } = options;
  const config = loadProjectConfig(io.cwd, options.config, io.env);
  if (config.warnings !== undefined) {
    // Measuring how wide text is takes long to load.
    const { printNotes } = await import('./print-diagnostics.ts');
    printNotes({ notes: [], warnings: config.warnings }, config.root, io);
  }
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

/**
 * The live database that a command is about: that of `--url`, or the one that the configuration and the
 * environment name. Throws Failure (2) where there is none.
 */
export async function liveConnection(options: GlobalOptions, io: CliContext): Promise<ConnectionConfig> {
  const { connection } = await configuration(options, io);
  if (connection !== undefined) return connection;
  const message = 'No target database configured.';
  const hint = 'Name it with --url, or set DATABASE_URL: postgres://user@localhost:5432/database';
  throw new Failure(2, [diagnostic({ code: 'ND5011', message, hint })]);
}

/**
 * The database that an option names. Throws Failure (2) where it is none, in particular nothing at all: an empty variable in
 * a script must not lead to another database.
 */
export function databaseUrl(text: string, option: string): ConnectionConfig {
  if (parseUrl(text) !== null) return { connectionString: text };
  // It is not repeated: it may hold a password.
  const hint = 'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
  const message = text === '' ? `${option} is empty.` : `${option} is not a database URL.`;
  throw new Failure(2, [diagnostic({ code: 'ND1019', message, hint })]);
}
