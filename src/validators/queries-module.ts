import type {
  Column,
  ColumnReference,
  NestedField,
  QueryParam,
  SlotValue,
  Violation,
} from '../analysis/analysed-query.ts';
import type { PgType, Value } from '../analysis/type.ts';
import { docComment } from '../codegen/comment.ts';
import type { Module } from '../codegen/module.ts';
import { nestedKey } from '../codegen/nested-row.ts';
import { parameterShape } from '../codegen/parameter-shape.ts';
import { importSpecifier } from '../codegen/paths.ts';
import type { NamedQuery, SourceFile } from '../codegen/query-names.ts';
import { variantsToldApart } from '../codegen/row-type.ts';
import { shapeOf } from '../codegen/shape.ts';
import { flatType, orNull, type TsType, withoutUndefined } from '../codegen/ts-type.ts';
import type { Config } from '../project/config.ts';
import { querySchemasPath } from '../project/generated-paths.ts';
import { conditionColumns } from './condition.ts';
import { conditionTest } from './condition-test.ts';
import type { NodeCheck, NodeField, SchemaNode } from './schema-node.ts';
import { type SchemasModule, schemasModule, withUnread } from './schemas-module.ts';
import type { TableModel, WrittenColumn } from './table-model.ts';
import { expandType, valueNode } from './value-node.ts';

/**
 * The module of schemas of what the queries of a file take and return; null where they do neither.
 * @param tables all of the database
 */
export function queriesModule(
  { file, output, queries }: SourceFile,
  tables: readonly TableModel[],
  config: Config,
): Module | null {
  const form = config.validators;
  if (form === undefined) return null;
  const path = querySchemasPath(output);
  const declared = queries.flatMap(({ name }) => [`${name}Params`, `${name}Row`]);
  const module = schemasModule(path, form, declared, config);
  const specifier = importSpecifier(path, output, config.importExtension);
  const schema = (name: string, type: string, node: SchemaNode, words: string): string => {
    const named = form === 'standard' ? module.imports.type(specifier, type) : type;
    return docComment(words, '') + module.declaration(name, named, node);
  };
  const blocks = queries.flatMap((query) => {
    const { name, params, row } = query;
    const own: string[] = [];
    if (query.query.params.length > 0) {
      const { node, unread, open } = paramsNode(query, tables, module);
      const words = withUnread(`The parameters of ${name}.`, unread, open);
      own.push(schema(`${name}Params`, params, node, words));
    }
    if (query.query.columns.length > 0)
      own.push(schema(`${name}Row`, row, rowNode(query, module), `A row of ${name}.`));
    return own;
  });
  return blocks.length === 0 ? null : { path, source: file, text: module.print(file, blocks) };
}

/** `unread`: the constraints that the statement can fail on, but the schema does not have. `open`: see ConditionTest. */
function paramsNode(
  { query }: NamedQuery,
  tables: readonly TableModel[],
  module: SchemasModule,
): { readonly node: SchemaNode; readonly unread: readonly string[]; readonly open: readonly string[] } {
  const read = new Map<string, { readonly isOpen: boolean }>();
  const slotNode = (slot: SlotValue, type: TsType): SchemaNode => {
    const assigned = (query.assigned?.get(slot.index) ?? []).flatMap((column) => writtenTo(column, tables));
    return assignedNode(slot, type, assigned, module, read);
  };
  const fields = query.params.map((param): NodeField => {
    const { name, type, optional = false } = parameterShape(param, false, module.scope).field;
    return { name, node: paramNode(param, withoutUndefined(type), slotNode, module), optional };
  });
  const isWritten = (table: Violation['table'], column: string) =>
    query.operations?.some(
      (one) => one.schema === table?.schema && one.table === table.name && one.columns.includes(column),
    ) ?? true;
  const unread = query.violations.constraints.flatMap(({ kind, constraint, table, columns }) => {
    const isOfWritten = table === null || columns.some((column) => isWritten(table, column));
    return kind === 'check' && constraint !== null && isOfWritten && !read.has(constraint) ? constraint : [];
  });
  const open = [...read].flatMap(([name, { isOpen }]) => (isOpen ? name : []));
  return { node: { kind: 'object', fields }, unread, open };
}

/** @param ts the type of the parameter where it is given */
function paramNode(
  param: QueryParam,
  ts: TsType,
  slotNode: (slot: SlotValue, ts: TsType) => SchemaNode,
  { types }: SchemasModule,
): SchemaNode {
  if (param.kind === 'scalar') return slotNode(param, ts);
  const one = (of: TsType) =>
    'fields' in param ? fieldsNode(param.fields, of, slotNode) : slotNode(param, of);
  if (ts.kind !== 'array' && ts.kind !== 'nonEmpty') return one(ts);
  return {
    kind: 'array',
    element: one(ts.element),
    type: flatType(expandType(ts, types)),
    readonly: true,
    nonEmpty: ts.kind === 'nonEmpty',
  };
}

function fieldsNode(
  slots: readonly SlotValue[],
  ts: TsType,
  slotNode: (slot: SlotValue, ts: TsType) => SchemaNode,
): SchemaNode {
  const fields = ts.kind === 'object' ? ts.fields : [];
  return {
    kind: 'object',
    fields: slots.flatMap((slot, i): readonly NodeField[] => {
      const { name, type, optional = false } = fields[i] ?? {};
      if (name === undefined || type === undefined) return [];
      return [{ name, node: slotNode(slot, withoutUndefined(type)), optional }];
    }),
  };
}

/** A column of a table that a parameter is assigned to. */
interface Assigned {
  readonly table: TableModel;
  readonly column: WrittenColumn;
}

function writtenTo(
  { schema, table, column }: ColumnReference,
  tables: readonly TableModel[],
): readonly Assigned[] {
  const model = tables.find((one) => one.schema === schema && one.name === table);
  const found = model?.columns.find(({ name }) => name === column);
  return model === undefined || found === undefined ? [] : [{ table: model, column: found }];
}

/** What the columns ask of the value, besides what its type does. @param read takes the constraints that the schema has */
function assignedNode(
  { value }: SlotValue,
  ts: TsType,
  assigned: readonly Assigned[],
  { types }: SchemasModule,
  read: Map<string, { readonly isOpen: boolean }>,
): SchemaNode {
  const [first, ...others] = assigned.map(({ column }) =>
    valueNode(ts, column.value.type, column.modifier, types),
  );
  const node = first ?? valueNode(ts, value.type, -1, types);
  // Each column has a length of its own.
  const lengths = others.flatMap(checksOf);
  const checks = assigned.flatMap(({ table, column }) => {
    const { nullable } = value;
    const tested = [
      { column: { ...column, value: { ...column.value, nullable } }, type: ts, field: 'value' },
    ];
    return table.checks.flatMap(({ name, condition }): readonly NodeCheck[] => {
      const found = conditionColumns(condition).size === 1 ? conditionTest(condition, tested, types) : null;
      if (found === null) return [];
      read.set(name, { isOpen: found.isOpen || read.get(name)?.isOpen === true });
      return [{ name: 'value', test: found.test, message: `must meet ${name}` }];
    });
  });
  const all = new Map([...(node.checks ?? []), ...lengths, ...checks].map((check) => [check.test, check]));
  return all.size === 0 ? node : { ...node, checks: [...all.values()] };
}

/** What is checked of a value that is no null. */
function checksOf(node: SchemaNode): readonly NodeCheck[] {
  if (node.kind !== 'anyOf') return node.checks ?? [];
  const [only, another] = node.members.filter(({ kind }) => kind !== 'null');
  if (only === undefined || another !== undefined) return [];
  return checksOf(only).map((check) => ({ ...check, test: `value === null || ${check.test}` }));
}

function rowNode({ query, keys }: NamedQuery, module: SchemasModule): SchemaNode {
  const { columns, variants, nesting } = query;
  const object = (of: readonly Column[]): SchemaNode => ({
    kind: 'object',
    fields: of.map((column, i) => ({
      name: keys[i] ?? column.name,
      node: columnNode(column, column.value.nullable, module),
      optional: false,
    })),
  });
  if (nesting !== undefined) return nestedNode(nesting.fields, columns, module);
  if (variants === undefined || !variantsToldApart(variants, module.scope)) return object(columns);
  return { kind: 'anyOf', members: variants.members.map((member) => object(member.columns)) };
}

function nestedNode(
  fields: readonly NestedField[],
  columns: readonly Column[],
  module: SchemasModule,
): SchemaNode {
  const ofColumn = (index: number, nullable: boolean): SchemaNode => {
    const column = columns[index];
    if (column === undefined) throw new Error(`No column ${index}`);
    return columnNode(column, nullable, module);
  };
  const ofField = (field: NestedField): SchemaNode => {
    if (field.kind === 'column') return ofColumn(field.column, field.nullable);
    if (field.kind === 'list') {
      const { of } = field;
      const element = 'column' in of ? ofColumn(of.column, of.nullable) : nestedNode(of, columns, module);
      return { kind: 'array', element, type: '', readonly: false };
    }
    const object = nestedNode(field.fields, columns, module);
    return field.present === null ? object : { kind: 'anyOf', members: [object, { kind: 'null' }] };
  };
  return {
    kind: 'object',
    fields: fields.map((field) => ({
      name: nestedKey(field.name, module.scope.config),
      node: ofField(field),
      optional: false,
    })),
  };
}

function columnNode(
  { value, source }: Column,
  nullable: boolean,
  { scope, types }: SchemasModule,
): SchemaNode {
  const ts = orNull(shapeOf(value, 'result', source, scope).type, nullable);
  return valueNode(ts, describedType(value), -1, types);
}

/** The type of a value, of which a record has the fields that are known of it. */
function describedType({ type, fields }: Value): PgType {
  if (fields === undefined) return type;
  const described: PgType = { kind: 'composite', schema: '', name: '', fields };
  return type.kind === 'array' ? { ...type, element: described } : described;
}
