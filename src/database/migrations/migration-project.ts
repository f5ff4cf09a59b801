import { diagnostic, Failure } from '../../diagnostic.ts';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import { readSchemaFiles } from '../../project/schema-files.ts';
import type { Migration } from './formats/format.ts';
import { readMigrations } from './migrations.ts';
import { isProgram, loadPrograms, type Program } from './programs.ts';

/** What `nodrift migrate` works with. */
export interface MigratedProject {
  readonly migrations: readonly Migration[];
  readonly programs: ReadonlyMap<string, Program>;
  readonly connection: ConnectionConfig;
}

/**
 * Reads the migrations that nodrift applies, and which database that is.
 * @throws Failure: 1 for files that are not migrations, 2 where no migrations or no database are configured
 */
export async function readProject(config: Config): Promise<MigratedProject> {
  folderOf(config);
  const migrations = readMigrations('node-pg-migrate', readSchemaFiles(config));
  const connection = config.database.kind === 'server' ? config.database.connection : config.connection;
  if (!connection) {
    const hint = 'Set DATABASE_URL in the environment or in .env: postgres://user@localhost:5432/database';
    throw new Failure(2, [diagnostic({ code: 'ND5011', message: 'No target database configured.', hint })]);
  }
  return { migrations, programs: await loadPrograms(migrations.filter(isProgram)), connection };
}

/**
 * The folder of migrations that nodrift applies; those of other tools it only reads.
 * @throws Failure (2) where there is none
 */
export function folderOf({ source }: Config): string {
  if (source.kind === 'migrations' && source.format === 'node-pg-migrate') return source.dir;
  const found =
    source.kind === 'none'
      ? 'No migrations are configured.'
      : `The configuration has ${source.kind === 'schema' ? 'a schema file' : describeFormat(source.format)}, which another tool applies.`;
  const hint = 'nodrift migrates with node-pg-migrate: "migrations": "./migrations" under "nodrift".';
  throw new Failure(2, [diagnostic({ code: 'ND4014', message: found, hint })]);
}

function describeFormat(format: string): string {
  return format === 'plain' ? 'plain .sql files' : `migrations of ${format}`;
}
