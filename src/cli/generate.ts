import { resolve } from 'node:path';
import { generate as run } from '../commands/generate.ts';
import { diagnostic, exitCodeOf, Failure } from '../diagnostic.ts';
import type { Output, OutputState } from '../output/output.ts';
import { configuration } from './configuration.ts';
import { type CliContext, type Colors, colorsFor, type FlowCommandOptions } from './context.ts';
import { displayPath } from './display-path.ts';
import { orphanReason } from './orphan-reason.ts';
import { printDiagnostics } from './print-diagnostics.ts';
import { count, printNotes, withProgress } from './report.ts';

interface GenerateOptions extends FlowCommandOptions {
  readonly file?: string;
  readonly watch?: boolean;
  readonly keepGoing?: boolean;
}

/** `nodrift generate [files...]`: writes the modules, prints a line for each and a closing one. */
export async function runGenerate(
  files: readonly string[],
  options: GenerateOptions,
  io: CliContext,
): Promise<number> {
  if (options.watch === true) throw new Failure(2, [noWatching]);
  const started = performance.now();
  const config = configuration(options, io);
  const wanted = [...files, ...(options.file === undefined ? [] : [options.file])].map((file) =>
    resolve(io.cwd, file),
  );
  const { keepGoing = false } = options;
  const { analysed, outputs, refused } = await withProgress(io, (flow) =>
    run(config, { ...flow, files: wanted, keepGoing }),
  );
  printDiagnostics(refused, config.root, io);
  await printNotes(analysed, io);

  const colors = colorsFor(io.stdout, io.env);
  const queries = new Map(analysed.files.map((file) => [file.output, file.queries.length]));
  const width = Math.max(
    ...outputs.map(({ path }) => displayPath(path, { root: config.root, cwd: io.cwd }).length),
  );
  for (const output of outputs) {
    const path = displayPath(output.path, { root: config.root, cwd: io.cwd });
    const what = contents(output, outputs, queries.get(output.path));
    io.stdout.write(`${wordFor(output.state, colors)}  ${path.padEnd(width)}  ${colors.dim(what)}\n`);
  }

  const total = outputs.reduce((sum, { path }) => sum + (queries.get(path) ?? 0), 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const parts = [
    summary(outputs),
    count(total, 'query', 'queries'),
    ...(refused.length === 0 ? [] : [count(refused.length, 'error')]),
    `${seconds} s`,
    analysed.database,
  ];
  io.stdout.write(`${parts.join(', ')}\n`);
  return refused.length === 0 ? 0 : exitCodeOf(refused);
}

/** PgTyped has the option; a watcher of its own is none of nodrift's business. */
const noWatching = diagnostic({
  message: '--watch: nodrift does not wait for changes itself.',
  hint: 'Let a watcher run it: npx nodemon --ext sql --exec "nodrift generate"',
});

function contents(output: Output, outputs: readonly Output[], queries: number | undefined): string {
  if (output.state === 'orphaned')
    return output.source === null ? 'no longer needed' : orphanReason(output, outputs);
  return queries === undefined ? 'shared types' : count(queries, 'query', 'queries');
}

const words = {
  stale: 'written',
  missing: 'written',
  unchanged: 'unchanged',
  orphaned: 'removed',
  foreign: 'left alone',
} as const satisfies Record<OutputState, string>;

function wordFor(state: OutputState, colors: Colors): string {
  const word = words[state].padEnd('unchanged'.length);
  if (state === 'unchanged') return colors.dim(word);
  return state === 'orphaned' ? colors.yellow(word) : colors.green(word);
}

/** `2 written, 3 unchanged, 1 removed` */
function summary(outputs: readonly Output[]): string {
  return ['written', 'unchanged', 'removed']
    .map((word) => ({ word, number: outputs.filter(({ state }) => words[state] === word).length }))
    .filter(({ word, number }) => number > 0 || word === 'written')
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
}
