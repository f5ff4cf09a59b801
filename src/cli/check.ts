import { exitCodeOf, isInternal } from '../diagnostic.ts';
import { isInCheckCache } from '../output/check-cache.ts';
import { readInputs } from '../project/inputs.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type FlowCommandOptions } from './context.ts';
import { displayPath } from './display-path.ts';

interface CheckOptions extends FlowCommandOptions {
  readonly full?: boolean;
  readonly keepGoing?: boolean;
}

/**
 * `nodrift check`: quiet and 0, or what differs from what generate would write, and 1. Changes no file of the project.
 * Everything that takes long to load is loaded only where no record says that this very tree has passed.
 */
export async function runCheck(options: CheckOptions, io: CliContext): Promise<number> {
  const config = configuration(options, io);
  const { keepGoing = false } = options;
  const inputs = await readInputs(config, { keepGoing });
  if (options.full !== true && (await isInCheckCache(inputs, io.env, keepGoing))) return 0;

  const [{ check: run }, { printNotes, withProgress }] = await Promise.all([
    import('../commands/check.ts'),
    import('./report.ts'),
  ]);
  const { analysed, outputs, refused } = await withProgress(io, (flow) =>
    run(config, { ...flow, inputs, keepGoing }),
  );
  const drifted = outputs.filter(({ state }) => state !== 'unchanged');
  const internal = refused.filter(isInternal);
  if (drifted.length === 0 && internal.length === 0) return 0;

  const { printDiagnostics } = await import('./print-diagnostics.ts');
  printDiagnostics(drifted.length > 0 ? refused : internal, config.root, io);
  await printNotes(analysed, io);
  if (drifted.length === 0) return exitCodeOf(internal);
  const { driftText } = await import('./drift-text.ts');
  const shown = (path: string) => displayPath(path, { root: config.root, cwd: io.cwd });
  const command = refused.length > 0 ? 'nodrift generate --keep-going' : 'nodrift generate';
  io.stdout.write(driftText(outputs, shown, colorsFor(io.stdout, io.env), command));
  return exitCodeOf(internal);
}
