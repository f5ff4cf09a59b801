import { type Diagnostic, exitCodeOf, isInternal } from '../diagnostic.ts';
import { readCheckCache } from '../output/check-cache.ts';
import type { Output } from '../output/output.ts';
import { reportOf } from '../output/run-report.ts';
import { readInputs } from '../project/inputs.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type FlowCommandOptions } from './context.ts';
import { displayPath } from './display-path.ts';

interface CheckOptions extends FlowCommandOptions {
  readonly full?: boolean;
  readonly json?: boolean;
  readonly keepGoing?: boolean;
  readonly quiet?: boolean;
}

/**
 * `nodrift check`: quiet and 0, or what differs from what generate would write, and 1. Changes no file of the project.
 * Everything that takes long to load is loaded only where no record says that this very tree has passed.
 */
export async function runCheck(options: CheckOptions, io: CliContext): Promise<number> {
  if (options.json === true) {
    const { printJsonReport } = await import('./report-json.ts');
    const run = async () => {
      const found = await compared(options, io);
      return 'passed' in found ? found.passed : reportOf(found);
    };
    return printJsonReport(io, run, ({ files, errors }) => exitCodeFor(files, errors.filter(isInternal)));
  }
  const found = await compared(options, io);
  if ('passed' in found) return 0;
  const { analysed, outputs, refused } = found;
  const internal = refused.filter(isInternal);
  const exitCode = exitCodeFor(outputs, internal);
  if (exitCode === 0) return 0;

  const drifted = outputs.some(({ state }) => state !== 'unchanged');
  const { root } = analysed.config;
  const [{ printDiagnostics }, { printNotes }] = await Promise.all([
    import('./print-diagnostics.ts'),
    import('./report.ts'),
  ]);
  printDiagnostics(drifted ? refused : internal, root, io);
  await printNotes(analysed, root, io);
  if (!drifted || options.quiet === true) return exitCode;
  const { driftText } = await import('./drift-text.ts');
  const shown = (path: string) => displayPath(path, { root, cwd: io.cwd });
  const command = refused.length > 0 ? 'nodrift generate --keep-going' : 'nodrift generate';
  io.stdout.write(driftText(outputs, shown, colorsFor(io.stdout, io.env), command));
  return exitCode;
}

/** Queries that are still refused are no failure. */
function exitCodeFor(files: readonly Pick<Output, 'state'>[], internal: readonly Diagnostic[]): number {
  const upToDate = files.every(({ state }) => state === 'unchanged');
  return upToDate && internal.length === 0 ? 0 : exitCodeOf(internal);
}

async function compared(options: CheckOptions, io: CliContext) {
  const config = configuration(options, io);
  const { keepGoing = false } = options;
  const inputs = await readInputs(config, { keepGoing });
  const passed = options.full === true ? null : await readCheckCache(inputs, io.env, keepGoing);
  if (passed !== null) return { passed };

  const [{ check: run }, { withProgress }] = await Promise.all([
    import('../commands/check.ts'),
    import('./report.ts'),
  ]);
  return withProgress(io, (flow) => run(config, { ...flow, inputs, keepGoing }));
}
