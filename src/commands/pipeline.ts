import type { Catalog } from '../analysis/catalog/catalog.ts';
import type { AnalysisOptions } from '../analysis/options.ts';
import type { Query } from '../analysis/query.ts';
import { requiredByCodegen } from '../codegen/required-analysis.ts';
import type { Database } from '../database/database.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { QueryFile } from '../project/query-files.ts';
import { interruptible } from './interrupt.ts';
import { searchPathNotes } from './search-path.ts';
import { selectFiles } from './selection.ts';
import { readSources, type Source } from './sources.ts';
import { refuseUnknownTypes } from './type-keys.ts';

export interface FlowOptions {
  /** Absolute paths of `.sql` files, or of folders of them, that the command is limited to; all are analysed. */
  readonly files?: readonly string[];
  /** Aborts the work: the database is closed first, then the flow rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** What is asked of the queries; default: what modules are printed from. */
  readonly facts?: AnalysisOptions;
  /** Where the cache of the embedded database lies follows from it; default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with what is being done, for a progress line: `migrating`, `analysing 12 of 400 queries`. */
  readonly progress?: (stage: string) => void;
}

/** What is known of one `.sql` file. */
export interface AnalysedFile {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** Absolute path of the module that is generated for it. */
  readonly output: string;
  /** Those without errors, in the order of the file. */
  readonly queries: readonly Query[];
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
  /** What is wrong with the queries, in the order of the files and of the places in them. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the author should know of the queries that the command is limited to, and nothing fails for. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * The one flow that all commands share: configuration -> files -> statements -> database -> analysis.
 * The database is opened while the files are read, and closed while `use` works on the result.
 * Returns what `use` returns. Throws Failure: 1 a broken migration, 2 configuration, 3 database.
 */
export async function withAnalysed<T>(
  config: Config,
  options: FlowOptions,
  use: (analysed: Analysed) => T | Promise<T>,
): Promise<T> {
  options.progress?.('opening the database');
  const { facts = requiredByCodegen(config) } = options;
  const opening = open(config, options);
  const catalog = opening.then(({ client }) => prepare(client, facts));
  // What goes wrong there is considered after the files are read.
  for (const early of [opening, catalog]) early.catch(() => {});
  const close = () =>
    opening.then(
      (database) => database.close(),
      () => {},
    );
  try {
    const analysed = await interruptible(
      options.signal,
      analyseOn(config, opening, catalog, { ...options, facts }),
    );
    const [result] = await Promise.all([use(analysed), close()]);
    return result;
  } finally {
    await close();
  }
}

async function open(config: Config, { signal, env }: FlowOptions): Promise<Database> {
  const { openDatabase } = await import('../database/open.ts');
  return openDatabase(config, { ...(signal && { signal }), ...(env && { env: { ...env } }) });
}

async function prepare(client: Database['client'], facts: AnalysisOptions): Promise<Catalog> {
  const { prepareAnalysis } = await import('../analysis/analyse.ts');
  return prepareAnalysis(client, facts);
}

async function analyseOn(
  config: Config,
  opening: Promise<Database>,
  catalog: Promise<Catalog>,
  options: FlowOptions & { readonly facts: AnalysisOptions },
): Promise<Analysed> {
  const [{ analyse }, { targets, sources, diagnostics, warnings }] = await Promise.all([
    import('../analysis/analyse.ts'),
    readSources(config, options.signal),
  ]);
  const selected = selectFiles(
    config,
    targets.map(({ file }) => file),
    options.files ?? [],
  );
  const database = await opening;
  refuseUnknownTypes(config, await catalog);
  const notes = [...database.notes, ...(await searchPathNotes(config, database.client))];
  const statements = sources.flatMap((source) => source.statements);
  const texts = new Map(sources.map((source) => [source.file, source.text]));
  const analysis = await analyse(database.client, statements, {
    texts,
    catalog,
    facts: options.facts,
    lenientParameters: config.runtime === '@pgtyped/runtime',
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
    diagnostics: inOrder(sources, [...diagnostics, ...analysis.diagnostics]),
    warnings: [...warnings, ...analysis.warnings].filter(
      ({ file }) => selected === null || file === null || selected.has(file),
    ),
  };
}

function group(targets: readonly QueryFile[], queries: readonly Query[]): readonly AnalysedFile[] {
  const byFile = new Map(targets.map(({ file }): [string, Query[]] => [file, []]));
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
