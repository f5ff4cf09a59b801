import { resolve } from 'node:path';
import { exitCodeOf, isInternal } from '../diagnostic.ts';
import { cliCommand, declareAsIs, ownDocs } from './command.ts';
import { type CliContext, colorsFor, type FlowCommandOptions, withProgress } from './terminal.ts';

interface InspectOptions extends FlowCommandOptions {
  readonly json?: boolean;
}

export const inspectCommand = cliCommand<[files: string[]], InspectOptions>({
  name: 'inspect',
  description: 'print the analysis of the queries',
  examples: [
    ['inspect queries/cars.sql', 'the queries of one file'],
    ['inspect --json', 'everything, for programs'],
  ],
  failing: 'queries or migrations are broken',
  declare(command) {
    declareAsIs(command);
    command
      .argument('[files...]', 'only the queries of these .sql files')
      .option('--json', `print JSON; its format: ${ownDocs}/inspect.schema.json`);
  },
  run: ([files], options, io) => runInspect(files, options, io),
});

/** `nodrift inspect [--json] [files...]`: what the analysis found out; 1 if there are errors, 70 if one is internal. */
async function runInspect(
  files: readonly string[],
  options: InspectOptions,
  io: CliContext,
): Promise<number> {
  const [{ configuration }, { inspect }, { inspectionText }, { printDiagnostics, printNotes }] =
    await Promise.all([
      import('./configuration.ts'),
      import('../commands/inspect.ts'),
      import('./inspection-text.ts'),
      import('./print-diagnostics.ts'),
    ]);
  const config = await configuration(options, io);
  const wanted = files.map((file) => resolve(io.cwd, file));
  const inspected = await withProgress(io, (flow) => inspect(config, { ...flow, files: wanted }));
  const { inspection, analysed, diagnostics } = inspected;
  printNotes(analysed, config.root, io);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(inspection, null, 2)}\n`);
    // The format has no place for a stack trace.
    printDiagnostics(diagnostics.filter(isInternal), config.root, io);
  } else {
    io.stdout.write(inspectionText(inspection, colorsFor(io.stdout, io.env)));
    printDiagnostics(diagnostics, config.root, io);
  }
  return diagnostics.length > 0 ? exitCodeOf(diagnostics) : 0;
}
