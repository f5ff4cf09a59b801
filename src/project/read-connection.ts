import { parse } from 'pg-connection-string';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { ConnectionConfig } from './config.ts';
import type { ConfigFile } from './config-schema.ts';
import type { Environment } from './environment.ts';

/** Where PgTyped looks if nothing names a server (@pgtyped/cli 2.4, lib/config.js). */
const pgTypedDefaults = { host: '127.0.0.1', port: 5432, user: 'postgres', dbName: 'postgres' };

/**
 * Which server the configuration and the environment name, with PgTyped's precedence
 * (@pgtyped/cli 2.4, lib/config.js): the PG* variables, then the URL (PGURI, DATABASE_URL, `dbUrl`),
 * then `db`. Null if nothing names one; without the key `nodrift` PgTyped's defaults do.
 * @throws Failure (2) where a URL cannot be read; it is not repeated, it may hold a password
 */
export function readConnection(file: ConfigFile, env: Environment): ConnectionConfig | null {
  const connectionString = env.PGURI || env.DATABASE_URL || file.dbUrl;
  const url = connectionString ? parseUrl(connectionString, file.dbUrl === connectionString) : null;
  const db = file.nodrift ? (file.db ?? {}) : { ...pgTypedDefaults, ...file.db };
  // Undefined: the URL says it. Empty strings count as unset, as they do for PgTyped.
  const host = env.PGHOST || (url?.host ? undefined : db.host);
  const port = Number(env.PGPORT) || (url?.port ? undefined : db.port);
  const user = env.PGUSER || (url?.user ? undefined : db.user);
  const password = env.PGPASSWORD || (url?.password ? undefined : db.password);
  const database = env.PGDATABASE || (url?.database ? undefined : db.dbName);
  const ssl = url?.ssl === undefined ? db.ssl : undefined;
  const connection: ConnectionConfig = {
    ...(connectionString && { connectionString }),
    ...(host && { host }),
    ...(port && { port }),
    ...(user && { user }),
    ...(password !== undefined && { password }),
    ...(database && { database }),
    ...(ssl !== undefined && { ssl }),
  };
  return Object.keys(connection).length === 0 ? null : connection;
}

function parseUrl(url: string, fromFile: boolean): ReturnType<typeof parse> {
  try {
    return parse(url);
  } catch {
    const where = fromFile ? 'dbUrl in the configuration' : 'PGURI or DATABASE_URL';
    const hint =
      'It looks like postgres://user:password@host:5432/database; special characters are %-encoded.';
    throw new Failure(2, [diagnostic({ message: `${where} is not a database URL.`, hint })]);
  }
}
