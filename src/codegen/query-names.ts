import type { AnalysedQuery, Column } from '../analysis/analysed-query.ts';
import { aliasPath, readAliases } from '../analysis/nesting/alias-path.ts';
import { type Diagnostic, diagnostic } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { camelCase, queryName, typeStem } from './names.ts';
import { nestedKey } from './nested-row.ts';

/** A query with the names that are generated for it. */
export interface NamedQuery {
  readonly query: AnalysedQuery;
  /** The function's. */
  readonly name: string;
  /** What the names of its types begin with. */
  readonly stem: string;
  readonly params: string;
  /** Of the row's type. */
  readonly row: string;
  /** Of the type that names the constraints it can violate; not for @pgtyped/runtime. */
  readonly violations: string;
  /** Of the type that PgTyped has for both: its parameters and its row. */
  readonly pair: string;
  /** The columns' keys, in their order. */
  readonly keys: readonly string[];
}

/** A file of queries, named, on its way to being a module. */
export interface SourceFile {
  /** The `.sql` file, relative to the configuration's folder. */
  readonly file: string;
  /** Absolute path of the module. */
  readonly output: string;
  readonly queries: readonly NamedQuery[];
}

/**
 * Names the queries of one file.
 * @param diagnostics takes what cannot be named: such a query is omitted
 */
export function nameQueries(
  queries: readonly AnalysedQuery[],
  config: Config,
  diagnostics: Diagnostic[],
): readonly NamedQuery[] {
  const owners = new Map<string, AnalysedQuery>();
  const doubled = new Set<AnalysedQuery>();
  const named = queries.flatMap((analysed) => {
    const query = config.camelCaseColumnNames ? withCamelCaseParams(analysed) : analysed;
    const { statement } = query;
    const name = queryName(statement.name, config.runtime);
    const stem = typeStem(statement.name, config);
    if (name === null || stem === null) {
      const message = `The name "${statement.name}" cannot be made into a TypeScript name.`;
      diagnostics.push(at('ND3011', query, message, 'Use a name that begins with a letter.'));
      return [];
    }
    const params = `${stem}Params`;
    const owner = owners.get(`value ${name}`) ?? owners.get(`type ${params}`);
    if (owner !== undefined) {
      const message = `"${statement.name}" and "${owner.statement.name}" would both be generated as ${name}.`;
      const hint = `Rename one of them; the other one is in line ${owner.statement.line}.`;
      diagnostics.push(at('ND3012', query, message, hint));
      if (!doubled.has(owner))
        diagnostics.push(
          at('ND3012', owner, message, `Rename one of them; the other one is in line ${statement.line}.`),
        );
      doubled.add(owner);
      return [];
    }
    owners.set(`value ${name}`, query).set(`type ${params}`, query);
    const keys = columnKeys(query, config);
    const double = keys.findIndex((key, index) => keys.indexOf(key) !== index);
    if (double !== -1) {
      const key = keys[double] ?? '';
      const columns = query.columns.filter((_, index) => keys[index] === key).map((c) => `"${c.name}"`);
      const message = `Several columns of the result would be called ${JSON.stringify(key)}: ${columns.join(', ')}.`;
      diagnostics.push(at('ND3005', query, message, 'Give each column a name of its own with AS.'));
      return [];
    }
    const both = query.nesting === undefined ? null : readAliases(keys);
    if (typeof both === 'string') {
      const message = `Several things of the result would be called ${JSON.stringify(both)}: a column, an object or a list.`;
      diagnostics.push(at('ND3018', query, message, 'Give each of them a name of its own with AS.'));
      return [];
    }
    const list = query.columns.find(({ name }) => aliasPath(name)?.some(({ isList }) => isList));
    if (config.runtime === '@pgtyped/runtime' && !config.dropIn && list !== undefined) {
      const message = `${statement.name}: @pgtyped/runtime returns rows as they are, and "${list.name}" is part of a list.`;
      diagnostics.push(at('ND3018', query, message, "Use nodrift's own runtime, or another alias."));
      return [];
    }
    const renamed = query.columns.findIndex((column) => isRenamed(column));
    if (config.runtime === '@pgtyped/runtime' && renamed !== -1) {
      const message = `${statement.name}: column ${renamed + 1} of the result has no name of its own, which @pgtyped/runtime reads it by.`;
      diagnostics.push(at('ND3004', query, message, 'Write `AS name` after the expression.'));
      return [];
    }
    const row = config.runtime === 'nodrift' ? `${stem}Row` : `${stem}Result`;
    return [{ query, name, stem, params, row, violations: `${stem}Violations`, pair: `${stem}Query`, keys }];
  });
  return named.filter(({ query }) => !doubled.has(query));
}

/** Whether the server calls a column something else, a mark aside. */
function isRenamed({ name, described }: Column): boolean {
  return described.name !== name && described.name.replace(/[!?]$/, '') !== name;
}

/** `$1` is called after a column, and so as that column is in a row; unless two would be called the same. */
function withCamelCaseParams(query: AnalysedQuery): AnalysedQuery {
  const { statement } = query;
  const names = statement.params.map((param) =>
    'positional' in param && param.positional ? camelCase(param.name) || param.name : param.name,
  );
  if (new Set(names).size < names.length) return query;
  const renamed = <T extends { readonly name: string }>(params: readonly T[]): readonly T[] =>
    params.map((param, i) => ({ ...param, name: names[i] ?? param.name }));
  return {
    ...query,
    statement: { ...statement, params: renamed(statement.params) },
    params: renamed(query.params),
  };
}

/** The columns' names in the row: as Postgres names them, or in camelCase if the configuration says so. */
function columnKeys({ columns, nesting }: AnalysedQuery, config: Config): readonly string[] {
  if (!config.camelCaseColumnNames) return columns.map((c) => c.name);
  if (nesting !== undefined) return columns.map(({ name }) => pathKey(name, config));
  return columns.map((c) => camelCase(c.name) || c.name);
}

/** A dotted alias whose parts are called as the fields of the objects. */
function pathKey(name: string, config: Config): string {
  const path = aliasPath(name) ?? [{ name, isList: false }];
  return path.map((step) => `${nestedKey(step.name, config)}${step.isList ? '[]' : ''}`).join('.');
}

function at(
  code: Diagnostic['code'],
  { statement: { file, line, column } }: AnalysedQuery,
  message: string,
  hint: string,
): Diagnostic {
  return diagnostic({ file, line, column, code, message, hint });
}
