import { type Diagnostic, diagnostic, exitCodeOf, isInternal } from '../diagnostic.ts';
import type { Output } from '../output/output.ts';
import type { RunReport } from '../output/run-report.ts';
import { cliCommand, declareAsIs, declareReport, watchOption } from './command.ts';
import {
  type CliContext,
  colorsFor,
  displayPath,
  type FlowCommandOptions,
  isForPrograms,
  type ReportOptions,
  withProgress,
} from './terminal.ts';

interface CheckOptions extends FlowCommandOptions, ReportOptions {
  readonly full?: boolean;
  readonly keepGoing?: boolean;
  readonly watch?: boolean;
}

export const checkCommand = cliCommand<[], CheckOptions>({
  name: 'check',
  description: 'fail with a diff if a generated module is out of date',
  examples: [
    ['check', 'print nothing if all modules are up to date'],
    ['check --full', 'even if nothing changed since the last success'],
  ],
  failing: 'modules are stale, missing or orphaned, or queries or migrations are broken',
  declare(command) {
    declareAsIs(command);
    command
      .option('--full', 'analyse everything, even if nothing changed since the last successful run')
      .option('--keep-going', 'compare with what `generate --keep-going` would write')
      .addOption(watchOption().conflicts(['full', 'json', 'format']));
    declareReport(command);
  },
  run: (_args, options, io) => runCheck(options, io),
});

/**
 * `nodrift check`: quiet and 0, or what differs from what generate would write, and 1. Changes no file of the project.
 * Everything that takes long to load is loaded only if no record says that this tree has passed.
 */
async function runCheck(options: CheckOptions, io: CliContext): Promise<number> {
  if (options.watch === true) {
    const [{ runWatch }, { check: run }] = await Promise.all([
      import('./watch.ts'),
      import('../commands/check.ts'),
    ]);
    return runWatch({ run, writes: false, files: [] }, options, io);
  }
  if (isForPrograms(options)) {
    const [{ reportOf }, { printReport }] = await Promise.all([
      import('../output/run-report.ts'),
      import('./print-report.ts'),
    ]);
    const run = async () => {
      const found = await compared(options, io);
      return 'cached' in found ? found.cached : reportOf(found);
    };
    return printReport(options, io, {
      run,
      exitCodeOf: ({ files, errors }) => exitCodeFor(files, errors.filter(isInternal)),
      drift,
    });
  }
  const found = await compared(options, io);
  if ('cached' in found) return 0;
  const { analysed, outputs, refused } = found;
  const internal = refused.filter(isInternal);
  const exitCode = exitCodeFor(outputs, internal);
  if (exitCode === 0) return 0;

  const drifted = outputs.some(({ state }) => state !== 'unchanged');
  const { root } = analysed.config;
  const { printDiagnostics, printNotes } = await import('./print-diagnostics.ts');
  printDiagnostics(drifted ? refused : internal, root, io);
  printNotes(analysed, root, io);
  if (!drifted || options.quiet === true) return exitCode;
  const { driftText } = await import('./drift-text.ts');
  const shown = (path: string) => displayPath(path, { root, cwd: io.cwd });
  const command = refused.length > 0 ? 'nodrift generate --keep-going' : 'nodrift generate';
  io.stdout.write(driftText(outputs, shown, colorsFor(io.stdout, io.env), command));
  return exitCode;
}

/** What differs from what generate would write. */
function drift({ files }: Pick<RunReport, 'files'>): readonly Diagnostic[] {
  return files
    .filter(({ state }) => state !== 'unchanged')
    .map(({ file, state }) => {
      const message = `This generated file is ${state}.`;
      return diagnostic({ file, code: 'ND6005', message, hint: 'Run `nodrift generate`.' });
    });
}

/** Queries that are still refused are no failure. */
function exitCodeFor(files: readonly Pick<Output, 'state'>[], internal: readonly Diagnostic[]): number {
  const upToDate = files.every(({ state }) => state === 'unchanged');
  return upToDate && internal.length === 0 ? 0 : exitCodeOf(internal);
}

async function compared(options: CheckOptions, io: CliContext) {
  const [{ configuration }, { readInputs }, { readCheckCache }] = await Promise.all([
    import('./configuration.ts'),
    import('../project/inputs.ts'),
    import('../output/check-cache.ts'),
  ]);
  const config = await configuration(options, io);
  const { keepGoing = false } = options;
  const inputs = await readInputs(config, { keepGoing });
  const cached = options.full === true ? null : await readCheckCache(inputs, io.env, keepGoing);
  if (cached !== null) return { cached };

  const { check } = await import('../commands/check.ts');
  return withProgress(io, (flow) => check(config, { ...flow, inputs, keepGoing }));
}
