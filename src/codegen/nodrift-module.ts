import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import type { ParameterConstants } from '../analysis/optional/parts.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { textWithArrays, withArrays } from '../sql/arrays.ts';
import type { Piece } from '../sql/pieces.ts';
import { docComment } from './comment.ts';
import { type Expression, printExpression, pure } from './expression.ts';
import { fileScope } from './file-scope.ts';
import { header } from './header.ts';
import { collectImports } from './imports.ts';
import { sqlLiteral, stringLiteral, unixLines } from './literal.ts';
import type { Module } from './module.ts';
import { pascalCase } from './names.ts';
import type { Overrides } from './override.ts';
import { parameterShape } from './parameter-shape.ts';
import { printQuery } from './print-query.ts';
import type { NamedQuery, SourceFile } from './query-names.ts';
import { rowType } from './row-type.ts';
import type { ModuleScope } from './shape.ts';
import type { SharedModule } from './shared-module.ts';
import { lineWidth, printInterface } from './ts-type.ts';
import { variantNames } from './variant-names.ts';
import { violationFields } from './violation-types.ts';

/**
 * The module of one file for nodrift's own runtime.
 * @param diagnostics takes internal errors; the queries they are in are omitted
 */
export function nodriftModule(
  { file, output, queries }: SourceFile,
  shared: SharedModule,
  overrides: Overrides,
  config: Config,
  diagnostics: Diagnostic[],
): Module {
  const taken = new Set(queries.flatMap((q) => [q.name, q.params, q.row, q.violations]));
  const variants = queries.map(({ query, stem }) =>
    variantNames(stem, query.variants?.members.map(({ value }) => value) ?? [], taken),
  );
  const imports = collectImports(taken);
  const scope = fileScope(output, imports, shared, overrides, config);
  const blocks = queries.flatMap((query, i) =>
    printQuery(query, diagnostics, () => queryBlocks(query, variants[i] ?? [], taken, scope)),
  );
  return { path: output, source: file, text: `${header(file)}${[imports.print(), ...blocks].join('\n')}` };
}

function queryBlocks(
  naming: NamedQuery,
  variants: readonly string[],
  taken: Set<string>,
  scope: ModuleScope,
): string[] {
  const { query, name, params, row } = naming;
  const { statement, command } = query;
  const parameters = query.params.map((param, i) =>
    parameterShape(param, query.arrays?.has(i) ?? false, scope),
  );
  const { blocks: rowBlocks, codecs, nested } = rowType(naming, variants, taken, scope);
  const blocks: string[] = [];
  if (parameters.length > 0)
    blocks.push(
      printInterface(
        params,
        parameters.map((p) => p.field),
      ),
    );
  blocks.push(...rowBlocks);

  const violations = violationFields(query);
  if (violations?.length) blocks.push(printInterface(naming.violations, violations));

  const returnsRows = command !== 'exec' && command !== 'execrows';
  // What the makers take for granted is omitted at the end.
  const types = [parameters.length > 0 ? params : scope.runtimeType('NoParams')];
  const failing =
    violations === null
      ? [scope.runtimeType('Violations')]
      : violations.length > 0
        ? [naming.violations]
        : [];
  if (codecs.length > 0) types.push(row);
  else if (returnsRows) types.push('Record<string, never>');
  else if (failing.length > 0) types.push(scope.runtimeType('NoRow'));
  types.push(...failing);
  const definition: Expression = {
    record: [
      ['name', stringLiteral(name)],
      ['file', stringLiteral(statement.file)],
      ['sql', sqlOf(query)],
      ['params', { list: parameters.map((p) => p.definition) }],
      ['columns', { list: codecs }],
      ...(query.readOnly === true ? [['readOnly', 'true'] as const] : []),
      ...(nested === null ? [] : [['nested', nested] as const]),
      ...varying(query, scope),
    ],
  };
  const variable = `export const ${name} = `;
  const maker = scope.runtime(nested === null ? command : `nested${pascalCase(command)}`);
  const before = `${variable}${pure}${maker}`.length;
  const plain = { call: maker + typeArguments(types, before), args: [definition] };
  const call =
    query.loader === undefined
      ? plain
      : { call: scope.runtime('loadable'), args: [plain, sqlLiteral(unixLines(query.loader))] };
  blocks.push(`${documentation(query)}${variable}${printExpression(call, '', lineBreak)};\n`);
  return blocks;
}

/** On one line where that fits behind what is before them. */
function typeArguments(types: readonly string[], before: number): string {
  const flat = `<${types.join(', ')}>`;
  return before + flat.length + '({'.length <= lineWidth
    ? flat
    : `<\n${types.map((type) => `  ${type}`).join(',\n')}\n>`;
}

// More than a line holds: the definition of a query always has a line for each of its entries.
const lineBreak = 1000;

/** What the file says of the query, and its SQL with the parameters' names. */
function documentation({ statement }: AnalysedQuery): string {
  const words = statement.documentation === '' ? '' : `${statement.documentation}\n\n`;
  return docComment(`${words}\`\`\`sql\n${statement.body}\n\`\`\``, '');
}

function sqlOf(query: AnalysedQuery): Expression {
  const { statement, params, arrays } = query;
  const grows = params.some((p, i) => (p.kind === 'objects' || p.kind === 'list') && !arrays?.has(i));
  if (grows) return piecesOf(sentPieces(statement.parts, query).filter((piece) => piece !== ''));
  const sql = arrays === undefined ? statement.sql : textWithArrays(statement, arrays);
  if (sql === null) throw moved(statement);
  return sqlLiteral(unixLines(sql));
}

/** With arrays for the lists that are sent as such. */
function sentPieces(pieces: readonly Piece[], { statement, arrays }: AnalysedQuery): readonly Piece[] {
  const sent = arrays === undefined ? pieces : withArrays(pieces, statement.params, arrays);
  if (sent === null) throw moved(statement);
  return sent;
}

function moved({ name }: AnalysedQuery['statement']): Error {
  return new Error(`${name}: a list is not where it was`);
}

/** How the statement is made where conditions of it can be omitted, or rows are sent as arrays; nothing for all others. */
function varying(query: AnalysedQuery, scope: ModuleScope): readonly (readonly ['statement', Expression])[] {
  const { optional, params, arrays } = query;
  if (params.some((param, i) => param.kind === 'objects' && arrays?.has(i))) {
    return [['statement', scope.runtime('columnwise')]];
  }
  if (optional === undefined || optional.pieces === null) return [];
  const indexes = (all: readonly number[]): Expression => ({ list: all.map(String) });
  const varied: Expression = {
    record: [
      ...(optional.guarded.length > 0 ? [['guarded', indexes(optional.guarded)] as const] : []),
      ...(optional.optional.length > 0 ? [['optional', indexes(optional.optional)] as const] : []),
      ...(optional.tested.length > 0
        ? [['tested', { list: optional.tested.map(testedParameter) }] as const]
        : []),
      ['text', piecesOf(sentPieces(optional.pieces, query))],
    ],
  };
  return [['statement', { call: scope.runtime('varying'), args: [varied] }]];
}

function piecesOf(pieces: readonly Piece[]): Expression {
  return {
    list: pieces.map((piece): Expression => {
      if (typeof piece === 'string') return sqlLiteral(unixLines(piece));
      if (typeof piece === 'number') return String(piece);
      if ('items' in piece) {
        return {
          record: [
            ...(piece.before === undefined ? [] : [['before', sqlLiteral(unixLines(piece.before))] as const]),
            ['items', { list: piece.items.map(piecesOf) }],
            ...(piece.required ? [['required', 'true'] as const] : []),
          ],
        };
      }
      const { needs, pieces: text, otherwise } = piece;
      return {
        record: [
          [
            'needs',
            {
              list: needs.map((need) =>
                typeof need === 'number' ? String(need) : { list: need.map(String) },
              ),
            },
          ],
          ['text', piecesOf(text)],
          ...(otherwise === undefined ? [] : [['otherwise', piecesOf(otherwise)] as const]),
        ],
      };
    }),
  };
}

function testedParameter({ param, constants, others }: ParameterConstants): Expression {
  const strings = (all: readonly string[]): Expression => ({ list: all.map(stringLiteral) });
  const rest =
    others === null
      ? []
      : [['others', typeof others === 'string' ? stringLiteral(others) : strings(others)] as const];
  return { record: [['param', String(param)], ['constants', strings(constants)], ...rest] };
}
