import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { MigrationStep, MigrateOptions as RunOptions } from '../database/migrations/migrate.ts';
import type { MigrationStatus } from '../database/migrations/migration-status.ts';
import type { Config } from '../project/config.ts';
import { type AddCommand, addHelp, cliCommand } from './command.ts';
import { migrateVerifyCommand } from './migrate-verify.ts';
import {
  type CliContext,
  type Colors,
  colorsFor,
  count,
  escapeControlChars,
  type GlobalOptions,
  withProgress,
} from './terminal.ts';

interface MigrateOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  /** In seconds. */
  readonly wait?: number;
}

/** `nodrift migrate` and its commands. */
export const migrateCommand: AddCommand = (program, io, finish) => {
  const migrate = program
    .command('migrate')
    .description('apply or revert migrations on the database that --url or DATABASE_URL names');
  addHelp(migrate, {
    examples: [
      ['migrate status', 'list applied and pending migrations'],
      ['migrate up', 'apply pending migrations'],
    ],
    failing: failedMigration,
  });
  for (const add of [up, down, redo, status, migrateVerifyCommand, create]) add(migrate, io, finish);
};

const failedMigration = 'a migration fails, or another migration is in progress';

const up = cliCommand<[number: number | undefined], MigrateOptions>({
  name: 'up',
  description: 'apply pending migrations',
  examples: [
    ['migrate up', 'all that are pending'],
    ['migrate up 1 --dry-run', 'print the SQL of the next one'],
  ],
  failing: failedMigration,
  declare: (command) => changing(command).argument('[n]', 'how many (default: all)', positiveInteger),
  async run([number], options, io) {
    const { migrateUp } = await import('../database/migrations/migrate.ts');
    return steps(options, io, 'applied', (config, run) => migrateUp(config, number ?? null, run));
  },
});

const down = cliCommand<[number: number], MigrateOptions>({
  name: 'down',
  description: 'revert the latest migrations',
  examples: [['migrate down 2', 'revert the last two']],
  failing: failedMigration,
  declare: (command) => changing(command).argument('[n]', 'how many', positiveInteger, 1),
  async run([number], options, io) {
    const { migrateDown } = await import('../database/migrations/migrate.ts');
    return steps(options, io, 'reverted', (config, run) => migrateDown(config, number, run));
  },
});

const redo = cliCommand<[], MigrateOptions>({
  name: 'redo',
  description: 'revert the latest migration and apply it again',
  examples: [['migrate redo', 'after a change of the last one, on your own database']],
  failing: failedMigration,
  declare: changing,
  async run(_args, options, io) {
    const { migrateRedo } = await import('../database/migrations/migrate.ts');
    return steps(options, io, 'redone', migrateRedo);
  },
});

const status = cliCommand<[], GlobalOptions>({
  name: 'status',
  description: 'list applied and pending migrations',
  examples: [['migrate status --url postgres://localhost/app', 'for this database']],
  failing: 'a file cannot be read as a migration',
  async run(_args, options, io) {
    const [{ configuration }, { migrationStatus }] = await Promise.all([
      import('./configuration.ts'),
      import('../database/migrations/migration-status.ts'),
    ]);
    const config = await configuration(options, io);
    const found = await withProgress(io, ({ signal }) => migrationStatus(config, signal));
    io.stdout.write(statusText(found, colorsFor(io.stdout, io.env)));
    return 0;
  },
});

const create = cliCommand<[name: string], GlobalOptions>({
  name: 'create',
  description: 'add an empty migration file',
  examples: [['migrate create add-users', 'migrations/<time>_add-users.sql']],
  failing: null,
  declare: (command) => command.argument('<name>', 'the name, for example add-users'),
  async run([name], options, io) {
    const [{ configuration }, { createMigration }] = await Promise.all([
      import('./configuration.ts'),
      import('../database/migrations/create-migration.ts'),
    ]);
    const path = await createMigration(await configuration(options, io), name);
    io.stdout.write(
      `${colorsFor(io.stdout, io.env).green('written')}  ${escapeControlChars(relative(io.cwd, path))}\n`,
    );
    return 0;
  },
});

/** Options of the commands that change the database. */
function changing(command: Command): Command {
  return command
    .option('--dry-run', 'print the SQL, change nothing')
    .option('--wait <seconds>', 'how long to wait for another migration in progress', positiveInteger);
}

async function steps(
  options: MigrateOptions,
  io: CliContext,
  word: string,
  work: (config: Config, options: RunOptions) => Promise<readonly MigrationStep[]>,
): Promise<number> {
  const { configuration } = await import('./configuration.ts');
  const config = await configuration(options, io);
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

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return value;
}
