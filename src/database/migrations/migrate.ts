import type { Client } from 'pg';
import { connectionLost, isConnectionLoss } from '../../connection-loss.ts';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { Config, ConnectionConfig } from '../../project/config.ts';
import { connect } from '../server/connection.ts';
import { setForSession } from '../server/own-session.ts';
import type { Migration } from './formats/format.ts';
import {
  completeHistory,
  contentHash,
  findHistory,
  historyTableDdl,
  markApplied,
  markReverted,
  readHistory,
} from './migration-history.ts';
import { lockMigrations } from './migration-lock.ts';
import { checkOrder } from './migration-order.ts';
import { readProject } from './migration-project.ts';
import type { Program } from './programs.ts';
import { runSteps, type Steps, stepsOf, stepsText } from './steps.ts';

export interface MigrateOptions {
  /** Run nothing, and return the SQL that would run; the database stays as it is. */
  readonly dryRun?: boolean;
  /** How long to wait for the lock if another session holds it; default: not at all. */
  readonly waitSeconds?: number;
  /** Told of each migration when it is done. */
  readonly onStep?: (step: MigrationStep) => void;
  /** Ends the connection, and the server rolls back what is going on. */
  readonly signal?: AbortSignal;
}

/** A migration that was run, or would be. */
export interface MigrationStep {
  /** The file's name without its extension, as in the table of migrations. */
  readonly name: string;
  readonly direction: 'up' | 'down';
  /** Everything that is sent for it; '' unless it was a dry run. */
  readonly sql: string;
}

/**
 * Applies pending migrations to the named database, each in a transaction of its own unless it says
 * otherwise, holding node-pg-migrate's lock.
 * @param count how many; null: all
 * @throws Failure: 1 a failing migration, one out of order, or another migration in progress, 2 no server or no
 *   migrations are configured, 3 no way to the server, or the connection is lost
 */
export function migrateUp(
  config: Config,
  count: number | null = null,
  options: MigrateOptions = {},
): Promise<readonly MigrationStep[]> {
  return run(config, options, ({ migrations, applied }) => {
    const done = new Set(applied);
    const pending = migrations.filter(({ name }) => !done.has(name)).slice(0, count ?? undefined);
    return pending.map((migration) => ({ migration, direction: 'up' }));
  });
}

/** Takes back the last migrations; otherwise as migrateUp. */
export function migrateDown(
  config: Config,
  count = 1,
  options: MigrateOptions = {},
): Promise<readonly MigrationStep[]> {
  return run(config, options, (known) =>
    lastOnes(known, count).map((migration) => ({ migration, direction: 'down' })),
  );
}

/** Takes the last migration back and applies it again; otherwise as migrateUp. */
export function migrateRedo(config: Config, options: MigrateOptions = {}): Promise<readonly MigrationStep[]> {
  return run(config, options, (known) =>
    lastOnes(known, 1).flatMap((migration) => [
      { migration, direction: 'down' },
      { migration, direction: 'up' },
    ]),
  );
}

interface Known {
  readonly migrations: readonly Migration[];
  readonly programs: ReadonlyMap<string, Program>;
  /** Names in the order in which they ran. */
  readonly applied: readonly string[];
}

interface Planned {
  readonly migration: Migration;
  readonly direction: 'up' | 'down';
}

async function run(
  config: Config,
  { dryRun = false, waitSeconds = 0, onStep, signal }: MigrateOptions,
  plan: (known: Known) => readonly Planned[],
): Promise<readonly MigrationStep[]> {
  const { migrations, programs, connection } = await readProject(config);
  const client = await connect(connection, { signal });
  const steps: MigrationStep[] = [];
  try {
    if (!dryRun) await hold(client, connection, waitSeconds, signal);
    const applied = (await readHistory(client)).map(({ name }) => name);
    const names = migrations.map(({ name }) => name);
    checkOrder(applied, names);
    const planned = plan({ migrations, programs, applied });
    if (planned.length === 0) return [];
    if (dryRun) return await rehearse(client, planned, programs);
    const hashed = await completeHistory(client, await findHistory(client));
    for (const { migration, direction } of planned) {
      const mark = markOf({ migration, direction }, hashed);
      await runSteps(client, await stepsFor(client, { migration, direction }, programs), { mark });
      const step = { name: migration.name, direction, sql: '' };
      steps.push(step);
      onStep?.(step);
    }
    return steps;
  } catch (error) {
    throw isConnectionLoss(error) ? lostBetween(steps, error) : error;
  } finally {
    // Also gives back the lock and rolls back what was going on.
    await client.end();
  }
}

/** The connection was lost where no migration was going on. */
function lostBetween(done: readonly MigrationStep[], error: unknown): Failure {
  const names = done.map(({ name, direction }) => (direction === 'up' ? name : `${name}, down`));
  const hint =
    names.length === 0
      ? 'No migration was run.'
      : `Applied and kept: ${names.join('; ')}. No further migration was started.`;
  const lost = connectionLost(error);
  return new Failure(
    lost.exitCode,
    lost.diagnostics.map((found) => ({ ...found, hint })),
  );
}

async function hold(
  client: Client,
  connection: ConnectionConfig | null,
  waitSeconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A server that looks after its client stops a migration whose runner was killed, instead of ending it first.
  // Not every system can.
  await setForSession(client, connection, 'client_connection_check_interval = 2s', signal).catch(
    (error: unknown) => {
      if (error instanceof Failure) throw error;
    },
  );
  await lockMigrations(client, waitSeconds);
}

async function rehearse(
  client: Client,
  planned: readonly Planned[],
  programs: ReadonlyMap<string, Program>,
): Promise<readonly MigrationStep[]> {
  const prelude = historyTableDdl(await findHistory(client));
  // What a program itself does to the database ends with the connection.
  await client.query('BEGIN');
  const steps: MigrationStep[] = [];
  for (const [index, one] of planned.entries()) {
    const text = stepsText(await stepsFor(client, one, programs), markOf(one, true));
    const sql = [...(index === 0 ? prelude : []), text].join('\n');
    steps.push({ name: one.migration.name, direction: one.direction, sql });
  }
  return steps;
}

function markOf({ migration, direction }: Planned, hashed: boolean): string {
  if (direction === 'down') return markReverted(migration.name);
  return markApplied(migration.name, hashed ? contentHash(migration.file.text) : null);
}

async function stepsFor(
  client: Client,
  { migration, direction }: Planned,
  programs: ReadonlyMap<string, Program>,
): Promise<Steps> {
  const program = programs.get(migration.name);
  if (program !== undefined) return program.steps(client, direction);
  const script = migration.kind === 'sql' ? migration[direction] : null;
  if (script === null) throw irreversible(migration);
  return stepsOf(script);
}

/** The last ones that ran, the latest first; each of them can be taken back. */
function lastOnes({ migrations, programs, applied }: Known, count: number): readonly Migration[] {
  const last = applied.slice(-count).reverse();
  return last.map((name) => {
    const migration = migrations.find((one) => one.name === name);
    if (migration === undefined) {
      const hint = 'Restore the file: it holds the down migration.';
      throw new Failure(1, [
        diagnostic({ code: 'ND4011', message: `${name} has run, but its file is gone.`, hint }),
      ]);
    }
    const reversible = migration.kind === 'sql' ? migration.down !== null : programs.get(name)?.reversible;
    if (!reversible) throw irreversible(migration);
    return migration;
  });
}

function irreversible({ file }: Migration): Failure {
  const message = 'The migration cannot be undone.';
  return new Failure(1, [
    diagnostic({ file: file.file, code: 'ND4012', message, hint: 'Add a part "-- Down Migration" to it.' }),
  ]);
}
