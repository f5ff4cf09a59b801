import type { QueryParam } from '../../analysis/analysed-query.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Config } from '../../project/config.ts';
import type { Param, Slot } from '../../sql/statement.ts';
import { docComment } from '../comment.ts';
import { printExpression } from '../expression.ts';
import { header } from '../header.ts';
import type { Module } from '../module.ts';
import { pascalCase } from '../names.ts';
import type { Overrides } from '../override.ts';
import { printQuery } from '../print-query.ts';
import type { NamedQuery, SourceFile } from '../query-names.ts';
import { arrayType, named, orNull, printFields, type TsField, type TsType, unionOf } from '../ts-type.ts';
import { isRequiredParam, queryIr } from './ir.ts';
import { type FileTypes, fileTypes } from './types.ts';

/**
 * The module of one file for @pgtyped/runtime: the exports that PgTyped 2.4 generates (@pgtyped/cli,
 * src/generator.ts), typed by what is true.
 * @param diagnostics takes internal errors; the queries they are in are omitted
 */
export function pgtypedModule(
  { file, output, queries }: SourceFile,
  overrides: Overrides,
  config: Config,
  diagnostics: Diagnostic[],
): Module {
  const taken = new Set(queries.flatMap((q) => [q.name, q.params, q.row, q.pair]));
  const types = fileTypes(taken, output, overrides, config);
  const prepared = types.imports.value('@pgtyped/runtime', 'PreparedQuery');
  const blocks = queries.flatMap((query) =>
    printQuery(query, diagnostics, () => queryBlocks(query, prepared, taken, types, config)),
  );
  const text = [types.imports.print(), types.print(), ...blocks].filter((block) => block !== '').join('\n');
  return { path: output, source: file, text: `${header(file)}${text}` };
}

function queryBlocks(
  named_: NamedQuery,
  prepared: string,
  taken: Set<string>,
  types: FileTypes,
  config: Config,
): string[] {
  const { query, name, params, row, keys } = named_;
  const { statement } = query;
  const parameters = query.params.map((param, index) =>
    parameter(param, statement.params[index], types, config),
  );
  const columns = query.columns.map(({ name: column, value, source, comment }, index): TsField => {
    const type = named(types.use(value, 'result', source));
    return { name: keys[index] ?? column, type: orNull(type, value.nullable), comment };
  });
  let ir = `${name}IR`;
  while (taken.has(ir)) ir += '_';
  taken.add(ir);
  const before = `const ${ir} = `;
  const after = ` as ConstructorParameters<typeof ${prepared}>[0];\n`;
  const words = statement.documentation === '' ? '' : `${statement.documentation}\n\n`;
  const comment = docComment(`${words}Query generated from SQL:\n\`\`\`\n${statement.body}\n\`\`\``, '');
  const title = pascalCase(statement.name);
  return [
    `${docComment(`'${title}' parameters type`, '')}${declaration(params, parameters)}`,
    `${docComment(`'${title}' return type`, '')}${declaration(row, columns)}`,
    `${docComment(`'${title}' query type`, '')}${declaration(named_.pair, [
      { name: 'params', type: named(params) },
      { name: 'result', type: named(row) },
    ])}`,
    `${before}${printExpression(queryIr(statement), '', 1000)}${after}`,
    `${comment}export const ${name} = new ${prepared}<${params}, ${row}>(${ir});\n`,
  ];
}

function declaration(name: string, fields: readonly TsField[]): string {
  if (fields.length === 0) return `export type ${name} = void;\n`;
  return `export interface ${name} {\n${printFields(fields, '  ')}}\n`;
}

function parameter(param: QueryParam, written: Param | undefined, types: FileTypes, config: Config): TsField {
  const required = written !== undefined && isRequiredParam(written);
  switch (param.kind) {
    case 'scalar': {
      const type = orVoid(types.use(param.value, 'parameter', param.column), required);
      return { name: param.name, type, optional: !required };
    }
    case 'list':
      return {
        name: param.name,
        type: listOf(orVoid(types.use(param.value, 'parameter', param.column), required), config),
      };
    default: {
      const slots: readonly Slot[] = written !== undefined && 'fields' in written ? written.fields : [];
      const fields = param.fields.map(({ name, value, column }, index) => ({
        name,
        type: orVoid(types.use(value, 'parameter', column), slots[index]?.required === true),
      }));
      const object: TsType = { kind: 'object', fields };
      return { name: param.name, type: param.kind === 'object' ? object : listOf(object, config) };
    }
  }
}

/** PgTyped lets everything be omitted that is not marked with `!`. */
function orVoid(text: string, required: boolean): TsType {
  return required ? named(text) : unionOf([named(text), named('null'), named('void')]);
}

function listOf(element: TsType, config: Config): TsType {
  return config.nonEmptyArrayParams ? { kind: 'nonEmpty', element } : arrayType(element, true);
}
