import type { Database } from '../database/database.ts';
import { type MigrationUnit, migrationUnits } from '../database/migrations/migration-units.ts';
import { openEmpty } from '../database/open-empty.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { Schema } from '../schema/schema-object.ts';
import { type MigrationProblem, tryMigration } from './migration-trial.ts';
import type { FlowOptions } from './pipeline.ts';

export interface MigrationVerdict {
  readonly name: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly problems: readonly MigrationProblem[];
  /** What could not be tried: tables that took no rows, a up migration that needs empty tables. */
  readonly notes: readonly string[];
}

export interface MigrationsVerified {
  /** In the order in which they run. */
  readonly migrations: readonly MigrationVerdict[];
  /** See Database.description. */
  readonly database: string;
}

/**
 * Takes each migration up, down and up again on a scratch database, with rows in the tables that it is about,
 * and compares the schema and the rows.
 * @throws Failure: 1 an up migration that fails, 2 there are no migrations, or none of them can
 *   have a down migration, 3 no way to the server
 */
export async function verifyMigrations(
  config: Config,
  options: FlowOptions = {},
): Promise<MigrationsVerified> {
  refuseOneWay(config);
  const units = await migrationUnits(config);
  options.progress?.('opening the database');
  const scratch: Scratch = { config, options, database: await open(config, options) };
  try {
    const migrations = await verdicts(scratch, units);
    return { migrations, database: scratch.database.description };
  } finally {
    await scratch.database.close();
  }
}

interface Scratch {
  readonly config: Config;
  readonly options: FlowOptions;
  /** Another one after a migration that could not be taken back as it should. */
  database: Database;
}

function open(config: Config, { signal, env }: FlowOptions): Promise<Database> {
  return openEmpty(config, { ...(signal && { signal }), ...(env && { env: { ...env } }) });
}

async function verdicts(
  scratch: Scratch,
  units: readonly MigrationUnit[],
): Promise<readonly MigrationVerdict[]> {
  const found: MigrationVerdict[] = [];
  let schema: Schema | null = null;
  const ownServer = scratch.config.database.kind !== 'server';
  for (const [index, unit] of units.entries()) {
    scratch.options.signal?.throwIfAborted();
    scratch.options.progress?.(`trying ${index + 1} of ${units.length} migrations`);
    const trial = await tryMigration(scratch.database.client, unit, schema, ownServer);
    schema = trial.schema;
    found.push({ name: unit.name, file: unit.file, problems: trial.problems, notes: trial.notes });
    if (!trial.clean && index + 1 < units.length) await startAgain(scratch, units.slice(0, index + 1));
  }
  return found;
}

/** What the next migration finds must be what it would find anywhere. */
async function startAgain(scratch: Scratch, units: readonly MigrationUnit[]): Promise<void> {
  await scratch.database.close();
  scratch.database = await open(scratch.config, scratch.options);
  for (const unit of units) await unit.up(scratch.database.client);
}

function refuseOneWay({ source }: Config): void {
  if (source.kind !== 'schema' && !(source.kind === 'migrations' && source.format === 'plain')) return;
  const what = source.kind === 'schema' ? 'A schema file has' : 'Plain .sql files have';
  const hint =
    'If they belong to a tool that has down migrations, name it: "migrations": { "dir": "…", "format": "…" }.';
  throw new Failure(2, [diagnostic({ code: 'ND4017', message: `${what} no down migration to try.`, hint })]);
}
