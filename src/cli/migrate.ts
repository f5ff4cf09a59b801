import { relative } from 'node:path';
import {
  migrateRedo as again,
  migrateUp as apply,
  createMigration,
  type MigrationStatus,
  migrationStatus,
  migrateDown as takeBack,
} from '../database/migrate.ts';
import type { MigrationStep } from '../database/node-pg-migrate.ts';
import { interruptible } from '../flow/interrupt.ts';
import type { Config } from '../project/config.ts';
import { configuration } from './configuration.ts';
import { type Colors, colorsFor, type Io } from './io.ts';
import type { GlobalOptions, MigrateOptions } from './program.ts';
import { count, withProgress } from './report.ts';
import { visible } from './visible.ts';

/** `nodrift migrate up [n]`: applies pending migrations; null: all of them. */
export function migrateUp(number: number | null, options: MigrateOptions, io: Io): Promise<number> {
  return steps(options, io, 'applied', (config, dryRun) => apply(config, number, dryRun));
}

/** `nodrift migrate down [n]`: takes the last ones back. */
export function migrateDown(number: number, options: MigrateOptions, io: Io): Promise<number> {
  return steps(options, io, 'reverted', (config, dryRun) => takeBack(config, number, dryRun));
}

/** `nodrift migrate redo`: takes the last one back and applies it again. */
export function migrateRedo(options: MigrateOptions, io: Io): Promise<number> {
  return steps(options, io, 'redone', (config, dryRun) => again(config, dryRun));
}

/** `nodrift migrate status`: which migrations the database has, and which it lacks. */
export async function migrateStatus(options: GlobalOptions, io: Io): Promise<number> {
  const config = configuration(options, io);
  const status = await withProgress(io, ({ signal }) => interruptible(signal, migrationStatus(config)));
  io.stdout.write(statusText(status, colorsFor(io.stdout, io.env)));
  return 0;
}

/** `nodrift migrate create NAME`: writes an empty migration. */
export async function migrateCreate(name: string, options: GlobalOptions, io: Io): Promise<number> {
  const path = await createMigration(configuration(options, io), name);
  io.stdout.write(`${colorsFor(io.stdout, io.env).green('written')}  ${visible(relative(io.cwd, path))}\n`);
  return 0;
}

async function steps(
  options: MigrateOptions,
  io: Io,
  word: string,
  work: (config: Config, options: { readonly dryRun: boolean }) => Promise<readonly MigrationStep[]>,
): Promise<number> {
  const config = configuration(options, io);
  const dryRun = options.dryRun === true;
  const run = await withProgress(io, ({ signal, progress }) => {
    progress?.('migrating');
    return interruptible(signal, work(config, { dryRun }));
  });
  const colors = colorsFor(io.stdout, io.env);
  if (run.length === 0) io.stdout.write('Nothing to do.\n');
  else if (dryRun)
    io.stdout.write(run.map(({ name, sql }) => `-- ${visible(name)}\n${visible(sql)}\n\n`).join(''));
  else {
    // To redo is two steps with one migration.
    const names = [...new Set(run.map(({ name }) => name))];
    for (const name of names) io.stdout.write(`${colors.green(word)}  ${visible(name)}\n`);
    io.stdout.write(`${count(names.length, 'migration')} ${word}\n`);
  }
  return 0;
}

function statusText({ applied, pending, missing }: MigrationStatus, colors: Colors): string {
  const gone = new Set(missing);
  const lines = [
    ...applied.map(({ name, runOn }) => {
      const when = colors.dim(runOn.toISOString().replace(/\.\d+Z$/, 'Z'));
      const note = gone.has(name) ? `  ${colors.red('its file is gone')}` : '';
      return `${colors.green('applied')}  ${visible(name)}  ${when}${note}`;
    }),
    ...pending.map((name) => `${colors.yellow('pending')}  ${visible(name)}`),
  ];
  const summary = `${applied.length} applied, ${pending.length} pending`;
  return `${[...lines, summary].join('\n')}\n`;
}
