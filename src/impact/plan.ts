import { basename, relative, resolve } from 'node:path';
import { type NoHistory, readAppliedMigrations } from '../database/migrations/applied-migrations.ts';
import { type MigrationUnit, unitsOf } from '../database/migrations/migration-units.ts';
import { connect } from '../database/server/connection.ts';
import { setForSession } from '../database/server/own-session.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig } from '../project/config.ts';
import { readInputs } from '../project/inputs.ts';
import { readSources } from '../project/read-sources.ts';
import type { SchemaFile } from '../project/schema-files.ts';
import { suggest } from '../sql/identifiers.ts';
import { codeOf, type ImpactCode } from './code.ts';
import { readSince } from './since.ts';

/** Which migrations are considered; none of the keys: the last one. */
export interface ImpactScope {
  /** Those that this commit does not have; its queries are the running code. */
  readonly since?: string;
  /** Those that this database has not run. */
  readonly pending?: ConnectionConfig;
  /** This file; an absolute path, or its name. */
  readonly migration?: string;
  /** Its tables with a million rows or more are large; nothing else is read there. */
  readonly sizes?: ConnectionConfig;
  /** Why migrations may break running code, or read large tables while it waits, by their files as in `migration`. */
  readonly allow?: ReadonlyMap<string, string>;
}

export interface ImpactPlan {
  /** All migrations, or the schema file, as they were read. */
  readonly schema: readonly SchemaFile[];
  /** Run before all others, whatever their place in the order. */
  readonly base: readonly MigrationUnit[];
  readonly targetMigrations: readonly MigrationUnit[];
  /** What runs before the schema file that is considered; null for migrations, which run one upon the other. */
  readonly replaced: MigrationUnit | null;
  readonly deployed: ImpactCode;
  readonly next: ImpactCode;
  /** Why migrations may break running code, by MigrationUnit.file. */
  readonly allowed: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/**
 * Finds the migrations that are considered and the queries that they are held against.
 * @param note told what is omitted of migrations when they run
 * @throws Failure: 1 files that are not migrations, 2 nothing to consider where something is named, or git refuses,
 *   3 no way to the database named
 */
export async function planImpact(
  config: Config,
  scope: ImpactScope,
  env: Readonly<Record<string, string | undefined>>,
  note: (reason: string, statement: string) => void,
  signal?: AbortSignal,
): Promise<ImpactPlan> {
  if (config.source.kind === 'none') throw nothingConfigured();
  const options = { disposable: config.database.kind !== 'server', note };
  const inputs = await readInputs(config);
  const { schema } = inputs;
  const units = await unitsOf(config.source, schema, options);
  const next = codeOf(await readSources(inputs, config, signal), config);
  const split = (isNew: (unit: MigrationUnit) => boolean) => ({
    base: units.filter((unit) => !isNew(unit)),
    targetMigrations: units.filter(isNew),
  });
  const allowed = new Map(
    [...(scope.allow ?? [])].map(([file, reason]) => [findUnit(config, units, file).file, reason]),
  );
  const still = { schema, replaced: null, deployed: next, next, allowed, notes: [] };
  if (scope.since !== undefined) {
    const since = await readSince(config, scope.since, units, env);
    const deployed = codeOf(since.sources, since.config);
    const [replaced = null] = since.schema ? await unitsOf(config.source, since.schema, options) : [];
    const changed =
      config.source.kind === 'schema' ? () => since.isChanged : (unit: MigrationUnit) => !since.has(unit);
    return { schema, ...split(changed), replaced, deployed, next, allowed, notes: since.notes };
  }
  if (config.source.kind === 'schema') throw onlySince();
  if (scope.pending !== undefined) {
    const { applied, notes } = await appliedOn(scope.pending, config, units, signal);
    return { ...split(({ name }) => !applied.has(name)), ...still, notes };
  }
  const one = scope.migration === undefined ? units.at(-1) : findUnit(config, units, scope.migration);
  // Later ones come after it: they are not run at all.
  return {
    base: one ? units.slice(0, units.indexOf(one)) : [],
    targetMigrations: one ? [one] : [],
    ...still,
  };
}

/** What a database has run, by the history table of the format. Throws Failure (2) where that is not to be known. */
async function appliedOn(
  connection: ConnectionConfig,
  { source }: Config,
  units: readonly MigrationUnit[],
  signal: AbortSignal | undefined,
) {
  const client = await connect(connection, { signal });
  try {
    await setForSession(client, connection, 'default_transaction_read_only = on', signal);
    const names = units.map(({ name }) => name);
    const { applied, why } = await readAppliedMigrations(client, source, names);
    if (applied !== null) return { applied: new Set(applied.keys()), notes: [] };
    if (why === null || why.forbidden) throw unknownPending(why);
    return { applied: new Set<string>(), notes: [`${why.reason}: all migrations are pending.`] };
  } finally {
    await client.end();
  }
}

function unknownPending(why: NoHistory | null): Failure {
  const reason = why?.reason ?? 'Plain files have no migration history';
  const message = `${reason}, so it is unknown which migrations are pending.`;
  const hint = 'Specify the migrations with --since or --migration.';
  return new Failure(2, [diagnostic({ code: 'ND7006', message, hint })]);
}

/** The migration that a path or a name represents. Throws Failure (2) where there is none. */
function findUnit(
  { root }: Pick<Config, 'root'>,
  units: readonly MigrationUnit[],
  wanted: string,
): MigrationUnit {
  const file = relative(root, resolve(wanted)).replaceAll('\\', '/');
  const found =
    units.find((unit) => unit.file === file) ??
    units.find((unit) => unit.name === wanted || basename(unit.file) === basename(wanted));
  if (found !== undefined) return found;
  const suggestion = suggest(
    basename(wanted),
    units.map((unit) => basename(unit.file)),
  );
  const hint = suggestion ? `Did you mean ${suggestion}?` : 'Name a file of the folder of migrations.';
  throw new Failure(2, [
    diagnostic({ code: 'ND7007', message: `${basename(wanted)} is not a migration of the project.`, hint }),
  ]);
}

function nothingConfigured(): Failure {
  const message =
    'The configuration has neither migrations nor a schema file, so there is nothing to compare.';
  const hint = 'Set "migrations" or "schema" under "nodrift" in the configuration.';
  return new Failure(2, [diagnostic({ code: 'ND7008', message, hint })]);
}

function onlySince(): Failure {
  const message = 'A schema file has no migrations: it can only be compared with its earlier version.';
  return new Failure(2, [
    diagnostic({ code: 'ND7009', message, hint: 'Specify a base: nodrift impact --since origin/main' }),
  ]);
}
