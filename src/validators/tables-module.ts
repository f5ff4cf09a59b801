import type { CompositeType, DomainType, EnumType } from '../analysis/type.ts';
import { docComment } from '../codegen/comment.ts';
import { pure } from '../codegen/expression.ts';
import { header } from '../codegen/header.ts';
import { isIdentifier, toIdentifier } from '../codegen/identifier.ts';
import { collectImports } from '../codegen/imports.ts';
import { stringUnion } from '../codegen/literal-type.ts';
import type { Module } from '../codegen/module.ts';
import { camelCase, pascalCase } from '../codegen/names.ts';
import { overridesOf } from '../codegen/override.ts';
import { rebasedSpecifier } from '../codegen/paths.ts';
import { compositeShape, type ModuleScope, shapeOf, typesOnly } from '../codegen/shape.ts';
import { tableSchemasPath } from '../codegen/table-schemas-path.ts';
import { named, orNull, printInterface, type TsField, type TsType, unionOf } from '../codegen/ts-type.ts';
import type { Config, SchemaForm } from '../project/config.ts';
import { conditionColumns } from './condition.ts';
import { printCondition, rowField } from './print-condition.ts';
import { printNode } from './print-node.ts';
import type { NodeCheck, SchemaNode } from './schema-node.ts';
import type { TableCheck, TableModel, WrittenColumn } from './table-model.ts';
import { expandType, type TypeScope, valueNode } from './value-node.ts';

/** The module of schemas of the rows that tables take; none where there is no table. */
export function tablesModule(tables: readonly TableModel[], config: Config): readonly Module[] {
  const form = config.validators;
  const own = tables.filter(({ name, schema }) => !historyTables.test(`${schema}.${name}`));
  if (form === undefined || own.length === 0) return [];
  const path = tableSchemasPath(config);
  const stems = tableStems(own, config.searchPath?.[0] ?? 'public');
  const declared = stems.flatMap((stem) =>
    kinds.flatMap((kind) => [`${camelCase(stem)}${kind}`, `${stem}${kind}`]),
  );
  const imports = collectImports(new Set([...declared, 'z', 'v']));
  const shared = new Map<string, EnumType | CompositeType | DomainType>();
  const configured = new Map<string, () => string>();
  const scope: ModuleScope = typesOnly({
    config,
    overrides: overridesOf(config),
    runtime: (name) => name,
    runtimeType: (name) => imports.type('nodrift-runtime', name),
    configured: (wanted) => {
      const specifier = rebasedSpecifier(wanted.module, config.root, path);
      const local = imports.type(specifier, wanted.name, wanted.local);
      configured.set(local, () => imports.value(specifier, wanted.name, wanted.local));
      return local;
    },
    sharedType: (type) => {
      const name = `${type.schema}\0${type.name}`;
      shared.set(name, type);
      return name;
    },
    sharedCodec: () => '',
    sharedJson: () => null,
  });
  const types: TypeScope = {
    expand: (name) => {
      const type = shared.get(name);
      return type === undefined ? null : definitionOf(type, scope);
    },
    isClass: (name) => {
      const load = configured.get(name.split('.')[0] ?? name);
      load?.();
      return load !== undefined || name.startsWith('Temporal.');
    },
    runtime: (name) => imports.value('nodrift-runtime', name),
  };
  const blocks = own.flatMap((table, i) =>
    kinds.map((kind) => tableSchema(table, kind, stems[i] ?? '', form, { scope, types })),
  );
  if (form === 'standard') imports.value('nodrift-runtime', 'standardSchema');
  const library = {
    zod: "import { z } from 'zod';\n",
    valibot: "import * as v from 'valibot';\n",
    standard: '',
  }[form];
  return [
    {
      path,
      source: null,
      text: `${header('the schema')}${[library + imports.print(), ...blocks].join('\n')}`,
    },
  ];
}

const kinds = ['Insert', 'Update'] as const;
type Kind = (typeof kinds)[number];

/** Where tools note which migrations ran. */
const historyTables =
  /^(?:public\.(?:pgmigrations|goose_db_version|schema_migrations|gorp_migrations|schema_version|_prisma_migrations)|nodrift\..*)$/;

/** What the names of a table's schemas begin with: its name, behind its schema's where two would be the same. */
function tableStems(tables: readonly TableModel[], home: string): readonly string[] {
  const count = new Map<string, number>();
  for (const { name } of tables) count.set(pascalCase(name), (count.get(pascalCase(name)) ?? 0) + 1);
  const taken = new Set<string>();
  return tables.map(({ schema, name }) => {
    const short = pascalCase(name);
    const isFree = count.get(short) === 1 || (schema === home && !taken.has(short));
    const wanted = isFree ? short : pascalCase(schema) + short;
    const usable = isIdentifier(wanted) ? wanted : toIdentifier(`Table${wanted}`);
    let stem = usable;
    for (let n = 2; taken.has(stem); n++) stem = `${usable}${n}`;
    taken.add(stem);
    return stem;
  });
}

function definitionOf(type: EnumType | CompositeType | DomainType, scope: ModuleScope): TsType {
  if (type.kind === 'enum') return stringUnion(type.labels);
  if (type.kind === 'composite') return compositeShape(type, scope).type;
  const value = { type: type.base, nullable: false, literals: type.literals ?? [] };
  return shapeOf(value, 'parameter', null, scope).type;
}

function tableSchema(
  table: TableModel,
  kind: Kind,
  stem: string,
  form: SchemaForm,
  { scope, types }: { readonly scope: ModuleScope; readonly types: TypeScope },
): string {
  const fields = table.columns.map((column) => tableField(table, column, kind, scope));
  const node: SchemaNode = {
    kind: 'object',
    fields: fields.map(({ column, key, type, optional }) => ({
      name: key,
      node: valueNode(type, column.value.type, column.modifier, types),
      optional,
    })),
    checks: table.checks.flatMap((check) => rowCheck(check, fields, kind, types) ?? []),
  };
  const unread = [
    ...table.unreadable,
    ...table.checks.flatMap((check) => (rowCheck(check, fields, kind, types) === null ? check.name : [])),
  ];
  const name = `${camelCase(stem)}${kind}`;
  const what = kind === 'Insert' ? 'A row to insert into' : 'What to change in rows of';
  const rest = unread.length === 0 ? '' : `\n\nOnly the database checks ${[...new Set(unread)].join(', ')}.`;
  const comment = docComment(`${what} ${table.schema}.${table.name}.${rest}`, '');
  const text = printNode(node, form);
  if (form !== 'standard') return `${comment}export const ${name} = ${pure}${text};\n`;
  const type = printInterface(
    `${stem}${kind}`,
    fields.map(({ field }) => ({ ...field, type: expandType(field.type, types) })),
  );
  return `${type}\n${comment}export const ${name} = ${pure}standardSchema<${stem}${kind}>(${text});\n`;
}

interface TableField {
  readonly column: WrittenColumn;
  readonly key: string;
  readonly type: TsType;
  readonly field: TsField;
  readonly optional: boolean;
}

function tableField(table: TableModel, column: WrittenColumn, kind: Kind, scope: ModuleScope): TableField {
  const { name, value, hasDefault } = column;
  const key = scope.config.camelCaseColumnNames ? camelCase(name) || name : name;
  const reference = { schema: table.schema, table: table.name, column: name };
  const type = orNull(shapeOf(value, 'parameter', reference, scope).type, value.nullable);
  const optional = kind === 'Update' || hasDefault || value.nullable;
  const whole = optional ? unionOf([type, named('undefined')]) : type;
  return { column, key, type, optional, field: { name: key, type: whole, optional } };
}

/** A constraint as a check of the row; null where its columns are no types that JavaScript compares as PostgreSQL does. */
function rowCheck(
  { name, condition }: TableCheck,
  fields: readonly TableField[],
  kind: Kind,
  types: TypeScope,
): NodeCheck | null {
  const columns = conditionColumns(condition);
  const used = columns.map((column) => fields.find((field) => field.column.name === column));
  const known = used.filter((field) => field !== undefined);
  if (known.length < used.length || !known.every(({ type }) => isComparable(type))) return null;
  const of = (column: string) => fields.find((field) => field.column.name === column);
  const test = printCondition(condition, {
    keyOf: (column) => of(column)?.key ?? column,
    isNullable: (column) => of(column)?.column.value.nullable ?? true,
    isBigint: (column) => JSON.stringify(of(column)?.type).includes('"bigint"'),
    lengthOf: (column) => {
      const { value, modifier = -1 } = of(column)?.column ?? {};
      let type = value?.type;
      while (type?.kind === 'domain') type = type.base;
      return type?.kind === 'base' && type.name === 'varchar' && modifier > 4 ? modifier - 4 : null;
    },
    widened: (column, field) => {
      const text = JSON.stringify(of(column)?.type);
      if (/"text":"(?:'|\\")/.test(text)) return `String(${field})`;
      return /"text":"-?\d+"/.test(text) ? `Number(${field})` : field;
    },
    runtime: types.runtime,
  });
  // Of a column that is not given the default, or the value that is there, is not known.
  const unknown = known
    .filter(({ column }) => kind === 'Update' || column.hasDefault)
    .map(({ key }) => `${rowField(key)} === undefined`);
  const [first] = known;
  return {
    name: 'row',
    test: [...unknown, test].join(' || '),
    message: `must meet ${name}`,
    ...(first !== undefined && { field: first.key }),
  };
}

function isComparable(type: TsType): boolean {
  const members = type.kind === 'union' ? type.members : [type];
  const texts = members.flatMap((one) => (one.kind === 'name' ? one.text : []));
  if (texts.length < members.length) return false;
  const comparable = /^(?:null|string|number|bigint|boolean|true|false|['"].*['"]|-?\d+n?)$/s;
  return (
    texts.every((text) => comparable.test(text)) && !(texts.includes('bigint') && texts.includes('string'))
  );
}
