import type { Client } from 'pg';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { connect } from './connection.ts';
import { readSourceFiles, type SourceFile } from './migration-files.ts';
import { type MigrationRun, type MigrationStep, migrationsTable, runMigrations } from './node-pg-migrate.ts';

export interface MigrateOptions {
  /** Run nothing, and return the SQL that would run; the database stays as it is. */
  readonly dryRun?: boolean;
}

export interface MigrationStatus {
  /** In the order in which they ran. */
  readonly applied: readonly { readonly name: string; readonly runOn: Date }[];
  /** In the order in which they will run. */
  readonly pending: readonly string[];
  /** Applied, but their files are gone. */
  readonly missing: readonly string[];
}

/**
 * Applies pending migrations to the named database, holding node-pg-migrate's lock.
 * @param count how many; null: all
 * @throws Failure: 1 a failing migration or somebody else migrating, 2 no server or no migrations are
 *   configured, 3 no way to the server
 */
export function migrateUp(
  config: Config,
  count: number | null = null,
  options: MigrateOptions = {},
): Promise<readonly MigrationStep[]> {
  return withServer(config, options, (server) => runMigrations({ ...server, direction: 'up', count }));
}

/** Takes back the last migrations; otherwise as migrateUp. */
export function migrateDown(
  config: Config,
  count = 1,
  options: MigrateOptions = {},
): Promise<readonly MigrationStep[]> {
  return withServer(config, options, (server) => runMigrations({ ...server, direction: 'down', count }));
}

/** Takes the last migration back and applies it again; otherwise as migrateUp. */
export function migrateRedo(config: Config, options: MigrateOptions = {}): Promise<readonly MigrationStep[]> {
  return withServer(config, options, async (server) => {
    const down = await runMigrations({ ...server, direction: 'down', count: 1 });
    // A dry run left it in the books, where the way up would not find it; all of this is rolled back.
    if (options.dryRun) {
      await server.client.query(`DELETE FROM public.${migrationsTable} WHERE name = ANY ($1)`, [
        down.map(({ name }) => name),
      ]);
    }
    const up = down.length === 0 ? [] : await runMigrations({ ...server, direction: 'up', count: 1 });
    return [...down, ...up];
  });
}

/**
 * Says which migrations the named database has and which it lacks; changes nothing.
 * @throws Failure: 2 no server or no migrations are configured, 3 no way to the server
 */
export function migrationStatus(config: Config): Promise<MigrationStatus> {
  return withServer(config, {}, async ({ client, files }) => {
    const applied = await appliedMigrations(client);
    const names = files.map(nameOf);
    const done = new Set(applied.map(({ name }) => name));
    return {
      applied,
      pending: names.filter((name) => !done.has(name)),
      missing: [...done].filter((name) => !names.includes(name)),
    };
  });
}

/**
 * Writes an empty migration, `<milliseconds>_<name>.sql` with its two parts, as node-pg-migrate does.
 * @param name words; blanks and underscores become hyphens
 * @returns the file's absolute path
 * @throws Failure (2) for a name that cannot be part of a file's, or where no migrations are configured
 */
export async function createMigration(config: Config, name: string): Promise<string> {
  const { dir } = migrationsOf(config);
  const hyphenated = name.trim().replaceAll(/[ _]+/g, '-');
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(hyphenated)) {
    const message = `"${name}" cannot be the name of a migration.`;
    throw new Failure(2, [
      diagnostic({ message, hint: 'Use letters, digits and hyphens, such as add-users.' }),
    ]);
  }
  const { Migration } = await import('node-pg-migrate');
  return Migration.create(hyphenated, dir, { language: 'sql' });
}

type Server = Omit<MigrationRun, 'direction' | 'count'>;

async function withServer<T>(
  config: Config,
  { dryRun = false }: MigrateOptions,
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const { dir } = migrationsOf(config);
  const files = readSourceFiles(config);
  const connection = config.database.kind === 'server' ? config.database.connection : config.connection;
  if (!connection) {
    const hint = 'Set DATABASE_URL in the environment or in .env: postgres://user@localhost:5432/database';
    throw new Failure(2, [diagnostic({ message: 'Which database is to be migrated is not said.', hint })]);
  }
  const client = await connect(connection);
  try {
    // node-pg-migrate writes its books even in a dry run: here only into a transaction that ends with the connection.
    if (dryRun) await client.query('BEGIN');
    return await use({ client, dir, files, lock: true, dryRun });
  } finally {
    // Also gives back the lock and rolls back what was going on.
    await client.end();
  }
}

function migrationsOf({ source }: Config): { readonly dir: string } {
  if (source.kind === 'migrations' && source.format === 'node-pg-migrate') return source;
  const found =
    source.kind === 'none'
      ? 'No migrations are configured.'
      : `The configuration has ${source.kind === 'schema' ? 'a schema file' : 'plain .sql files'}, which another tool applies.`;
  const hint = 'nodrift migrates with node-pg-migrate: "migrations": "./migrations" under "nodrift".';
  throw new Failure(2, [diagnostic({ message: found, hint })]);
}

async function appliedMigrations(client: Client): Promise<MigrationStatus['applied']> {
  const table = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `public.${migrationsTable}`,
  ]);
  if (!table.rows[0]?.found) return [];
  const { rows } = await client.query<{ name: string; run_on: Date }>(
    // A timestamp in the session's time zone, by node-pg-migrate's now().
    `SELECT name, run_on::timestamptz AS run_on FROM public.${migrationsTable} ORDER BY public.${migrationsTable}.run_on, id`,
  );
  return rows.map(({ name, run_on }) => ({ name, runOn: run_on }));
}

/** node-pg-migrate's name of a migration: the file's without its extension. */
function nameOf({ file }: SourceFile): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}
