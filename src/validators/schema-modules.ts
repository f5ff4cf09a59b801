import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import type { Module } from '../codegen/module.ts';
import { nameQueries } from '../codegen/query-names.ts';
import type { Config } from '../project/config.ts';
import { queriesModule } from './queries-module.ts';
import type { TableModel } from './table-model.ts';
import { tablesModule } from './tables-module.ts';

/** By the module of queries beside it: a module that is the same as before has the same schemas. */
const printed = new WeakMap<Module, Module | null>();

/** All modules of schemas of a project. `modules` are those of its queries. */
export function schemaModules({
  files,
  modules,
  tables,
  config,
}: {
  readonly files: readonly {
    readonly file: string;
    readonly output: string;
    readonly queries: readonly AnalysedQuery[];
  }[];
  readonly modules: readonly Module[];
  readonly tables: readonly TableModel[];
  readonly config: Config;
}): readonly Module[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const ofQueries = files.flatMap(({ file, output, queries }) => {
    const module = byPath.get(output);
    if (module === undefined) return [];
    const before = printed.get(module);
    const own =
      before === undefined
        ? queriesModule({ file, output, queries: nameQueries(queries, config, []) }, tables, config)
        : before;
    printed.set(module, own);
    return own ?? [];
  });
  return [...ofQueries, ...tablesModule(tables, config)];
}
