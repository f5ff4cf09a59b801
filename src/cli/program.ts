import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type CliContext, type CommandRunner, colorsFor } from './context.ts';
import { addHelpTexts } from './help-texts.ts';
import { addMigrate } from './migrate-commands.ts';

/**
 * The command line: names, arguments, options and help texts. Every action loads its own file, so that
 * `--help` and `--version` load none of them. Throws CommanderError instead of exiting.
 */
export function createProgram(io: CliContext, finish: CommandRunner): Command {
  const program = new Command('nodrift')
    .description('Typed SQL for TypeScript and PostgreSQL: .sql files in, typed query functions out.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .option(
      '-c, --config <path>',
      'configuration file (default: nodrift.config.json, nodrift.config.ts or pgtyped.config.json, here or above)',
    )
    .option('--url <url>', 'database to connect to (default: the configuration, then DATABASE_URL)')
    // PgTyped's name for it.
    .addOption(new Option('--uri <url>').hideHelp())
    .on('option:uri', (url: string) => program.setOptionValueWithSource('url', url, 'cli'))
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => colorsFor(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => colorsFor(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .showHelpAfterError('(see --help)')
    .addHelpText('beforeAll', ({ error, command }) => (error ? '' : refuseUnknown(command)));

  flowCommand(program, 'generate', 'analyse the queries and write the modules that call them')
    .argument('[files...]', 'write only the modules of these .sql files')
    .option('-f, --file <path>', 'the same as an argument, as PgTyped spells it')
    .addOption(new Option('-w, --watch').hideHelp())
    .option('--keep-going', 'write the healthy queries even if others are broken; the exit code is still 1')
    .option('--dry-run', 'print what would be written and removed, and leave it')
    .addOption(jsonReport())
    .addOption(quiet())
    .action((files: string[], _options, command: Command) =>
      finish(
        import('./generate.ts').then(({ runGenerate }) => runGenerate(files, command.optsWithGlobals(), io)),
      ),
    );

  flowCommand(program, 'check', 'fail with a diff if a generated module is out of date')
    .option('--full', 'analyse everything, even if nothing changed since the last successful run')
    .option('--keep-going', 'compare with what `generate --keep-going` would write')
    .addOption(jsonReport())
    .addOption(quiet())
    .action((_options, command: Command) =>
      finish(import('./check.ts').then(({ runCheck }) => runCheck(command.optsWithGlobals(), io))),
    );

  flowCommand(program, 'inspect', 'print the analysis of the queries')
    .argument('[files...]', 'only the queries of these .sql files')
    .option('--json', 'as JSON; the package has its format in docs/inspect.schema.json')
    .action((files: string[], _options, command: Command) =>
      finish(
        import('./inspect.ts').then(({ runInspect }) => runInspect(files, command.optsWithGlobals(), io)),
      ),
    );

  program
    .command('init')
    .description('add a small working project to the npm package in this folder; overwrites nothing')
    .action(() => finish(import('./init.ts').then(({ init }) => init(io))));

  addImpact(program, io, finish);
  addLive(program, io, finish);
  addMigrate(program, io, finish);
  addHelpTexts(program);
  return program;
}

function flowCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option(
      '--as-is',
      'analyse the existing schema of the named database, read-only, instead of a migrated scratch one',
    );
}

function jsonReport(): Option {
  return new Option('--json', 'as JSON, errors too; its format is docs/run.schema.json').conflicts('quiet');
}

function quiet(): Option {
  return new Option('-q, --quiet', 'print errors and warnings only');
}

function addImpact(program: Command, io: CliContext, finish: CommandRunner): void {
  const scopes = ['since', 'pending', 'migration'];
  const formats = ['json', 'markdown', 'github'];
  const others = (names: readonly string[], name: string) => names.filter((one) => one !== name);
  const scope = (flags: string, name: string, description: string) =>
    new Option(flags, description).conflicts(others(scopes, name));
  const format = (name: string, description: string) =>
    new Option(`--${name}`, description).conflicts(others(formats, name));
  program
    .command('impact')
    .description('report how migrations affect queries, and fail if they break running code')
    .addOption(
      scope('--since <ref>', 'since', 'the migrations that this git commit does not have; its queries run'),
    )
    .addOption(scope('--pending <url>', 'pending', 'the migrations that this database has not run'))
    .addOption(scope('--migration <file>', 'migration', 'this migration; without any of these the last one'))
    .option(
      '--sizes <url>',
      'fail if a migration reads a table with a million rows in this database while queries wait',
    )
    .option(
      '--allow <file=reason>',
      'let this migration break running code or make it wait; can be repeated',
      allowance,
    )
    .addOption(format('json', 'as JSON; its format is docs/impact.schema.json'))
    .addOption(format('markdown', 'as a comment on a pull request'))
    .addOption(format('github', 'as annotations of GitHub Actions'))
    .action((_options, command: Command) =>
      finish(import('./impact.ts').then(({ runImpact }) => runImpact(command.optsWithGlobals(), io))),
    );
}

function allowance(
  text: string,
  previous: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [file = '', reason = ''] = text.split(/=(.*)/s).map((part) => part.trim());
  if (file === '' || reason === '') {
    throw new InvalidArgumentError('It must be the file of a migration, = and the reason.');
  }
  return [...previous, [file, reason]];
}

function addLive(program: Command, io: CliContext, finish: CommandRunner): void {
  program
    .command('verify')
    .description('compare a live database with the migrations and the queries; changes nothing in it')
    .option('--role <name>', 'role whose privileges to check (default: the connecting role)')
    .option('--json', 'as JSON')
    .action((_options, command: Command) =>
      finish(import('./verify.ts').then(({ runVerify }) => runVerify(command.optsWithGlobals(), io))),
    );
  program
    .command('schema')
    .description('print the schema that the migrations make, or the differences between two schemas')
    .argument('[a]', 'with --diff: the URL of a database, a folder of migrations, a .sql file, or a git ref')
    .argument('[b]', 'with --diff: the same')
    .option('--print', 'print the schema as text; the default')
    .option('--diff', 'print how b differs from a')
    .action((a: string | undefined, b: string | undefined, _options, command: Command) =>
      finish(
        import('./schema.ts').then(({ schema }) =>
          schema(
            [a, b].filter((place) => place !== undefined),
            command.optsWithGlobals(),
            io,
          ),
        ),
      ),
    );
}

/** `nodrift migrate nonsense --help` would show the help of `migrate`, and be fine. */
function refuseUnknown(command: Command): string {
  const [name] = command.args;
  if (command.commands.length > 0 && name !== undefined && !/^(help$|-)/.test(name)) {
    command.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' });
  }
  return '';
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  return 'unknown';
}
