import { type Command, Option } from 'commander';
import type { CliContext, CommandRunner } from './terminal.ts';

/** Where a project that depends on nodrift has its documentation. */
export const ownDocs = 'node_modules/nodrift/docs';

interface Help {
  /** Command lines without `nodrift`, and what they are for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** What the exit code 1 means; null: the command never exits with 1. */
  readonly failing: string | null;
}

interface CommandSpec<Args extends readonly unknown[], Options> extends Help {
  readonly name: string;
  readonly description: string;
  /** Adds its arguments and options. */
  readonly declare?: (command: Command) => void;
  /** Its work, which loads its code only now; returns the exit code. */
  readonly run: (args: Args, options: Options, io: CliContext) => Promise<number>;
}

/** Adds a command to the program, or to the command that it belongs to. */
export type AddCommand = (parent: Command, io: CliContext, finish: CommandRunner) => void;

/** A command, with its arguments, options, help and work. `program.ts` lists all of them. */
export function cliCommand<Args extends readonly unknown[], Options>(
  spec: CommandSpec<Args, Options>,
): AddCommand {
  return (parent, io, finish) => {
    const command = parent.command(spec.name).description(spec.description);
    spec.declare?.(command);
    addHelp(command, spec);
    // Commander passes the options and the command behind the arguments.
    command.action((...passed: unknown[]) => {
      const args = passed.slice(0, -2) as readonly unknown[] as Args;
      return finish(spec.run(args, command.optsWithGlobals() as Options, io));
    });
  };
}

/** Adds examples and exit codes to the help of a command. */
export function addHelp(command: Command, { examples, failing }: Help): void {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  nodrift ${line.padEnd(width)}  ${purpose}`);
  const codes = [
    '0 success',
    ...(failing === null ? [] : [`1 ${failing}`]),
    '2 usage or configuration',
    ...(failing === null ? [] : ['3 database unreachable']),
    '70 a bug in nodrift',
  ];
  const sections = [
    `Examples:\n${lines.join('\n')}\n`,
    `Exit codes: ${codes.join(', ')}.`,
    'Interrupted: 130 by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.',
  ];
  const page = command.parent === null ? '' : `#${topOf(command).name()}`;
  const documentation = `Documentation: ${ownDocs}/cli.md${page}, ${ownDocs}/errors.md.`;
  command.addHelpText('after', `\n${[...sections, documentation].join('\n')}`);
}

/** The command of the program that a command is, or belongs to. */
function topOf(command: Command): Command {
  return command.parent?.parent ? topOf(command.parent) : command;
}

/** An option of the commands that analyse the queries. */
export function declareAsIs(command: Command): void {
  command.option(
    '--as-is',
    'analyse the existing schema of the named database, read-only, instead of a migrated scratch one',
  );
}

/** For the commands that can run again and again. */
export function watchOption(): Option {
  return new Option('-w, --watch', 'run again after each change of the project, until Ctrl-C');
}

/** Options of the commands that compare or write all modules. */
export function declareReport(command: Command): void {
  command
    .addOption(
      new Option('--json', `print JSON, errors included; its format: ${ownDocs}/run.schema.json`).conflicts(
        'quiet',
      ),
    )
    .addOption(
      new Option(
        '--format <format>',
        'print annotations for GitHub Actions, SARIF 2.1.0, or JSON as --json does',
      )
        .choices(['text', 'json', 'github', 'sarif'])
        .conflicts(['json', 'quiet']),
    )
    .option('-q, --quiet', 'print errors and warnings only');
}
