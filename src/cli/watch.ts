import { resolve } from 'node:path';
import type { Compared, FlowOptions } from '../commands/pipeline.ts';
import { type WatchedRun, watchProject } from '../commands/watch.ts';
import { reportOf } from '../output/run-report.ts';
import type { Config } from '../project/config.ts';
import { configFolder } from '../project/find-config.ts';
import { configuration } from './configuration.ts';
import { driftText } from './drift-text.ts';
import { failureOf } from './failure-of.ts';
import { printDiagnostics, printNotes } from './print-diagnostics.ts';
import {
  type CliContext,
  colorsFor,
  count,
  displayPath,
  escapeControlChars,
  type FlowCommandOptions,
} from './terminal.ts';

export interface WatchCommandOptions extends FlowCommandOptions {
  readonly keepGoing?: boolean;
  readonly quiet?: boolean;
}

/** One command, again and again. */
interface Watched {
  readonly run: (config: Config, options: FlowOptions) => Promise<Compared>;
  /** Whether it writes what it finds out of date. */
  readonly writes: boolean;
  /** As the command line names them. */
  readonly files: readonly string[];
}

/**
 * `--watch`: runs a command after each change of the project, and prints what changed, or what is wrong, and a status
 * line. Returns only by rejecting.
 */
export async function runWatch(
  { run, writes, files }: Watched,
  options: WatchCommandOptions,
  io: CliContext,
): Promise<never> {
  let said = '';
  return watchProject({
    signal: io.signal,
    env: io.env,
    folder: configFolder(io.cwd, options.config),
    files: files.map((file) => resolve(io.cwd, file)),
    keepGoing: options.keepGoing === true,
    load: () => configuration(options, io),
    failureOf: (error) => failureOf(error, io.cwd),
    run,
    writes,
    onRun: async (ended) => {
      const { key, news, print, status } = describe(ended, writes, io);
      if (key === said && !news) return;
      said = key;
      await print(options.quiet === true);
      if (options.quiet === true) return;
      io.stdout.write(`${status}, ${ended.seconds.toFixed(2)} s; watching for changes\n`);
    },
  });
}

/** What there is to say of a run. */
interface Described {
  /** Equal to that of another run that ended in the same way. */
  readonly key: string;
  /** For the status line. */
  readonly status: string;
  /** Whether something was written or removed. */
  readonly news: boolean;
  readonly print: (quiet: boolean) => Promise<void>;
}

function describe(ended: WatchedRun, writes: boolean, io: CliContext): Described {
  const root = ended.config?.root ?? io.cwd;
  if ('failure' in ended) {
    const { diagnostics, footnote } = ended.failure;
    return {
      key: JSON.stringify([diagnostics, footnote]),
      status: `${count(diagnostics.length, 'error')}${writes ? ', nothing written' : ''}`,
      news: false,
      async print() {
        printDiagnostics(diagnostics, root, io);
        if (footnote !== null) io.stderr.write(`\n${escapeControlChars(footnote)}\n`);
      },
    };
  }
  const { compared } = ended;
  const { files, errors, warnings, notes } = reportOf(compared);
  const changed = files.filter(({ state }) => state !== 'unchanged');
  const queries = files.reduce((sum, one) => sum + (one.queries ?? 0), 0);
  const done = writes ? 'written' : 'out of date';
  const parts = [
    changed.length === 0 ? 'up to date' : `${changed.length} ${done}`,
    count(queries, 'query', 'queries'),
    ...(errors.length === 0 ? [] : [count(errors.length, 'error')]),
  ];
  return {
    key: JSON.stringify([errors, warnings, notes, queries, writes ? null : changed]),
    news: writes && changed.length > 0,
    status: parts.join(', '),
    async print(quiet) {
      printDiagnostics(errors, root, io);
      printNotes({ notes, warnings }, root, io);
      if (quiet || changed.length === 0) return;
      const shown = (path: string) => displayPath(path, { root, cwd: io.cwd });
      const colors = colorsFor(io.stdout, io.env);
      if (writes) {
        for (const { file, state } of changed)
          io.stdout.write(`${state === 'orphaned' ? 'removed' : 'written'}  ${shown(file)}\n`);
      } else {
        const command = `nodrift generate${errors.length > 0 ? ' --keep-going' : ''}`;
        io.stdout.write(driftText(compared.outputs, shown, colors, command));
      }
    },
  };
}
