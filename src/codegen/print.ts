import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import { type Diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { withExactCursors } from './exact-cursors.ts';
import { header } from './header.ts';
import type { Module } from './module.ts';
import { nodriftModule } from './nodrift-module.ts';
import { overridesOf } from './override.ts';
import { pgtypedModule } from './pgtyped/module.ts';
import { nameQueries } from './query-names.ts';
import { recordRequests, type SharedModule, sharedModule } from './shared-module.ts';
import { sharedNames } from './shared-names.ts';
import { type TsTypeOf, tsTypes } from './ts-types.ts';

export interface PrintInput {
  readonly config: Config;
  readonly files: readonly {
    readonly file: string;
    readonly output: string;
    readonly queries: readonly AnalysedQuery[];
  }[];
  /** Whether a file's other queries are printed where some are refused, also where that is none. */
  readonly keepGoing?: boolean;
  /** What was printed before by the same configuration; takes what is printed now. */
  readonly memo?: PrintMemo;
}

/** The modules of files as they were printed last, by their paths. */
export type PrintMemo = Map<
  string,
  {
    readonly module: Module;
    readonly queries: readonly AnalysedQuery[];
    /** See SharedNames.key. */
    readonly names: string;
    /** Asks for the same shared declarations again. */
    readonly request: (shared: SharedModule) => void;
  }
>;

export interface Printed {
  readonly modules: Module[];
  readonly diagnostics: Diagnostic[];
}

/**
 * Prints the modules of a project: one for each file that has queries, and the one with the types
 * that they share. Pure: the same queries and configuration give the same text.
 *
 * All files of the project must be given, also where only some must be written: what the shared
 * module holds and how its types are called follows from all queries.
 *
 * With a memo a file's module is printed again only if its queries are others, or shared types are called otherwise.
 *
 * @returns the modules in the order of the files, the shared one last; of a file that a diagnostic blames there is
 *   none, or one that lacks the query; with `keepGoing` there is one of each file
 * @throws Failure (exit code 2) where the configuration asks for a type that cannot be had honestly
 */
export function printModules(input: PrintInput): Printed {
  const printing = printStepwise(input);
  for (;;) {
    const { done, value } = printing.next();
    if (done) return value;
  }
}

/** As printModules, in steps of one file each, between which the caller may do something else. */
export function* printStepwise(input: PrintInput): Generator<void, Printed> {
  const { config, keepGoing = false, memo } = input;
  const diagnostics: Diagnostic[] = [];
  const mistakes: Diagnostic[] = [];
  const overrides = overridesOf(config, mistakes);
  const all = input.files.flatMap((f) => f.queries);
  const names = sharedNames(all, config);
  let types: TsTypeOf | undefined;
  const typeOf = () => {
    types ??= tsTypes(config, all);
    return types;
  };
  const shared = sharedModule(names, overrides, config);
  const modules: Module[] = [];
  const namesKey = memo === undefined ? '' : names.key();
  for (const { file, output, queries } of input.files) {
    const known = memo?.get(output);
    if (known !== undefined && known.names === namesKey && isSame(known.queries, queries)) {
      known.request(shared);
      modules.push(known.module);
      continue;
    }
    memo?.delete(output);
    const before = diagnostics.length + mistakes.length;
    const exact = withExactCursors(queries, typeOf, diagnostics);
    const source = { file, output, queries: nameQueries(exact, config, diagnostics) };
    if (keepGoing && source.queries.length === 0) {
      modules.push({ path: output, source: file, text: `${header(file)}export {};\n` });
      continue;
    }
    if (queries.length === 0 || (diagnostics.length + mistakes.length > before && !keepGoing)) continue;
    const { recording, request } = recordRequests(shared);
    const module =
      config.runtime === 'nodrift'
        ? nodriftModule(source, recording, overrides, config, diagnostics)
        : pgtypedModule(source, overrides, config, diagnostics);
    modules.push(module);
    // What is wrong with a file is said again each time.
    if (diagnostics.length + mistakes.length === before)
      memo?.set(output, { module, queries, names: namesKey, request });
    yield;
  }
  const paths = new Set(modules.map(({ path }) => path));
  for (const path of memo?.keys() ?? []) if (!paths.has(path)) memo?.delete(path);
  const common = shared.print();
  const unlike = new Map(mistakes.map((found) => [found.message, found]));
  if (unlike.size > 0)
    throw new Failure(
      2,
      [...unlike.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    );
  return { modules: common === null ? modules : [...modules, common], diagnostics };
}

function isSame(before: readonly AnalysedQuery[], now: readonly AnalysedQuery[]): boolean {
  return before.length === now.length && before.every((query, i) => query === now[i]);
}
