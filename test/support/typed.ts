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

/**
 * What a query with named parameters looks like in TypeScript.
 * @param header what the header says beside the name, as `@param ids -> (...)`
 */
export async function typed(
  database: Analysed,
  sql: string,
  { header = '', ...known }: Partial<Config> & { readonly header?: string } = {},
): Promise<Typed> {
  const text = `/* @name Q ${header} */\n${sql};\n`;
  const { statements, diagnostics } = readStatements('q.sql', text);
  const lenientParameters = known.runtime === '@pgtyped/runtime';
  const analysis = await analyse(database.client, statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters,
  });
  await database.client.query('SET debug_print_parse = off');
  const [query] = analysis.queries;
  if (query === undefined) throw new Error(JSON.stringify([...diagnostics, ...analysis.diagnostics]));
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
