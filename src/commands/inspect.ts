import type { Column, QueryParam, SlotValue } from '../analysis/analysed-query.ts';
import { everything } from '../analysis/options.ts';
import { typeText } from '../analysis/type-text.ts';
import type { NamedQuery } from '../codegen/query-names.ts';
import type { argumentOf, TsTypeOf } from '../codegen/ts-types.ts';
import { type Diagnostic, diagnosticJson } from '../diagnostic.ts';
import { answersOf } from '../impact/queries/questions.ts';
import type { Config } from '../project/config.ts';
import { textWithArrays } from '../sql/arrays.ts';
import type { Param, Slot } from '../sql/statement.ts';
import type {
  InspectedColumn,
  InspectedParam,
  InspectedParts,
  InspectedQuery,
  Inspection,
} from './inspection.ts';
import { type Analysed, type FlowOptions, inputsOf, withAnalysed, withExcerpt } from './pipeline.ts';

export interface Inspected {
  readonly inspection: Inspection;
  readonly analysed: Analysed;
  /** The inspection's errors, with the lines that they name. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Says what the analysis found out about the queries, also about the healthy ones among broken ones.
 * With `options.files` only about theirs.
 * Throws Failure: 1 a broken migration, 2 configuration, 3 database.
 */
export async function inspect(config: Config, options: FlowOptions = {}): Promise<Inspected> {
  const rooms = Promise.all([
    import('../codegen/query-names.ts'),
    import('../codegen/ts-types.ts'),
    import('../codegen/print-query.ts'),
  ]);
  const inputs = await inputsOf(config, options);
  return withAnalysed(inputs, { ...options, facts: everything }, async (analysed) => {
    const [{ nameQueries }, { tsTypes, argumentOf }, { printQuery }] = await rooms;
    const found: Diagnostic[] = [...analysed.diagnostics];
    // With two transforms a file can be there twice.
    const files = [...new Map(analysed.files.map(({ file, queries }) => [file, queries])).values()];
    const tsType = tsTypes(config, files.flat());
    const named = files.flatMap((queries) => nameQueries(queries, config, found));
    const wanted = (file: string | null) => file === null || (analysed.selected?.has(file) ?? true);
    const queries = named
      .filter(({ query }) => wanted(query.statement.file))
      .flatMap((query) =>
        printQuery(query, found, () => [inspectQuery(query, { tsType, argumentOf, config })]),
      );
    const diagnostics = found.filter(({ file }) => wanted(file)).map((one) => withExcerpt(one, analysed));
    const inspection: Inspection = {
      formatVersion: 1,
      postgres: analysed.postgres,
      queries,
      parts: partsOf(queries),
      errors: diagnostics.map(diagnosticJson),
    };
    return { inspection, analysed, diagnostics };
  });
}

function partsOf(queries: readonly InspectedQuery[]): InspectedParts {
  const all = queries.flatMap(({ conditions }) => conditions);
  const reasons = new Map<string, number>();
  for (const { keptBecause } of all) {
    if (keptBecause !== null) reasons.set(keptBecause, (reasons.get(keptBecause) ?? 0) + 1);
  }
  return {
    found: all.length,
    alwaysSent: [...reasons.values()].reduce((sum, count) => sum + count, 0),
    reasons: [...reasons]
      .map(([because, count]) => ({ because, count }))
      .toSorted((a, b) => b.count - a.count || (a.because < b.because ? -1 : 1)),
  };
}

/** What it takes to say how a value is generated. */
interface Typing {
  readonly tsType: TsTypeOf;
  readonly argumentOf: typeof argumentOf;
  readonly config: Config;
}

function inspectQuery({ query, name, keys }: NamedQuery, typing: Typing): InspectedQuery {
  const { statement } = query;
  const { tsType, config } = typing;
  const path = config.searchPath ?? ['public'];
  const columns = (of: readonly Column[]) =>
    of.map((column, index) => inspectColumn(column, keys[index] ?? column.name, tsType, path));
  const { discriminant = 0, members: found = [] } = query.variants ?? {};
  const variants = found.map(({ value, columns: own }) => ({ value, columns: columns(own) }));
  // Modules have one type of row where TypeScript could not tell several apart.
  const kinds = new Set(variants.map(({ columns: own }) => own[discriminant]?.tsType));
  const members = kinds.size === variants.length ? variants : [];
  return {
    name,
    file: statement.file,
    line: statement.line,
    command: query.command,
    statement: query.kind,
    rows: query.rows,
    sql: sentText(query),
    params: query.params.flatMap((param, index) =>
      inspectParam(param, statement.params[index], typing, path).map((one) =>
        param.canBeMissing === true ? { ...one, optional: true } : one,
      ),
    ),
    columns: columns(query.columns),
    ...(members.length > 0 && { variants: { discriminant: keys[discriminant] ?? '', members } }),
    ...answersOf(query),
  };
}

/** With arrays for the lists that are sent as such. */
function sentText({ statement, arrays }: NamedQuery['query']): string {
  return (arrays && textWithArrays(statement, arrays)) ?? statement.sql;
}

function inspectParam(
  param: QueryParam,
  written: Param | undefined,
  { tsType, argumentOf, config }: Typing,
  path: readonly string[],
): readonly InspectedParam[] {
  const slot = (name: string, value: SlotValue, mark: Slot | undefined): InspectedParam => ({
    name,
    type: typeText(value.value.type, path),
    nullable: value.value.nullable,
    ...argumentOf(value, mark, param.kind, tsType, config),
  });
  const whole = written !== undefined && 'required' in written ? written : undefined;
  const fields = written !== undefined && 'fields' in written ? written.fields : [];
  switch (param.kind) {
    case 'scalar':
      return [slot(param.name, param, whole)];
    case 'list': {
      const element = slot(param.name, param, whole);
      const text = listText(element.tsType, config.nonEmptyArrayParams);
      return [{ ...element, type: `${element.type}[]`, tsType: text }];
    }
    case 'object':
      return param.fields.map((field, index) => slot(`${param.name}.${field.name}`, field, fields[index]));
    case 'objects':
      return param.fields.map((field, index) => slot(`${param.name}[].${field.name}`, field, fields[index]));
  }
}

function listText(element: string, nonEmpty: boolean): string {
  const inArray = /^[\w$.]+$/.test(element) ? element : `(${element})`;
  return nonEmpty ? `readonly [${element}, ...${inArray}[]]` : `readonly ${inArray}[]`;
}

function inspectColumn(
  { value, source }: Column,
  name: string,
  tsType: TsTypeOf,
  path: readonly string[],
): InspectedColumn {
  return {
    name,
    type: typeText(value.type, path),
    nullable: value.nullable,
    tsType: tsType(value, 'result', source),
    source,
  };
}
