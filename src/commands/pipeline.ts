import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import type { AnalysisMemo } from '../analysis/analysis-memo.ts';
import type { Catalog } from '../analysis/catalog/catalog.ts';
import type { AnalysisOptions } from '../analysis/options.ts';
import type { Module } from '../codegen/module.ts';
import type { Printed, PrintMemo } from '../codegen/print.ts';
import { requiredByCodegen } from '../codegen/required-analysis.ts';
import type { Database } from '../database/database.ts';
import type { PrefixDatabases } from '../database/openers/prefix-database.ts';
import { type Diagnostic, exitCodeOf, Failure } from '../diagnostic.ts';
import { createPause } from '../event-loop.ts';
import type { RowModel } from '../factories/row-model.ts';
import { compareOutputs } from '../output/compare.ts';
import type { Output } from '../output/output.ts';
import { withinProject } from '../output/outside.ts';
import type { Config } from '../project/config.ts';
import type { FileMemo } from '../project/file-memo.ts';
import { type Inputs, readInputs } from '../project/inputs.ts';
import type { QueryFile } from '../project/query-files.ts';
import { readSources, type Source, type SourceMemo } from '../project/read-sources.ts';
import type { RunOptions } from '../run-options.ts';
import type { TableModel } from '../validators/table-model.ts';
import { untilAborted } from './interrupt.ts';
import { scopesOn } from './scope-tables.ts';
import { searchPathNotes } from './search-path.ts';
import { selectFiles } from './selection.ts';
import { refuseMalformedTypes, refuseUnknownTypes } from './type-keys.ts';

/*
 * The flow that all commands share, phase by phase:
 *
 *     Inputs -> Source[] (Statement[]) -> Analysed (Query[]) -> Generated (Module[]) -> Compared (Output[])
 *
 * `inspect` stops at Analysed, `check` at Compared; `generate` writes what was compared. Only the first phase reads the
 * project's files, and only the last one considers the generated ones.
 */

/** A database for the queries, with what is known of it. */
export interface AnalysisDatabase {
  readonly opening: Promise<Database>;
  readonly catalog: Promise<Catalog>;
  /** Absent: nothing is known of earlier runs. */
  readonly memo?: {
    readonly analysis: AnalysisMemo;
    readonly sources: SourceMemo;
    readonly modules: PrintMemo;
  };
  /** Called when the queries are analysed, more than once. */
  close(): Promise<void>;
}

export interface FlowOptions extends RunOptions {
  /** Gives a database that outlives the run; default: a database is opened and closed. */
  readonly open?: (inputs: Inputs, facts: AnalysisOptions) => AnalysisDatabase;
  /** Whether modules are made of the healthy queries where others are refused; inspect always says both. */
  readonly keepGoing?: boolean;
  /** Absolute paths of `.sql` files, or of folders of them, that the command is limited to; all are analysed. */
  readonly files?: readonly string[];
  /** The project's files where they have been read; default: they are read now. */
  readonly inputs?: Inputs;
  /** What was read of the project's files before; default: nothing is known of it. */
  readonly fileMemo?: FileMemo;
  /** Given what records that the run passed, to be called when there is time; default: it is called at once. */
  readonly whenIdle?: (record: () => void) => void;
  /** What the schema was built from in the run before: see OpenOptions. */
  readonly schemaBefore?: Inputs['schema'];
  /** See OpenOptions. */
  readonly prefixes?: PrefixDatabases;
  /** What is asked of the queries; default: what modules are printed from. */
  readonly facts?: AnalysisOptions;
}

/** What is known of one `.sql` file. */
export interface AnalysedFile {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** Absolute path of the module that is generated for it. */
  readonly output: string;
  /** Those without errors, in the order of the file. */
  readonly queries: readonly AnalysedQuery[];
}

/** What the configuration, the files and the database say together; every command goes on from here. */
export interface Analysed {
  readonly config: Config;
  /** `server_version`, for example `18.4`. */
  readonly postgres: string;
  /** See Database.description. */
  readonly database: string;
  /** See Database.notes; also what is missing of the search path. */
  readonly notes: readonly string[];
  /** In the order of the transforms, then by path; with two transforms a file can be there twice. */
  readonly files: readonly AnalysedFile[];
  /** Of these files, by name, those that the command is limited to; null: not limited. */
  readonly selected: ReadonlySet<string> | null;
  /** The files' texts, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** What tables ask of rows; null where no schemas of them are written. */
  readonly tables: readonly TableModel[] | null;
  /** What rows of tables are; null where no functions that make them are written. */
  readonly rows: readonly RowModel[] | null;
  /** What is wrong with the queries, in the order of the files and of the places in them. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the author should know of the queries that the command is limited to, and nothing fails for. */
  readonly warnings: readonly Diagnostic[];
}

/** Healthy queries with the modules that call them. */
export interface Generated {
  readonly analysed: Analysed;
  readonly modules: readonly Module[];
  /** See Compared. */
  readonly refused: readonly Diagnostic[];
}

/** How the generated files compare with the modules. */
export interface Compared {
  readonly analysed: Analysed;
  /** One for each module in the order of the files, then the shared types, then what is orphaned. */
  readonly outputs: readonly Output[];
  /** What is wrong with the queries that no module has; empty unless FlowOptions.keepGoing. */
  readonly refused: readonly Diagnostic[];
}

/**
 * Inputs -> Compared: the whole flow.
 * Throws Failure: 1 with everything that is wrong with the queries or the migrations, 2 configuration, 3 database,
 * 70 an internal error in a query, among what else is wrong. With `options.keepGoing` what is wrong with queries is
 * returned instead.
 */
export async function runPipeline(inputs: Inputs, options: FlowOptions): Promise<Compared> {
  const printing = import('../codegen/print.ts');
  return withAnalysed(inputs, options, async (analysed, memo) => {
    options.progress?.('comparing');
    const generated = await printModules(analysed, await printing, {
      ...options,
      ...(memo && { memo: memo.modules }),
    });
    return compare(inputs, generated, options);
  });
}

/** The inputs that the options hold, otherwise the project's files as they are now. */
export async function inputsOf(
  config: Config,
  { inputs, keepGoing, fileMemo }: FlowOptions,
): Promise<Inputs> {
  return inputs ?? readInputs(config, { ...(keepGoing && { keepGoing }), ...(fileMemo && { fileMemo }) });
}

/**
 * Inputs -> Analysed: opens the database, reads the statements meanwhile, and analyses them there. The database is closed
 * while `use` works on the result.
 * Returns what `use` returns. Throws Failure: 1 a broken migration, 2 configuration, 3 database.
 */
export async function withAnalysed<T>(
  inputs: Inputs,
  options: FlowOptions,
  use: (analysed: Analysed, memo: AnalysisDatabase['memo']) => T | Promise<T>,
): Promise<T> {
  refuseMalformedTypes(inputs.config);
  options.progress?.('opening the database');
  const { facts = requiredByCodegen(inputs.config) } = options;
  const database = options.open?.(inputs, facts) ?? openForAnalysis(inputs, facts, options);
  const { close } = database;
  try {
    const analysed = await untilAborted(options.signal, analyseOn(inputs, database, { ...options, facts }));
    const [result] = await Promise.all([use(analysed, database.memo), close()]);
    return result;
  } finally {
    await close();
  }
}

/** Opens the database for these inputs, and begins to load its catalogs. */
export function openForAnalysis(
  inputs: Inputs,
  facts: AnalysisOptions,
  options: FlowOptions,
): AnalysisDatabase {
  const opening = open(inputs, options);
  const catalog = opening.then(({ client }) => loadCatalog(client, facts));
  // What goes wrong there is considered after the files are read.
  for (const early of [opening, catalog]) early.catch(() => {});
  const close = () =>
    opening.then(
      (database) => database.close(),
      () => {},
    );
  return { opening, catalog, close };
}

async function open(
  { config, schema }: Inputs,
  { signal, env, progress, schemaBefore, prefixes }: FlowOptions,
): Promise<Database> {
  const { openDatabase } = await import('../database/open.ts');
  return openDatabase(config, {
    files: schema,
    ...(signal && { signal }),
    ...(env && { env: { ...env } }),
    ...(progress && { progress }),
    ...(schemaBefore && { filesBefore: schemaBefore }),
    ...(prefixes && { prefixes }),
  });
}

async function loadCatalog(client: Database['client'], facts: AnalysisOptions): Promise<Catalog> {
  const { prepareAnalysis } = await import('../analysis/analyse.ts');
  return prepareAnalysis(client, facts);
}

async function loadTables(catalog: Catalog): Promise<readonly TableModel[]> {
  const { tableModels } = await import('../validators/table-model.ts');
  return tableModels(catalog);
}

async function loadRows(catalog: Catalog): Promise<readonly RowModel[]> {
  const { rowModels } = await import('../factories/row-model.ts');
  return rowModels(catalog);
}

async function analyseOn(
  inputs: Inputs,
  { opening, catalog, memo }: AnalysisDatabase,
  options: FlowOptions & { readonly facts: AnalysisOptions },
): Promise<Analysed> {
  const { config, targets, contents } = inputs;
  const [{ analyse }, { sources, diagnostics, warnings }] = await Promise.all([
    import('../analysis/analyse.ts'),
    readSources(inputs, config, options.signal, memo?.sources),
  ]);
  const selected = selectFiles(config, [...contents.keys()], options.files ?? []);
  const database = await opening;
  refuseUnknownTypes(config, await catalog);
  const scoped = scopesOn(config, await catalog);
  const notes = [...inputs.notes, ...database.notes, ...(await searchPathNotes(config, database.client))];
  const statements = sources.flatMap((source) => source.statements);
  const texts = new Map(sources.map((source) => [source.file, source.text]));
  const analysis = await analyse(database.client, statements, {
    texts,
    catalog,
    facts: options.facts,
    lenientParameters: config.runtime === '@pgtyped/runtime',
    ...scoped,
    ...(memo && { memo: memo.analysis }),
    progress: (done, of) => options.progress?.(`analysing ${done} of ${of} queries`),
    ...(options.signal && { signal: options.signal }),
  });
  return {
    config,
    postgres: analysis.postgres,
    database: database.description,
    notes,
    files: group(targets, analysis.queries),
    selected,
    texts,
    tables: config.validators === undefined ? null : await loadTables(await catalog),
    rows: config.factories === true ? await loadRows(await catalog) : null,
    diagnostics: [...inputs.refused, ...inOrder(sources, [...diagnostics, ...analysis.diagnostics])],
    warnings: [...warnings, ...analysis.warnings].filter(
      ({ file }) => selected === null || file === null || selected.has(file),
    ),
  };
}

/** Analysed -> Generated. Prints file by file; in between, signals are heard. */
async function printModules(
  analysed: Analysed,
  { printStepwise }: typeof import('../codegen/print.ts'),
  { keepGoing = false, signal, memo }: FlowOptions & { readonly memo?: PrintMemo },
): Promise<Generated> {
  const { config, files } = analysed;
  const pause = createPause(signal);
  const printing: Generator<void, Printed> = printStepwise({
    ...{ config, files, keepGoing },
    ...(memo && { memo }),
  });
  let step = printing.next();
  while (step.done !== true) {
    await pause();
    step = printing.next();
  }
  const { diagnostics } = step.value;
  const healthy = { ...analysed, files: withoutBlamed(files, diagnostics) };
  const modules = [
    ...step.value.modules,
    ...(await schemasOf(healthy, step.value.modules)),
    ...(await rowFactories(analysed)),
  ];
  const all = [...analysed.diagnostics, ...diagnostics.map((found) => withExcerpt(found, analysed))];
  if (all.length > 0 && !keepGoing) throw new Failure(exitCodeOf(all), all, footnote(analysed));
  const { selected } = analysed;
  return {
    analysed: healthy,
    modules,
    refused: all.filter(({ file }) => selected === null || file === null || selected.has(file)),
  };
}

/** The modules of schemas: one beside each module of queries, and that of the tables. */
async function schemasOf(
  { config, tables, files }: Analysed,
  modules: readonly Module[],
): Promise<readonly Module[]> {
  if (tables === null) return [];
  const { schemaModules } = await import('../validators/schema-modules.ts');
  return schemaModules({ files, modules, tables, config });
}

async function rowFactories({ config, rows }: Analysed): Promise<readonly Module[]> {
  if (rows === null) return [];
  const { factoriesModule } = await import('../factories/factories-module.ts');
  return factoriesModule(rows, config);
}

/** Without the queries that could not be named or printed. */
function withoutBlamed(
  files: readonly AnalysedFile[],
  diagnostics: readonly Diagnostic[],
): readonly AnalysedFile[] {
  if (diagnostics.length === 0) return files;
  const positionOf = (one: Pick<Diagnostic, 'file' | 'line' | 'column'>) =>
    `${one.file}:${one.line}:${one.column}`;
  const blamed = new Set(diagnostics.map(positionOf));
  return files.map((file) => ({
    ...file,
    queries: file.queries.filter(({ statement }) => !blamed.has(positionOf(statement))),
  }));
}

/** Generated -> Compared: considers the files on the disk, those that the command is limited to. */
async function compare(
  inputs: Inputs,
  { analysed, modules, refused }: Generated,
  { fileMemo }: FlowOptions,
): Promise<Compared> {
  const outputs = withinProject(inputs.config, await compareOutputs(inputs, modules, fileMemo));
  const { selected } = analysed;
  return {
    analysed,
    outputs: selected === null ? outputs : outputs.filter((one) => concerns(selected, one)),
    refused,
  };
}

function group(targets: readonly QueryFile[], queries: readonly AnalysedQuery[]): readonly AnalysedFile[] {
  const byFile = new Map(targets.map(({ file }): [string, AnalysedQuery[]] => [file, []]));
  for (const query of queries) byFile.get(query.statement.file)?.push(query);
  return targets.map(({ file, output }) => ({ file, output, queries: byFile.get(file) ?? [] }));
}

function inOrder(sources: readonly Source[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = new Map<string | null, number>(sources.map((source, index) => [source.file, index]));
  const key = ({ file, line, column }: Diagnostic) => [rank.get(file) ?? -1, line ?? 0, column ?? 0] as const;
  return diagnostics.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
}

/** What is missing of the schema may be why its queries are refused. */
function footnote({ config, notes }: Analysed): string | null {
  const lines = [neverTyped(config) ?? [], notes.map((note) => `note: ${note}`)].flat();
  return lines.length === 0 ? null : lines.join('\n');
}

/** PgTyped goes on by default: it types a broken query `never`, and leaves the module of a broken file as it was. */
function neverTyped({ dropIn, failOnError }: Config): string | null {
  if (!dropIn || failOnError) return null;
  return (
    'Nothing was written. nodrift ignores "failOnError" and always fails. For these queries PgTyped ' +
    'would write the type `never`, or keep old modules, and exit with 0. Fix or remove them, or have the ' +
    'others written with --keep-going.'
  );
}

/** The shared types hold what any file needs, so they belong to every selection. */
function concerns(selected: ReadonlySet<string>, { source, state }: Output): boolean {
  if (state === 'orphaned') return false;
  return source === null || selected.has(source);
}

/** Adds the line that a diagnostic names, where the room that found it had no text at hand. */
export function withExcerpt(found: Diagnostic, { texts }: Pick<Analysed, 'texts'>): Diagnostic {
  if (found.excerpt !== null || found.file === null || found.line === null) return found;
  const excerpt = texts.get(found.file)?.split(/\r\n|\n|\r/)[found.line - 1];
  return excerpt === undefined ? found : { ...found, excerpt };
}
