import { Option } from 'commander';
import type { Verification } from '../commands/verification.ts';
import { exitCodeOf } from '../diagnostic.ts';
import { cliCommand } from './command.ts';
import { type CliContext, colorsFor, type GlobalOptions, withProgress, writeNotes } from './terminal.ts';

interface VerifyCommandOptions extends GlobalOptions {
  readonly role?: string;
  readonly engine?: 'citus';
  readonly json?: boolean;
}

export const verifyCommand = cliCommand<[], VerifyCommandOptions>({
  name: 'verify',
  description: 'compare a live database with the migrations and the queries; changes nothing in it',
  examples: [
    ['verify --url postgres://localhost/app', 'after a deployment'],
    ['verify --role app', 'with the privileges of this role'],
    ['verify --engine citus', 'and the distribution of the tables'],
  ],
  failing: 'the database differs from the migrations, or queries fail there',
  declare: (command) =>
    command
      .option('--role <name>', 'role whose privileges to check (default: the connecting role)')
      .addOption(
        new Option('--engine <engine>', 'compare what nodrift.distribution says with this engine').choices([
          'citus',
        ]),
      )
      .option('--json', 'print JSON'),
  run: (_args, options, io) => runVerify(options, io),
});

/** `nodrift verify`: one line and 0 where a live database is what the migrations make, or what is not so, and 1. */
async function runVerify(options: VerifyCommandOptions, io: CliContext): Promise<number> {
  const [
    { configuration, liveConnection },
    { verify },
    { verificationHolds },
    { verificationJson },
    { verificationText },
    { printDiagnostics },
  ] = await Promise.all([
    import('./configuration.ts'),
    import('../commands/verify.ts'),
    import('../commands/verification.ts'),
    import('./verification-json.ts'),
    import('./verification-text.ts'),
    import('./print-diagnostics.ts'),
  ]);
  const config = await configuration({ config: options.config }, io);
  const connection = await liveConnection(options, io);
  const found = await withProgress(io, (flow) =>
    verify(config, {
      ...flow,
      connection,
      role: options.role ?? null,
      citus: options.engine === 'citus',
    }),
  );
  const exitCode = verificationHolds(found) ? 0 : exitCodeOf(found.internalErrors);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(verificationJson(found), null, 2)}\n`);
    printDiagnostics(found.internalErrors, config.root, io);
    return exitCode;
  }
  writeNotes(notesOf(found), io);
  io.stdout.write(verificationText(found, colorsFor(io.stdout, io.env)));
  printDiagnostics([...found.broken, ...found.internalErrors], config.root, io);
  return exitCode;
}

function notesOf({ notes, edited, waiting }: Verification): readonly string[] {
  return [
    ...notes,
    ...edited.map((name) => `The file of ${name} was changed after it had been applied.`),
    ...waiting.map(({ message }) => `Until the pending migrations are applied: ${message}`),
  ];
}
