import type { Client } from 'pg';
import { Failure } from '../../diagnostic.ts';
import type { Config, SchemaSource } from '../../project/config.ts';
import { readSchemaFiles, type SchemaFile } from '../../project/schema-files.ts';
import { runScript, ScriptError } from '../server/script.ts';
import { scriptDiagnostic } from '../server/script-failure.ts';
import { withoutClusterStatements } from './cluster-statements.ts';
import { readDump } from './dump-file.ts';
import type { Migration, MigrationScript } from './formats/format.ts';
import { ensureHistory, markApplied, markReverted } from './migration-history.ts';
import { readMigrations } from './migrations.ts';
import type { StatementObserver } from './observed-steps.ts';
import { isProgram, loadPrograms, type Program } from './programs.ts';
import { runSteps, stepsOf } from './steps.ts';

/** One step of the schema's history, for a database that is thrown away. */
export interface MigrationUnit {
  /** As the tool's history calls it: the file's name without its extension. */
  readonly name: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** What it is written in, both ways. */
  readonly text: string;
  /**
   * Applies it; what concerns the whole server is omitted (see withoutClusterStatements). After a failure
   * the client can go on.
   * @param observer considers each statement of a migration; a schema file is run as a whole
   * @throws Failure: 1 with the place in the file, 3 where the connection is lost
   */
  up(client: Client, observer?: StatementObserver): Promise<void>;
  /** Takes it back, otherwise as `up`; null where it has no down migration. */
  readonly down: ((client: Client) => Promise<void>) | null;
}

export interface UnitOptions {
  /** Whether the whole server is thrown away afterwards, so that a migration may create roles in it. */
  readonly disposable?: boolean;
  /** Told what is omitted, once for each place, with the statement that it was in. */
  readonly note?: (reason: string, statement: string) => void;
}

/**
 * The migrations of a project, whatever their format, in the order in which they run; the schema files are one
 * migration without a down migration. Nothing of them is run yet.
 * @throws Failure: 1 for files that are not migrations of the configured format, 2 where there are none
 */
export function migrationUnits(config: Config): Promise<readonly MigrationUnit[]> {
  const disposable = config.database.kind !== 'server';
  return unitsOf(config.source, readSchemaFiles(config), { disposable });
}

/**
 * As migrationUnits, of files that are read already.
 * @param files as readSchemaFiles returns them
 */
export async function unitsOf(
  source: SchemaSource,
  files: readonly SchemaFile[],
  options: UnitOptions = {},
): Promise<readonly MigrationUnit[]> {
  if (source.kind === 'none') return [];
  if (source.kind === 'schema') return schemaUnits(files, options);
  const migrations = readMigrations(source.format, files);
  const programs = await loadPrograms(migrations.filter(isProgram));
  const own = { ...options, history: source.format === 'node-pg-migrate' ? historyOnce() : null };
  return migrations.map((migration) => {
    const program = programs.get(migration.name);
    return program === undefined ? scriptUnit(migration, own) : programUnit(migration, program, own);
  });
}

interface OwnOptions extends UnitOptions {
  /** Sees to it that there is a history; null where the tool has none that we know. */
  readonly history: ((client: Client) => Promise<void>) | null;
}

function historyOnce(): (client: Client) => Promise<void> {
  const done = new WeakSet<Client>();
  return async (client) => {
    if (!done.has(client)) await ensureHistory(client);
    done.add(client);
  };
}

function scriptUnit(migration: Migration, options: OwnOptions): MigrationUnit {
  const { name, file } = migration;
  const run = async (client: Client, script: MigrationScript, mark: string, observer?: StatementObserver) => {
    await options.history?.(client);
    const rewrite = (sql: string) => localScript(client, sql, options);
    await runSteps(client, stepsOf(script), { rewrite, observer, ...(options.history && { mark }) });
  };
  if (migration.kind === 'program') throw new Error(`${file.file} was not loaded`);
  const { up, down } = migration;
  return {
    name,
    file: file.file,
    text: [file, ...(down && down.file !== file ? [down.file] : [])].map(({ text }) => text).join('\n'),
    up: (client, observer) => run(client, up, markApplied(name), observer),
    down: down && ((client) => run(client, down, markReverted(name))),
  };
}

function programUnit({ name, file }: Migration, program: Program, options: OwnOptions): MigrationUnit {
  const run = async (
    client: Client,
    direction: 'up' | 'down',
    mark: string,
    observer?: StatementObserver,
  ) => {
    await options.history?.(client);
    const rewrite = (sql: string) => localScript(client, sql, options);
    await runSteps(client, await program.steps(client, direction, rewrite), { rewrite, mark, observer });
  };
  return {
    name,
    file: file.file,
    text: file.text,
    up: (client, observer) => run(client, 'up', markApplied(name), observer),
    down: program.reversible ? (client) => run(client, 'down', markReverted(name)) : null,
  };
}

/** All schema files are one unit, called after the first of them. */
function schemaUnits(files: readonly SchemaFile[], options: UnitOptions): readonly MigrationUnit[] {
  const [first] = files;
  if (first === undefined) return [];
  const up = async (client: Client) => {
    const settings = await names(client, 'SELECT pg_catalog.lower(name) AS name FROM pg_catalog.pg_settings');
    for (const file of files) await runSchemaFile(client, file, settings, options);
  };
  const name = first.file.slice(first.file.lastIndexOf('/') + 1);
  return [{ name, file: first.file, text: files.map(({ text }) => text).join('\n'), up, down: null }];
}

async function runSchemaFile(
  client: Client,
  file: SchemaFile,
  settings: ReadonlySet<string>,
  options: UnitOptions,
): Promise<void> {
  const sql = await localScript(client, readDump(file, settings, options.note), options);
  try {
    await runScript(client, sql);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new Failure(1, [scriptDiagnostic({ ...file, offset: 0 }, error.failed, 'The schema file failed')]);
  }
}

/** Without one of these words a script names no role. */
const mayNameRoles = /\b(authorization|group|grant|owned|owner|policy|privileges|revoke|role|user)\b/i;

async function localScript(client: Client, sql: string, options: UnitOptions): Promise<string> {
  const roles = mayNameRoles.test(sql)
    ? await names(client, 'SELECT rolname AS name FROM pg_catalog.pg_roles')
    : new Set<string>();
  const local = withoutClusterStatements(sql, { roles, disposable: options.disposable === true });
  for (const [i, reason] of local.reasons.entries()) options.note?.(reason, local.statements[i] ?? '');
  return local.sql;
}

async function names(client: Client, sql: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(sql);
  return new Set(rows.map(({ name }) => name));
}
