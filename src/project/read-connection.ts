import { createRequire } from 'node:module';
import type * as ConnectionString from 'pg-connection-string';
import type { ConnectionConfig } from './config.ts';
import type { ConfigFile } from './config-schema.ts';
import type { Environment } from './environment.ts';

/** Where PgTyped looks if nothing names a server (@pgtyped/cli 2.4, lib/config.js). */
const pgTypedDefaults = { host: '127.0.0.1', port: 5432, user: 'postgres', dbName: 'postgres' };

/**
 * Which server the configuration and the environment name, with PgTyped's precedence
 * (@pgtyped/cli 2.4, lib/config.js): the PG* variables, then the URL (PGURI, DATABASE_URL, `dbUrl`),
 * then `db`. Null if nothing names one; without the key `nodrift` PgTyped's defaults do.
 */
export function readConnection(file: ConfigFile, env: Environment): ConnectionConfig | null {
  const connectionString = env.PGURI || env.DATABASE_URL || file.dbUrl;
  const url = connectionString ? parseUrl(connectionString) : null;
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

/**
 * Whether pg takes it for what it is meant to be: a URL of PostgreSQL's, or the path of a socket's folder. Of any other text
 * it makes a server named `base` or the like (pg-connection-string, `parse`).
 */
export function isPostgresUrl(text: string): boolean {
  return /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i.test(text);
}

/**
 * The URL with `sslmode=verify-full` for the modes that pg 8 takes as other names of it, with a warning on the process that
 * pg 9 will not.
 */
export function withPlainSslmode(url: string): string {
  if (/[?&]uselibpqcompat=true(?=&|$)/.test(url)) return url;
  return url.replaceAll(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, '$1verify-full');
}

/** What a database URL says; null if it cannot be read. */
export function parseUrl(url: string): ConnectionString.ConnectionOptions | null {
  if (!isPostgresUrl(url)) return null;
  // Loaded only here: most projects name no server, and `check` must be done by then.
  const { parse }: typeof ConnectionString = createRequire(import.meta.url)('pg-connection-string');
  try {
    return parse(withPlainSslmode(url));
  } catch {
    return null;
  }
}
