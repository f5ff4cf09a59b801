import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { checkCommand } from './check.ts';
import { addHelp } from './command.ts';
import { completionCommand } from './completion.ts';
import { generateCommand } from './generate.ts';
import { impactCommand } from './impact.ts';
import { initCommand } from './init.ts';
import { inspectCommand } from './inspect.ts';
import { migrateCommand } from './migrate.ts';
import { schemaCommand } from './schema.ts';
import { type CliContext, type CommandRunner, colorsFor } from './terminal.ts';
import { verifyCommand } from './verify.ts';

/** In the order of the help. */
const commands = [
  generateCommand,
  checkCommand,
  inspectCommand,
  initCommand,
  impactCommand,
  verifyCommand,
  schemaCommand,
  migrateCommand,
  completionCommand,
];

/**
 * The command line. A command's file has its arguments, options and help, and loads its work only where it runs, so
 * that `--help` and `--version` load none of it. Throws CommanderError instead of exiting.
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
      outputError: (text, write) => write(usageError(text)),
      getOutHasColors: () => colorsFor(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => colorsFor(io.stderr, io.env).isColorSupported,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('beforeAll', ({ error, command }) => (error ? '' : refuseUnknown(command)));

  addHelp(program, {
    examples: [
      ['init', 'begin'],
      ['generate', 'after each change of queries or migrations'],
      ['check', 'in CI'],
    ],
    failing: 'stale or broken queries or migrations',
  });
  for (const add of commands) add(program, io, finish);
  return program;
}

/** Commander's message as other errors are printed. */
function usageError(text: string): string {
  const [, message = text, suggestion] = /^error: (.*?)(?:\n\((Did you mean .*\?)\))?\n$/s.exec(text) ?? [];
  return `error ND1001: ${message}\n  hint: ${suggestion === undefined ? '' : `${suggestion} `}See --help.\n`;
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
