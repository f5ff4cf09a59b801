import { resolve } from 'node:path';
import { inspect as run } from '../commands/inspect.ts';
import { exitCodeOf, isInternal } from '../diagnostic.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type FlowCommandOptions } from './context.ts';
import { inspectionText } from './inspection-text.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { printNotes, withProgress } from './report.ts';

interface InspectOptions extends FlowCommandOptions {
  readonly json?: boolean;
}

/** `nodrift inspect [--json] [files...]`: what the analysis found out; 1 if there are errors, 70 if one is internal. */
export async function runInspect(
  files: readonly string[],
  options: InspectOptions,
  io: CliContext,
): Promise<number> {
  const config = configuration(options, io);
  const wanted = files.map((file) => resolve(io.cwd, file));
  const inspected = await withProgress(io, (flow) => run(config, { ...flow, files: wanted }));
  const { inspection, analysed, diagnostics } = inspected;
  await printNotes(analysed, config.root, io);
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
