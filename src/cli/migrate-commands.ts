import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext, CommandRunner } from './context.ts';

/** Adds `nodrift migrate` and its commands. */
export function addMigrate(program: Command, io: CliContext, finish: CommandRunner): void {
  const migrate = program
    .command('migrate')
    .description('apply or revert migrations on the database that --url or DATABASE_URL names');
  type Room = typeof import('./migrate.ts');
  const run = (work: (room: Room) => Promise<number>) => finish(import('./migrate.ts').then(work));
  const dryRun = ['--dry-run', 'print the SQL, change nothing'] as const;
  const changing = (name: string, description: string) =>
    migrate
      .command(name)
      .description(description)
      .option(...dryRun)
      .option('--wait <seconds>', 'how long to wait for another migration in progress', positiveInteger);

  changing('up', 'apply pending migrations')
    .argument('[n]', 'how many (default: all)', positiveInteger)
    .action((count: number | undefined, _options, command: Command) =>
      run((room) => room.runMigrateUp(count ?? null, command.optsWithGlobals(), io)),
    );
  changing('down', 'revert the latest migrations')
    .argument('[n]', 'how many', positiveInteger, 1)
    .action((count: number, _options, command: Command) =>
      run((room) => room.runMigrateDown(count, command.optsWithGlobals(), io)),
    );
  changing('redo', 'revert the latest migration and apply it again').action((_options, command: Command) =>
    run((room) => room.runMigrateRedo(command.optsWithGlobals(), io)),
  );
  migrate
    .command('status')
    .description('list applied and pending migrations')
    .action((_options, command: Command) => run((room) => room.migrateStatus(command.optsWithGlobals(), io)));
  migrate
    .command('verify')
    .description('run each migration up, down and up again on a scratch database, and compare')
    .option('--allow-irreversible', 'do not fail for migrations without a down migration')
    .action((_options, command: Command) =>
      finish(import('./migrate-verify.ts').then((room) => room.migrateVerify(command.optsWithGlobals(), io))),
    );
  migrate
    .command('create')
    .description('add an empty migration file')
    .argument('<name>', 'the name, for example add-users')
    .action((name: string, _options, command: Command) =>
      run((room) => room.migrateCreate(name, command.optsWithGlobals(), io)),
    );
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return value;
}
