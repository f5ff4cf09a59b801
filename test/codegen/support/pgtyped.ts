import { parseSQLFile, type SQLQueryAST, TransformType } from '@pgtyped/parser';
import {
  generateDeclarationFile,
  ProcessingMode,
  queryToTypeDeclarations,
} from '../../../node_modules/@pgtyped/cli/lib/generator.js';
import { TypeAllocator, TypeMapping, TypeScope } from '../../../node_modules/@pgtyped/cli/lib/types.js';
import type { AnalysedQuery, Column } from '../../../src/analysis/analysed-query.ts';
import type { PgType } from '../../../src/analysis/type.ts';
import type { Param, Slot, Statement } from '../../../src/sql/statement.ts';
import { base, column, query, value } from './build.ts';

/** What Postgres says of a query: types of `$1`, `$2`, ... by PgTyped's numbering, and its columns. */
export interface Described {
  readonly params: readonly PgType[];
  readonly columns: readonly { readonly name: string; readonly type: PgType; readonly nullable: boolean }[];
}

export function parseFile(text: string): readonly SQLQueryAST[] {
  return parseSQLFile(text.replace(/\r\n/g, '\n')).queries;
}

/** The module that @pgtyped/cli makes of a file: its own generator, with a are-in for the database. */
export async function theirModule(
  text: string,
  describe: (name: string) => Described,
  config: { camelCaseColumnNames?: boolean; hungarianNotation?: boolean; nonEmptyArrayParams?: boolean } = {},
): Promise<string> {
  const options = {
    camelCaseColumnNames: false,
    hungarianNotation: true,
    nonEmptyArrayParams: false,
    ...config,
  };
  const types = new TypeAllocator(TypeMapping());
  types.use({ name: 'PreparedQuery', from: '@pgtyped/runtime' }, TypeScope.Return);
  const typedQueries = [];
  for (const ast of parseFile(text)) {
    const described = describe(ast.name);
    const { camelCase } = await import('camel-case');
    const { pascalCase } = await import('pascal-case');
    const { queryASTToIR } = await import('@pgtyped/parser');
    const typeDeclaration = await queryToTypeDeclarations(
      { ast, mode: ProcessingMode.SQL },
      async ({ mapping }) => ({
        returnTypes: described.columns.map((c) => ({
          returnName: c.name,
          columnName: c.name,
          type: theirType(c.type),
          nullable: c.nullable,
        })),
        paramMetadata: { params: described.params.map(theirType), mapping },
      }),
      types,
      // What of the configuration the generator reads.
      options as never,
    );
    const prefix = options.hungarianNotation ? 'I' : '';
    typedQueries.push({
      mode: 'sql' as const,
      fileName: 'queries/a.sql',
      query: {
        name: camelCase(ast.name),
        ast,
        ir: queryASTToIR(ast),
        paramTypeAlias: `${prefix}${pascalCase(ast.name)}Params`,
        returnTypeAlias: `${prefix}${pascalCase(ast.name)}Result`,
      },
      typeDeclaration,
    });
  }
  return generateDeclarationFile({
    typedQueries,
    typeDefinitions: types.toTypeDefinitions(),
    fileName: 'queries/a.sql',
  });
}

function theirType(
  type: PgType,
):
  | string
  | { name: string; enumValues: string[] }
  | { name: string; elementType: { name: string; enumValues: string[] } } {
  if (type.kind === 'enum') return { name: type.name, enumValues: [...type.labels] };
  if (type.kind !== 'array') return type.name;
  const element = theirType(type.element);
  if (typeof element === 'string') return `_${element}`;
  if ('elementType' in element) throw new Error('an array of arrays');
  return { name: `_${element.name}`, elementType: element };
}

/** A query as nodrift would have it, from PgTyped's reading of the file. */
export function ourQuery(ast: SQLQueryAST, described: Described): AnalysedQuery {
  const { body, loc } = ast.statement;
  const used = ast.params.filter((p) => p.codeRefs.used.length > 0);
  const places = used
    .flatMap((param, index) =>
      param.codeRefs.used.map(({ a, b }) => ({ index, from: a - loc.a - 1, to: b - loc.a + 1 })),
    )
    .sort((x, y) => x.from - y.from);
  const parts: (string | number)[] = [];
  let end = 0;
  for (const { index, from, to } of places) {
    parts.push(body.slice(end, from), index);
    end = to;
  }
  parts.push(body.slice(end));
  let next = 1;
  const slot = (name: string, required: boolean): Slot => ({
    name,
    required: required ? true : null,
    index: next++,
  });
  const params = used.map(({ name, required, transform }): Param => {
    switch (transform.type) {
      case TransformType.Scalar:
        return { kind: 'scalar', ...slot(name, required) };
      case TransformType.ArraySpread:
        return { kind: 'list', ...slot(name, required) };
      default:
        return {
          kind: transform.type === TransformType.PickTuple ? 'object' : 'objects',
          name,
          fields: transform.keys.map((key) => slot(key.name, key.required)),
        };
    }
  });
  const slotValue = (of: Slot) => ({
    name: of.name,
    index: of.index,
    value: value(described.params[of.index - 1] ?? base('text')),
    optional: false,
    column: null,
  });
  const statement: Statement = {
    ...query({ name: ast.name, sql: body }).statement,
    params,
    parts,
  };
  return {
    ...query({ name: ast.name, sql: body, columns: described.columns.map(ourColumn) }),
    statement,
    params: params.map((param) =>
      'fields' in param
        ? { ...param, fields: param.fields.map(slotValue) }
        : { kind: param.kind, ...slotValue(param) },
    ),
  };
}

function ourColumn({ name, type, nullable }: Described['columns'][number]): Column {
  return column(name.replace(/[!?]$/, ''), {
    type,
    nullable: name.endsWith('?') || (nullable && !name.endsWith('!')),
    elementsNullable: false,
  });
}
