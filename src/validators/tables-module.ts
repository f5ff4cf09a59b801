import { docComment } from '../codegen/comment.ts';
import { propertyKey } from '../codegen/literal.ts';
import type { Module } from '../codegen/module.ts';
import { camelCase } from '../codegen/names.ts';
import { nestedKey } from '../codegen/nested-row.ts';
import { type ModuleScope, shapeOf } from '../codegen/shape.ts';
import { named, orNull, printInterface, type TsField, type TsType, unionOf } from '../codegen/ts-type.ts';
import type { Config, SchemaForm } from '../project/config.ts';
import { tableSchemasPath } from '../project/generated-paths.ts';
import { conditionColumns } from './condition.ts';
import { conditionTest } from './condition-test.ts';
import type { NodeCheck, SchemaNode } from './schema-node.ts';
import { type SchemasModule, schemasModule, withUnread } from './schemas-module.ts';
import type { TableCheck, TableModel, WrittenColumn } from './table-model.ts';
import { isToolsTable, tableStems } from './table-names.ts';
import { expandType, type TypeScope, valueNode } from './value-node.ts';

/** The module of schemas of the rows that tables take; none where there is no table. */
export function tablesModule(tables: readonly TableModel[], config: Config): readonly Module[] {
  const form = config.validators;
  const own = tables.filter((table) => !isToolsTable(table));
  if (form === undefined || own.length === 0) return [];
  const path = tableSchemasPath(config);
  const stems = tableStems(own, config.searchPath?.[0] ?? 'public');
  const declared = stems.flatMap((stem) =>
    kinds.flatMap((kind) => [`${camelCase(stem)}${kind}`, `${stem}${kind}`]),
  );
  const file = schemasModule(path, form, declared, config);
  const blocks = own.flatMap((table, i) =>
    kinds.map((kind) => tableSchema(table, kind, stems[i] ?? '', form, file)),
  );
  return [{ path, source: null, text: file.print('the schema', blocks) }];
}

const kinds = ['Insert', 'Update'] as const;
type Kind = (typeof kinds)[number];

function tableSchema(
  table: TableModel,
  kind: Kind,
  stem: string,
  form: SchemaForm,
  module: SchemasModule,
): string {
  const { scope, types } = module;
  const fields = table.columns.map((column) => tableField(table, column, kind, scope));
  const checks = table.checks.map((check) => ({
    name: check.name,
    read: rowCheck(check, fields, kind, types),
  }));
  const node: SchemaNode = {
    kind: 'object',
    fields: fields.map(({ column, key, type, optional }) => ({
      name: key,
      node: valueNode(type, column.value.type, column.modifier, types),
      optional,
    })),
    checks: checks.flatMap(({ read }) => read?.check ?? []),
  };
  const unread = [...table.unreadable, ...checks.flatMap(({ name, read }) => (read === null ? name : []))];
  const open = checks.flatMap(({ name, read }) => (read?.isOpen ? name : []));
  const name = `${camelCase(stem)}${kind}`;
  const what = kind === 'Insert' ? 'A row to insert into' : 'What to change in rows of';
  const words = withUnread(`${what} ${table.schema}.${table.name}.`, unread, open);
  const declaration = docComment(words, '') + module.declaration(name, `${stem}${kind}`, node);
  if (form !== 'standard') return declaration;
  const type = printInterface(
    `${stem}${kind}`,
    fields.map(({ field }) => ({ ...field, type: expandType(field.type, types) })),
  );
  return `${type}\n${declaration}`;
}

export interface TableField {
  readonly column: WrittenColumn;
  readonly key: string;
  readonly type: TsType;
  readonly field: TsField;
  readonly optional: boolean;
}

/** A column as a field of the rows that an INSERT or an UPDATE takes. */
export function tableField(
  table: TableModel,
  column: WrittenColumn,
  kind: Kind,
  scope: ModuleScope,
): TableField {
  const { name, value, hasDefault } = column;
  const key = nestedKey(name, scope.config);
  const reference = { schema: table.schema, table: table.name, column: name };
  const type = orNull(shapeOf(value, 'parameter', reference, scope).type, value.nullable);
  const optional = kind === 'Update' || hasDefault || value.nullable;
  const whole = optional ? unionOf([type, named('undefined')]) : type;
  return { column, key, type, optional, field: { name: key, type: whole, optional } };
}

/** A constraint as a check of the row; null where only the database knows it. `isOpen`: see ConditionTest. */
function rowCheck(
  { name, condition }: TableCheck,
  fields: readonly TableField[],
  kind: Kind,
  types: TypeScope,
): { readonly check: NodeCheck; readonly isOpen: boolean } | null {
  const field = (key: string) => (propertyKey(key) === key ? `row.${key}` : `row[${propertyKey(key)}]`);
  const columns = fields.map(({ column, type, key }) => ({ column, type, field: field(key) }));
  const found = conditionTest(condition, columns, types);
  if (found === null) return null;
  const used = [...conditionColumns(condition).keys()].flatMap(
    (column) => fields.find((one) => one.column.name === column) ?? [],
  );
  // Of a column that is not given the default, or the value that is there, is not known.
  const unknown = used
    .filter(({ column }) => kind === 'Update' || column.hasDefault)
    .map(({ key }) => `${field(key)} === undefined`);
  const [first] = used;
  return {
    check: {
      name: 'row',
      test: [...unknown, found.test].join(' || '),
      message: `must meet ${name}`,
      ...(first !== undefined && { field: first.key }),
    },
    isOpen: found.isOpen,
  };
}
