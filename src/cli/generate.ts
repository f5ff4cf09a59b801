import { resolve } from 'node:path';
import { exitCodeOf } from '../diagnostic.ts';
import type { OutputState } from '../output/output.ts';
import type { ReportedFile, RunReport } from '../output/run-report.ts';
import type { Config } from '../project/config.ts';
import { factoriesPath, tableSchemasPath } from '../project/generated-paths.ts';
import { cliCommand, declareAsIs, declareReport, watchOption } from './command.ts';
import { orphanReason } from './orphan-reason.ts';
import {
  type CliContext,
  type Colors,
  colorsFor,
  count,
  displayPath,
  type FlowCommandOptions,
  isForPrograms,
  type ReportOptions,
  withProgress,
} from './terminal.ts';

interface GenerateOptions extends FlowCommandOptions, ReportOptions {
  readonly file?: string;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly keepGoing?: boolean;
}

export const generateCommand = cliCommand<[files: string[]], GenerateOptions>({
  name: 'generate',
  description: 'analyse the queries and write the modules that call them',
  examples: [
    ['generate', 'all modules'],
    ['generate --watch', 'after each save'],
    ['generate queries/cars.sql', 'the module of one file'],
    ['generate --url postgres://localhost/app --as-is', 'for the existing schema of a database'],
  ],
  failing: 'queries or migrations are broken, nothing is written',
  declare(command) {
    declareAsIs(command);
    command
      .argument('[files...]', 'write only the modules of these .sql files')
      .option('-f, --file <path>', 'the same as an argument, as PgTyped spells it')
      .addOption(watchOption().conflicts(['dryRun', 'json', 'format']))
      .option('--keep-going', 'write the healthy queries even if others are broken; the exit code is still 1')
      .option('--dry-run', 'print what would be written and removed; change nothing');
    declareReport(command);
  },
  run: ([files], options, io) => runGenerate(files, options, io),
});

/** `nodrift generate [files...]`: writes the modules, prints a line for each and a closing one. */
async function runGenerate(
  files: readonly string[],
  options: GenerateOptions,
  io: CliContext,
): Promise<number> {
  if (options.watch === true) {
    const [{ runWatch }, { generate: run }] = await Promise.all([
      import('./watch.ts'),
      import('../commands/generate.ts'),
    ]);
    return runWatch({ run, writes: true, files: filesNamed(files, options) }, options, io);
  }
  const started = performance.now();
  const { configuration } = await import('./configuration.ts');
  if (isForPrograms(options)) {
    const run = async () => reportOn(files, options, await configuration(options, io), io);
    const { printReport } = await import('./print-report.ts');
    return printReport(options, io, { run, exitCodeOf: exitCodeOfReport });
  }
  const config = await configuration(options, io);
  const report = await reportOn(files, options, config, io);
  const exitCode = exitCodeOfReport(report);
  if (exitCode !== 0 || report.notes.length > 0 || report.warnings.length > 0) {
    const { printDiagnostics, printNotes } = await import('./print-diagnostics.ts');
    if (exitCode !== 0) printDiagnostics(report.errors, config.root, io);
    printNotes(report, config.root, io);
  }
  if (options.quiet === true) return exitCode;
  const seconds = (performance.now() - started) / 1000;
  io.stdout.write(reportText(report, seconds, options.dryRun === true, { config, io }));
  return exitCode;
}

function exitCodeOfReport({ errors }: RunReport): number {
  return errors.length === 0 ? 0 : exitCodeOf(errors);
}

function filesNamed(files: readonly string[], { file }: GenerateOptions): readonly string[] {
  return file === undefined ? files : [...files, file];
}

/**
 * Everything that takes long to load is loaded only if no record says that this tree has passed: then there is
 * nothing to write.
 */
async function reportOn(
  files: readonly string[],
  options: GenerateOptions,
  config: Config,
  io: CliContext,
): Promise<RunReport> {
  const wanted = filesNamed(files, options).map((file) => resolve(io.cwd, file));
  const [{ readInputs }, { readCheckCache }] = await Promise.all([
    import('../project/inputs.ts'),
    import('../output/check-cache.ts'),
  ]);
  const { dryRun = false, keepGoing = false } = options;
  const inputs = await readInputs(config, { keepGoing });
  const cached = wanted.length === 0 ? await readCheckCache(inputs, io.env, keepGoing) : null;
  if (cached !== null) return cached;

  const [{ generate }, { reportOf }] = await Promise.all([
    import('../commands/generate.ts'),
    import('../output/run-report.ts'),
  ]);
  return reportOf(
    await withProgress(io, (flow) => generate(config, { ...flow, inputs, dryRun, keepGoing, files: wanted })),
  );
}

interface ReportContext {
  readonly config: Config;
  readonly io: CliContext;
}

/** A line for each file, and the sums. */
function reportText(
  { files, errors, database }: RunReport,
  seconds: number,
  dryRun: boolean,
  { config, io }: ReportContext,
): string {
  const colors = colorsFor(io.stdout, io.env);
  const words = dryRun ? wordsOfDryRun : wordsOfRun;
  const shown = files.map((one) => ({
    ...one,
    path: displayPath(one.file, { root: config.root, cwd: io.cwd }),
  }));
  const width = Math.max(...shown.map(({ path }) => path.length));
  const longest = Math.max(...[words.missing, words.unchanged, words.orphaned].map((word) => word.length));
  const lines = shown.map((one) => {
    const word = colored(words[one.state].padEnd(longest), one.state, colors);
    return `${word}  ${one.path.padEnd(width)}  ${colors.dim(contents(one, files, config))}\n`;
  });
  const total = files.reduce((sum, { queries }) => sum + (queries ?? 0), 0);
  const sums = [
    summary(files, words),
    count(total, 'query', 'queries'),
    ...(errors.length === 0 ? [] : [count(errors.length, 'error')]),
    `${seconds.toFixed(2)} s`,
    database,
  ];
  return `${lines.join('')}${sums.join(', ')}\n`;
}

function contents(one: ReportedFile, files: readonly ReportedFile[], config: Config): string {
  if (one.state === 'orphaned') return one.source === null ? 'no longer needed' : orphanReason(one, files);
  if (one.queries !== null) return count(one.queries, 'query', 'queries');
  const path = resolve(config.root, one.file);
  if (one.source !== null || path === tableSchemasPath(config)) return 'schemas';
  return path === factoriesPath(config) ? 'factories' : 'shared types';
}

const wordsOfRun = {
  stale: 'written',
  missing: 'written',
  unchanged: 'unchanged',
  orphaned: 'removed',
  foreign: 'left alone',
} as const satisfies Record<OutputState, string>;

const wordsOfDryRun = {
  ...wordsOfRun,
  stale: 'to write',
  missing: 'to write',
  orphaned: 'to remove',
} as const satisfies Record<OutputState, string>;

function colored(word: string, state: OutputState, colors: Colors): string {
  if (state === 'unchanged') return colors.dim(word);
  return state === 'orphaned' ? colors.yellow(word) : colors.green(word);
}

/** `2 written, 3 unchanged, 1 removed` */
function summary(files: readonly ReportedFile[], words: Readonly<Record<OutputState, string>>): string {
  return [words.missing, words.unchanged, words.orphaned]
    .map((word) => ({ word, number: files.filter(({ state }) => words[state] === word).length }))
    .filter(({ word, number }) => number > 0 || word === words.missing)
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
}
