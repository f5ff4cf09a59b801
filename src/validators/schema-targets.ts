import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import type { PgType, Value } from '../analysis/type.ts';
import { withoutDomains } from '../analysis/without-domains.ts';
import { camelCase } from '../codegen/names.ts';
import { nestedKey } from '../codegen/nested-row.ts';
import { parameterShape } from '../codegen/parameter-shape.ts';
import { type NamedQuery, nameQueries } from '../codegen/query-names.ts';
import { shapeOf } from '../codegen/shape.ts';
import { orNull, type TsType, withoutUndefined } from '../codegen/ts-type.ts';
import type { Config } from '../project/config.ts';
import { tableSchemasPath } from '../project/generated-paths.ts';
import type { SchemaTarget, TargetField } from './compare-schema.ts';
import { type SchemasModule, schemasModule } from './schemas-module.ts';
import type { TableModel } from './table-model.ts';
import { isToolsTable, tableStems } from './table-names.ts';
import { tableField } from './tables-module.ts';
import { type TypeScope, valueNode } from './value-node.ts';

/** A table as it is read. */
interface ReadTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly value: Value }[];
}

/** What schemas can be held against: rows of tables as they are written and read, parameters and rows of queries. */
export function schemaTargets(
  tables: readonly TableModel[],
  read: readonly ReadTable[],
  files: ReadonlyMap<string, readonly AnalysedQuery[]>,
  config: Config,
): readonly SchemaTarget[] {
  const module = schemasModule(tableSchemasPath(config), 'standard', [], config);
  const own = tables.filter((table) => !isToolsTable(table));
  const rows = new Map(read.map(({ schema, name, columns }) => [`${schema}.${name}`, columns]));
  const stems = tableStems(own, config.searchPath?.[0] ?? 'public');
  return [
    ...own.flatMap((table, i) => {
      const columns = rows.get(`${table.schema}.${table.name}`) ?? [];
      return tableTargets(table, columns, camelCase(stems[i] ?? ''), config, module);
    }),
    ...[...files.values()].flatMap((queries) =>
      nameQueries(queries, config, []).flatMap((query) => queryTargets(query, module)),
    ),
  ];
}

function tableTargets(
  table: TableModel,
  columns: ReadTable['columns'],
  stem: string,
  config: Config,
  { scope, types }: SchemasModule,
): readonly SchemaTarget[] {
  const what = `${table.schema}.${table.name}`;
  const written = (['Insert', 'Update'] as const).map(
    (kind): SchemaTarget => ({
      name: `${stem}${kind}`,
      what,
      way: 'written',
      fields: table.columns.map((column) => {
        const { key, type, optional } = tableField(table, column, kind, scope);
        return { name: key, ...valueField(type, column.value.type, column.modifier, types), optional };
      }),
    }),
  );
  const modifiers = new Map(table.columns.map(({ name, modifier }) => [name, modifier]));
  const fields = columns.map(({ name, value }) => {
    const reference = { schema: table.schema, table: table.name, column: name };
    const type = orNull(shapeOf(value, 'result', reference, scope).type, value.nullable);
    const key = nestedKey(name, config);
    return { name: key, ...valueField(type, value.type, modifiers.get(name) ?? -1, types), optional: false };
  });
  if (fields.length === 0) return written;
  return [...written, { name: `${stem}Row`, what, way: 'read', fields }];
}

/** Rows of queries whose aliases are dotted are not compared. */
function queryTargets(
  { query, name, keys }: NamedQuery,
  { scope, types }: SchemasModule,
): readonly SchemaTarget[] {
  const what = `${query.statement.name} of ${query.statement.file}`;
  const params = query.params.map((param, i): TargetField => {
    const { field } = parameterShape(param, query.arrays?.has(i) ?? false, scope);
    const pg = 'value' in param ? param.value.type : null;
    return {
      name: field.name,
      ...valueField(withoutUndefined(field.type), pg, -1, types),
      optional: field.optional === true,
    };
  });
  const row = query.columns.map((column, i): TargetField => {
    const type = orNull(shapeOf(column.value, 'result', column.source, scope).type, column.value.nullable);
    return {
      name: keys[i] ?? column.name,
      ...valueField(type, column.value.type, -1, types),
      optional: false,
    };
  });
  return [
    ...(params.length === 0
      ? []
      : [{ name: `${name}Params`, what, way: 'written', fields: params } as const]),
    ...(row.length === 0 || query.nesting !== undefined
      ? []
      : [{ name: `${name}Row`, what, way: 'read', fields: row } as const]),
  ];
}

function valueField(type: TsType, pg: PgType | null, modifier: number, types: TypeScope) {
  return {
    node: valueNode(type, pg, modifier, types),
    maxLength: pg === null ? null : lengthOf(pg, modifier),
  };
}

function lengthOf(type: PgType, modifier: number): number | null {
  const base = withoutDomains(type);
  const isLimited = base.kind === 'base' && /^(?:varchar|bpchar)$/.test(base.name) && modifier > 4;
  return isLimited ? modifier - 4 : null;
}
