import type { ColumnReference } from '../analysis/analysed-query.ts';
import type { BaseType, CompositeType, Field, PgType, Value } from '../analysis/type.ts';
import { withoutDomains } from '../analysis/without-domains.ts';
import type { Mapping } from '../built-in-types.ts';
import type { Config } from '../project/config.ts';
import { asText, defaultMapping, isJsonType, mappings } from './codec-table.ts';
import type { Expression } from './expression.ts';
import { jsonType } from './json-type.ts';
import { stringLiteral } from './literal.ts';
import { literalType, stringUnion } from './literal-type.ts';
import { camelCase } from './names.ts';
import type { ImportedType, Override, Overrides, ValueDirection } from './override.ts';
import type { SharedType } from './shared-names.ts';
import { arrayType, named, orNull, type TsType, unionOf } from './ts-type.ts';

/** How a value looks in TypeScript, and the codec that makes it so: they never part. */
export interface Shape {
  readonly type: TsType;
  readonly codec: Expression;
}

/** What the file that is being made offers: names that are imported or declared once they are asked for. */
export interface ModuleScope {
  readonly config: Config;
  readonly overrides: Overrides;
  /** A codec, or a function that makes one, of nodrift-runtime. */
  readonly runtime: (name: string) => string;
  readonly runtimeType: (name: string) => string;
  /** An export of a module that the configuration names. */
  readonly configured: (wanted: ImportedType, isType: boolean) => string;
  readonly sharedType: (type: SharedType) => string;
  readonly sharedCodec: (type: SharedType) => string;
  /** The declared type of a column's JSON structure; null if it has none. */
  readonly sharedJson: (column: ColumnReference) => string | null;
}

/**
 * The shape of a value; whether the value itself can be null is the caller's to add.
 * @param column the table column that the value is, or is written to or compared with
 * @throws Failure (exit code 2) where the configuration asks for a type that nothing can decode to
 */
export function shapeOf(
  value: Value,
  direction: ValueDirection,
  column: ColumnReference | null,
  scope: ModuleScope,
): Shape {
  const override = column === null ? null : scope.overrides.ofColumn(column);
  // Nothing but NULL, whatever the type.
  if (value.literals?.length === 0) {
    const { codec } = shape(value, { direction, column, override, scope: codecsOnly(scope) });
    return { type: named('never'), codec };
  }
  return shape(value, { direction, column, override, scope });
}

/** The same scope for where only the type is wanted: no codec is imported for it. */
export function typesOnly(scope: ModuleScope): ModuleScope {
  return {
    ...scope,
    runtime: (name) => name,
    configured: (wanted) => scope.configured(wanted, true),
    sharedCodec: () => '',
  };
}

/** The same scope for where only the codec is wanted: no type is imported for it. */
export function codecsOnly(scope: ModuleScope): ModuleScope {
  return {
    ...scope,
    runtimeType: (name) => name,
    configured: (wanted, isType) => (isType ? wanted.local : scope.configured(wanted, false)),
    sharedType: () => '',
    sharedJson: () => null,
  };
}

/** The type that a name of a shared type is short for, as a parameter's. */
export function writtenOut(type: SharedType, scope: ModuleScope): TsType {
  if (type.kind === 'enum') return stringUnion(type.labels);
  if (type.kind === 'composite') return compositeShape(type, typesOnly(scope)).type;
  const value = { type: type.base, nullable: false, literals: type.literals ?? [] };
  return shapeOf(value, 'parameter', null, typesOnly(scope)).type;
}

interface Context {
  readonly direction: ValueDirection;
  readonly column: ColumnReference | null;
  /** The column's. */
  readonly override: Override | null;
  readonly scope: ModuleScope;
}

function shape(value: Value, context: Context): Shape {
  const { direction, scope } = context;
  const { type } = value;
  if (type.kind === 'array') return arrayShape(type.element, value, context);
  const { commentType } = value;
  const ofComment = commentType === undefined ? null : scope.overrides.ofComment(commentType, context.column);
  const override = context.override ?? ofComment ?? scope.overrides.ofType(type, direction);
  if (override !== null) {
    // A domain over an array: a column's override is meant for the elements, as it is without the domain.
    const ofElements = override === (context.override ?? ofComment) || override.dimensions > 0;
    return type.kind === 'domain' && arrayBase(type.base) && ofElements
      ? shape({ ...value, type: type.base }, { ...context, override })
      : overridden(type, value, override, context);
  }
  switch (type.kind) {
    case 'domain': {
      const literals = value.literals ?? type.literals ?? undefined;
      const base = shape(
        { ...value, type: type.base, ...(literals === undefined ? {} : { literals }) },
        context,
      );
      const whole = type.literals !== null && sameLiterals(value.literals, type.literals);
      return whole && isLiteralUnion(base.type) ? { ...base, type: named(scope.sharedType(type)) } : base;
    }
    case 'enum': {
      const whole = sameLiterals(value.literals, type.labels);
      return {
        type: whole
          ? named(scope.sharedType(type))
          : stringUnion((value.literals ?? []).filter((l) => typeof l === 'string')),
        codec: scope.runtime('text'),
      };
    }
    case 'composite': {
      const { fields } = value;
      const own = fields === undefined || JSON.stringify(fields) === JSON.stringify(type.fields);
      return {
        type: own
          ? named(scope.sharedType(type))
          : recordShape(fields, type.isRow === true, { ...context, scope: typesOnly(scope) }).type,
        codec: scope.sharedCodec(type),
      };
    }
    case 'range': {
      const { type: bound, codec } = part(type.subtype, context);
      return {
        type: named(scope.runtimeType('Range'), bound),
        codec: { call: scope.runtime('range'), args: [codec] },
      };
    }
    case 'multirange': {
      const { type: bound, codec } = part(type.range.subtype, context);
      return {
        type: named(scope.runtimeType('Multirange'), bound),
        codec: { call: scope.runtime('multirange'), args: [codec] },
      };
    }
    case 'base':
      return baseShape(type, defaultMapping(type), value, context);
  }
}

function arrayShape(element: PgType, value: Value, context: Context): Shape {
  const { direction, scope, override } = context;
  const { literals: _, elementsNullable: __, elementLiterals: literals, dimensions: known, ...rest } = value;
  const { type, codec } = shape(
    { ...rest, type: element, ...(literals && { literals }) },
    { ...context, override: override === null ? null : elementOverride(override) },
  );
  const nullable = value.elementsNullable !== false;
  // `[]` alone says no more than the type does.
  const wanted = Math.max(1, override?.dimensions ?? 1);
  const dimensions = Math.min(wanted, mostDimensions);
  if (wanted > mostDimensions) {
    scope.overrides.refuse(
      override,
      `${override?.setting}: PostgreSQL arrays have at most ${mostDimensions} dimensions.`,
      'Remove some of the `[]`.',
    );
  }
  const possible = known ?? [dimensions];
  return {
    type: unionOf(possible.map((n) => nested(orNull(type, nullable), n, direction === 'parameter'))),
    codec: {
      call: scope.runtime(nullable ? 'arrayWithNulls' : 'array'),
      args: [
        delimitedCodec(element, codec, scope),
        ...(possible.length === 1 && possible[0] === 1 ? [] : possible.map(String)),
      ],
    },
  };
}

function nested(element: TsType, dimensions: number, readonly: boolean): TsType {
  return dimensions === 0 ? element : nested(arrayType(element, readonly), dimensions - 1, readonly);
}

/** An element's codec that knows what is between the elements. */
export function delimitedCodec(element: PgType, codec: Expression, scope: ModuleScope): Expression {
  const base = withoutDomains(element);
  if (base.kind !== 'base' || base.delimiter === undefined) return codec;
  // The one built-in type with another delimiter has a codec of its own.
  if (base.schema === 'pg_catalog' && typeof codec === 'string') return codec;
  return { call: scope.runtime('delimited'), args: [codec, stringLiteral(base.delimiter)] };
}

// MAXDIM in src/include/utils/array.h.
const mostDimensions = 6;

/** What an array's override says of the elements; null where it has nothing but brackets. */
function elementOverride(override: Override): Override | null {
  return override.wanted.kind === 'text' && override.wanted.text === ''
    ? null
    : { ...override, dimensions: 0 };
}

function baseShape(
  type: BaseType,
  mapping: Mapping,
  value: Value,
  { column, direction, scope }: Context,
): Shape {
  if (value.fields !== undefined && type.name === 'record') {
    const context: Context = { column: null, direction, override: null, scope };
    const isNamed = value.fields.every(({ name }) => name !== '');
    return isNamed ? recordShape(value.fields, true, context) : tupleShape(value.fields, context);
  }
  const codec = codecOf(mapping, scope);
  if (mapping.type === 'Json') {
    const declared = direction === 'result' && column !== null ? scope.sharedJson(column) : null;
    if (declared !== null) return { type: named(declared), codec };
    return { type: jsonType(value.json ?? { kind: 'unknown' }, () => scope.runtimeType('Json')), codec };
  }
  const literals = value.literals === undefined ? null : literalType(type, mapping.type, value.literals);
  if (mapping.codec === 'record') {
    const field = orNull(named('string'), value.elementsNullable !== false);
    return { type: arrayType(field, direction === 'parameter'), codec };
  }
  const words = direction === 'parameter' ? [mapping.type, ...(mapping.alsoTakes ?? [])] : [mapping.type];
  return { type: literals ?? unionOf(words.map((word) => named(word))), codec };
}

/** A composite type's own shape: an object with all its fields, and the codec that makes it. */
export function compositeShape(type: CompositeType, scope: ModuleScope): Shape {
  const context: Context = { direction: 'result', column: null, override: null, scope };
  return recordShape(type.fields, type.isRow === true, context);
}

/** @param areColumns whether they are called as columns of a result are */
function recordShape(fields: readonly Field[], areColumns: boolean, context: Context): Shape {
  const keys = areColumns ? columnKeys(fields, context.scope.config) : fields.map(({ name }) => name);
  const shapes = fields.map((field, i) => ({
    key: keys[i] ?? field.name,
    field,
    ...fieldShape(field, context),
  }));
  return {
    type: {
      kind: 'object',
      fields: shapes.map(({ key, field, type }) => ({
        name: key,
        type: orNull(type, field.value.nullable),
      })),
    },
    codec: {
      call: context.scope.runtime('composite'),
      args: [{ list: shapes.map(({ key, codec }) => ({ list: [stringLiteral(key), codec] })) }],
    },
  };
}

/** In camelCase if the configuration says so, unless two would be called the same. */
function columnKeys(fields: readonly Field[], config: Config): readonly string[] {
  const names = fields.map(({ name }) => name);
  if (!config.camelCaseColumnNames) return names;
  const keys = names.map((name) => camelCase(name) || name);
  return new Set(keys).size === keys.length ? keys : names;
}

/** The fields of a record that have no names. */
function tupleShape(fields: readonly Field[], context: Context): Shape {
  const shapes = fields.map((field) => ({ field, ...fieldShape(field, context) }));
  return {
    type: {
      kind: 'tuple',
      elements: shapes.map(({ field, type }) => orNull(type, field.value.nullable)),
    },
    codec: { call: context.scope.runtime('tuple'), args: [{ list: shapes.map(({ codec }) => codec) }] },
  };
}

/** A record's field may be a table's column, with the override of that one. */
function fieldShape({ value, source }: Field, context: Context): Shape {
  // The declared type of a column's JSON is that of all queries which select it as it is.
  const scope = { ...context.scope, sharedJson: () => null };
  return shapeOf(value, context.direction, source ?? null, scope);
}

/** What a value is made of: the override of its column is not meant for it. */
function part(type: PgType, { direction, scope }: Context, value: Value = { type, nullable: false }): Shape {
  return shape(value, { direction, column: null, override: null, scope });
}

function overridden(type: PgType, value: Value, override: Override, context: Context): Shape {
  const { scope } = context;
  const { wanted, dimensions } = override;
  const base = withoutDomains(type);
  const possible = base.kind === 'base' ? mappings(base) : [asText];
  const mapping = possible.find((m) => wanted.kind === 'text' && m.type === wanted.text);
  if (mapping !== undefined && dimensions === 0) {
    return base.kind === 'base'
      ? baseShape(base, mapping, value, context)
      : { type: named(mapping.type), codec: codecOf(mapping, scope) };
  }
  if (isJsonType(base) && !(wanted.kind === 'text' && wanted.text === '')) {
    // Whether the JSON is of that type cannot be checked: the configuration asserts it.
    const word = wanted.kind === 'text' ? wanted.text : memberOf(scope.configured(wanted, true), wanted);
    return { type: named(word + '[]'.repeat(dimensions)), codec: scope.runtime('json') };
  }
  if (wanted.kind === 'import' && dimensions === 0) {
    const { temporal } = possible.find((m) => m.type === memberOf(wanted.name, wanted)) ?? {};
    if (temporal !== undefined || wanted.name !== 'Temporal') {
      const local = scope.configured(wanted, false);
      const type = memberOf(local, wanted);
      return {
        type: named(type),
        codec:
          temporal === undefined
            ? { call: scope.runtime('custom'), args: [type] }
            : { call: scope.runtime('temporal'), args: [stringLiteral(temporal), local] },
      };
    }
  }
  const name = 'name' in base ? base.name : 'array';
  scope.overrides.refuse(
    override,
    `${override.setting}: nodrift-runtime cannot make that type from ${name}.`,
    `Possible types: ${possible.map((m) => m.type).join(', ')}, or "module#Class": a class whose constructor accepts PostgreSQL's text, and whose toString() returns it.`,
  );
  return base.kind === 'base'
    ? baseShape(base, defaultMapping(base), value, context)
    : { type: named(asText.type), codec: codecOf(asText, scope) };
}

function memberOf(namespace: string, { member }: ImportedType): string {
  return member === undefined ? namespace : `${namespace}.${member}`;
}

function codecOf({ codec, temporal }: Mapping, scope: ModuleScope): Expression {
  const name = scope.runtime(codec);
  return temporal === undefined ? name : { call: name, args: [stringLiteral(temporal)] };
}

function arrayBase(type: PgType): boolean {
  return withoutDomains(type).kind === 'array';
}

/** Whether the value's own bound says no more than its type's. */
function sameLiterals(own: Value['literals'], types: readonly unknown[]): boolean {
  return (
    own === undefined || (own.length === types.length && types.every((label) => own.some((l) => l === label)))
  );
}

function isLiteralUnion(type: TsType): boolean {
  return (type.kind === 'union' ? type.members : [type]).every(
    (m) => m.kind === 'name' && /^(['"].*['"]|-?[\d.]+(e[+-]?\d+)?n?|true|false|never)$/s.test(m.text),
  );
}
