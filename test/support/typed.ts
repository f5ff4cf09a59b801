import { analyse } from '../../src/analysis/analyse.ts';
import type { AnalysedQuery, SlotValue } from '../../src/analysis/analysed-query.ts';
import { tsTypes } from '../../src/codegen/ts-types.ts';
import type { Config } from '../../src/project/config.ts';
import { readStatements } from '../../src/sql/read.ts';
import { config } from '../codegen/support/build.ts';
import type { Analysed } from './analysed.ts';

export interface Typed {
  readonly query: AnalysedQuery;
  /** TypeScript types by name; `?:` before those that may be omitted; fields as `user.email`. */
  readonly params: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, string>>;
}

type TypedOptions = Partial<Config> & { readonly header?: string };

/**
 * What a query with named parameters looks like in TypeScript.
 * @param header what the header says beside the name, as `@param ids -> (...)`
 */
export async function typed(database: Analysed, sql: string, options: TypedOptions = {}): Promise<Typed> {
  const of = await typedTogether(database, [sql], options);
  return of(sql);
}

/**
 * The same of many, which are analysed together, with the catalogs as they were loaded in the beginning. What is returned
 * throws for a broken one.
 */
export async function typedTogether(
  database: Analysed,
  queries: readonly string[],
  { header = '', ...known }: TypedOptions = {},
): Promise<(sql: string) => Typed> {
  const text = queries.map((sql, i) => `/* @name Q${i} ${header} */\n${sql};\n`).join('\n');
  const { statements, diagnostics } = readStatements('q.sql', text);
  const lenientParameters = known.runtime === '@pgtyped/runtime';
  const analysis = await analyse(database.client, statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters,
    catalog: Promise.resolve(database.catalog),
  });
  await database.client.query('SET debug_print_parse = off');
  const found = new Map(analysis.queries.map((query) => [query.statement.name, query]));
  return (sql) => {
    const query = found.get(`Q${queries.indexOf(sql)}`);
    if (query === undefined) throw new Error(JSON.stringify([...diagnostics, ...analysis.diagnostics]));
    return asTyped(query, known);
  };
}

function asTyped(query: AnalysedQuery, known: Partial<Config>): Typed {
  const typeOf = tsTypes(config(known), [query]);
  const slot = (name: string, { value, column, optional }: SlotValue) =>
    [name, `${optional ? '?: ' : ''}${typeOf(value, 'parameter', column)}`] as const;
  return {
    query,
    params: Object.fromEntries(
      query.params.flatMap((param) =>
        'fields' in param
          ? param.fields.map((field) => slot(`${param.name}.${field.name}`, field))
          : [slot(param.name, param)],
      ),
    ),
    columns: Object.fromEntries(
      query.columns.map(({ name, value, source }) => [name, typeOf(value, 'result', source)]),
    ),
  };
}
