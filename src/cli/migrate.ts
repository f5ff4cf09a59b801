import { relative } from 'node:path';
import { createMigration } from '../database/migrations/create-migration.ts';
import {
  migrateRedo as again,
  migrateUp as apply,
  type MigrationStep,
  type MigrateOptions as RunOptions,
  migrateDown as takeBack,
} from '../database/migrations/migrate.ts';
import { type MigrationStatus, migrationStatus } from '../database/migrations/migration-status.ts';
import type { Config } from '../project/config.ts';
import { configuration } from './configuration.ts';
import { type CliContext, type Colors, colorsFor, type GlobalOptions } from './context.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { count, withProgress } from './report.ts';

interface MigrateOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  /** In seconds. */
  readonly wait?: number;
}

/** `nodrift migrate up [n]`: applies pending migrations; null: all of them. */
export function runMigrateUp(
  number: number | null,
  options: MigrateOptions,
  io: CliContext,
): Promise<number> {
  return steps(options, io, 'applied', (config, run) => apply(config, number, run));
}

/** `nodrift migrate down [n]`: takes the last ones back. */
export function runMigrateDown(number: number, options: MigrateOptions, io: CliContext): Promise<number> {
  return steps(options, io, 'reverted', (config, run) => takeBack(config, number, run));
}

/** `nodrift migrate redo`: takes the last one back and applies it again. */
export function runMigrateRedo(options: MigrateOptions, io: CliContext): Promise<number> {
  return steps(options, io, 'redone', (config, run) => again(config, run));
}

/** `nodrift migrate status`: which migrations the database has, and which it lacks. */
export async function migrateStatus(options: GlobalOptions, io: CliContext): Promise<number> {
  const config = configuration(options, io);
  const status = await withProgress(io, ({ signal }) => migrationStatus(config, signal));
  io.stdout.write(statusText(status, colorsFor(io.stdout, io.env)));
  return 0;
}

/** `nodrift migrate create NAME`: writes an empty migration. */
export async function migrateCreate(name: string, options: GlobalOptions, io: CliContext): Promise<number> {
  const path = await createMigration(configuration(options, io), name);
  io.stdout.write(
    `${colorsFor(io.stdout, io.env).green('written')}  ${escapeControlChars(relative(io.cwd, path))}\n`,
  );
  return 0;
}

async function steps(
  options: MigrateOptions,
  io: CliContext,
  word: string,
  work: (config: Config, options: RunOptions) => Promise<readonly MigrationStep[]>,
): Promise<number> {
  const config = configuration(options, io);
  const dryRun = options.dryRun === true;
  const colors = colorsFor(io.stdout, io.env);
  const done: MigrationStep[] = [];
  const onStep = (step: MigrationStep) => {
    done.push(step);
  };
  const waitSeconds = options.wait ?? 0;
  const run = await withProgress(io, ({ signal, progress }) => {
    progress?.('migrating');
    return work(config, { dryRun, onStep, waitSeconds, ...(signal && { signal }) });
  }).finally(() => {
    // Also if a later one fails: these stay.
    const again = new Set(done.filter(({ direction }) => direction === 'up').map(({ name }) => name));
    for (const { name, direction } of done) {
      // Redone: it is said once.
      if (direction === 'down' && again.has(name)) continue;
      const what = word === 'redone' && direction === 'down' ? 'reverted' : word;
      io.stdout.write(`${colors.green(what)}  ${escapeControlChars(name)}\n`);
    }
  });
  if (run.length === 0) io.stdout.write('Nothing to do.\n');
  else if (dryRun)
    io.stdout.write(
      run
        .map((step) => `-- ${escapeControlChars(headOf(step))}\n${escapeControlChars(step.sql)}\n\n`)
        .join(''),
    );
  else {
    // To redo is two steps with one migration.
    const names = new Set(run.map(({ name }) => name));
    io.stdout.write(`${count(names.size, 'migration')} ${word}\n`);
  }
  return 0;
}

function headOf({ name, direction }: MigrationStep): string {
  return direction === 'up' ? name : `${name}, down`;
}

function statusText(
  { applied, pending, missing, outOfOrder, changed }: MigrationStatus,
  colors: Colors,
): string {
  const gone = new Set(missing);
  const other = new Set(changed);
  const late = new Set(outOfOrder);
  const lines = [
    ...applied.map(({ name, runOn }) => {
      const when = colors.dim(runOn.toISOString().replace(/\.\d+Z$/, 'Z'));
      const note = gone.has(name)
        ? `  ${colors.red('its file is gone')}`
        : other.has(name)
          ? `  ${colors.red('its file has changed since')}`
          : '';
      return `${colors.green('applied')}  ${escapeControlChars(name)}  ${when}${note}`;
    }),
    ...pending.map((name) => {
      const note = late.has(name) ? `  ${colors.red('out of order: a later one has run')}` : '';
      return `${colors.yellow('pending')}  ${escapeControlChars(name)}${note}`;
    }),
  ];
  const summary = [
    `${applied.length} applied`,
    `${pending.length} pending`,
    ...(late.size > 0 ? [`${late.size} out of order`] : []),
    ...(other.size > 0 ? [`${other.size} changed`] : []),
    ...(gone.size > 0 ? [`${gone.size} without a file`] : []),
  ].join(', ');
  return `${[...lines, summary].join('\n')}\n`;
}
