import type { CompositeType } from '../analysis/type.ts';
import { docComment } from '../codegen/comment.ts';
import { type Expression, printExpression } from '../codegen/expression.ts';
import { header } from '../codegen/header.ts';
import { collectImports, configuredImports } from '../codegen/imports.ts';
import { stringLiteral } from '../codegen/literal.ts';
import type { Module } from '../codegen/module.ts';
import { camelCase } from '../codegen/names.ts';
import { overridesOf } from '../codegen/override.ts';
import {
  codecsOnly,
  compositeShape,
  type ModuleScope,
  shapeOf,
  typesOnly,
  writtenOut,
} from '../codegen/shape.ts';
import { type SharedType, typeKey } from '../codegen/shared-names.ts';
import {
  named,
  orNull,
  printFields,
  printInterface,
  type TsField,
  type TsType,
  unionOf,
} from '../codegen/ts-type.ts';
import type { Config } from '../project/config.ts';
import { factoriesPath } from '../project/generated-paths.ts';
import { isToolsTable, tableStems } from '../validators/table-names.ts';
import { expandType } from '../validators/value-node.ts';
import type { MadeColumn, RowModel } from './row-model.ts';

/** The module of functions that make rows for tests, typed by the tables; none where there is no table. */
export function factoriesModule(tables: readonly RowModel[], config: Config): readonly Module[] {
  const own = tables.filter((table) => !isToolsTable(table));
  if (config.factories !== true || own.length === 0) return [];
  const home = config.searchPath?.[0] ?? 'public';
  const stems = tableStems(own, home);
  const path = factoriesPath(config);
  const declared = stems.flatMap((stem) => [`${stem}Row`, `${stem}Given`]);
  const imports = collectImports(new Set([...declared, 'Tables', 'make', 'makeMany', 'related']));
  const bind = imports.value('nodrift/testing', 'factories');
  const bound = imports.type('nodrift/testing', 'Factories');
  const { scope, expand, composites } = moduleScope(config, path, imports);

  const blocks = own.map((table, i) => {
    const keys = columnKeys(table, config);
    const [row, given] = (['result', 'parameter'] as const).map((direction) =>
      table.columns.flatMap((column, at): TsField | readonly never[] => {
        if (direction === 'parameter' && !column.isWritten) return [];
        const reference = { schema: table.schema, table: table.name, column: column.name };
        const { type } = shapeOf(column.value, direction, reference, typesOnly(scope));
        const whole = orNull(expand(type), column.value.nullable);
        const key = keys[at] ?? column.name;
        return direction === 'result'
          ? { name: key, type: whole, comment: column.comment }
          : { name: key, type: unionOf([whole, named('undefined')]), optional: true };
      }),
    );
    const name = `${table.schema}.${table.name}`;
    return [
      docComment(`A row of ${name}.`, '') + printInterface(`${stems[i]}Row`, row ?? []),
      docComment(`What can be given of a row of ${name}.`, '') +
        printInterface(`${stems[i]}Given`, given ?? []),
    ].join('\n');
  });
  const fields = own.map(({ schema, name }, i): TsField => {
    const row = { name: 'row', type: named(`${stems[i]}Row`) };
    const given = { name: 'given', type: named(`${stems[i]}Given`) };
    return {
      name: schema === home ? name : `${schema}.${name}`,
      type: { kind: 'object', fields: [row, given] },
    };
  });
  const definitions = own.map((table, i): readonly [string, Expression] => [
    fields[i]?.name ?? table.name,
    definition(table, columnKeys(table, config), scope),
  ]);
  const call = `export const { make, makeMany, related }: ${bound}<Tables> = `;
  const value: Expression = { call: `${bind}<Tables>`, args: [{ record: definitions }] };
  const text = [
    imports.print(),
    ...blocks,
    `/** By table. */\nexport interface Tables {\n${printFields(fields, '  ')}}\n`,
    ...composites(),
    `/** Make rows of these tables, for tests. */\n${call}${printExpression(value, '', call.length + 1)};\n`,
  ];
  return [{ path, source: null, text: `${header('the schema')}${text.join('\n')}` }];
}

/** In camelCase if the configuration says so, unless two would be called the same. */
function columnKeys({ columns }: RowModel, { camelCaseColumnNames }: Config): readonly string[] {
  const names = columns.map(({ name }) => name);
  const keys = camelCaseColumnNames ? names.map((name) => camelCase(name) || name) : names;
  return new Set(keys).size === keys.length ? keys : names;
}

function definition(table: RowModel, keys: readonly string[], scope: ModuleScope): Expression {
  const columns = table.columns.map((column: MadeColumn, i): Expression => {
    const reference = { schema: table.schema, table: table.name, column: column.name };
    const { codec } = shapeOf(column.value, 'result', reference, codecsOnly(scope));
    const key = keys[i] ?? column.name;
    const name = key === column.name ? [] : [stringLiteral(column.name)];
    return { list: [stringLiteral(key), codec, ...name] };
  });
  return {
    record: [
      ['table', stringLiteral(`${table.schema}.${table.name}`)],
      ['columns', { list: columns }],
    ],
  };
}

/** The types that the schema makes are written out, so that the module needs no other one of the project. */
function moduleScope(config: Config, path: string, imports: ReturnType<typeof collectImports>) {
  const types = new Map<string, SharedType>();
  const codecs = new Map<string, { readonly name: string; readonly text: string }>();
  const scope: ModuleScope = {
    config,
    overrides: overridesOf(config),
    runtime: (name) => imports.value('nodrift-runtime', name),
    runtimeType: (name) => imports.type('nodrift-runtime', name),
    configured: configuredImports(imports, config.root, path),
    sharedType: (type) => {
      types.set(typeKey(type), type);
      return typeKey(type);
    },
    // Those that it has are declared before it.
    sharedCodec: (type) => {
      const key = typeKey(type);
      const codec = type.kind === 'composite' ? compositeCodec(type) : '';
      const name = codecs.get(key)?.name ?? `codec${codecs.size + 1}`;
      if (!codecs.has(key)) {
        const variable = `const ${name} = `;
        const text = `${variable}${printExpression(codec, '', variable.length + 1)};\n`;
        codecs.set(key, { name, text });
      }
      return name;
    },
    sharedJson: () => null,
  };
  const compositeCodec = (type: CompositeType) => compositeShape(type, codecsOnly(scope)).codec;
  const expand = (type: TsType): TsType =>
    expandType(type, {
      expand: (name) => {
        const found = types.get(name);
        return found === undefined ? null : writtenOut(found, scope);
      },
    });
  return { scope, expand, composites: () => [...codecs.values()].map(({ text }) => text) };
}
