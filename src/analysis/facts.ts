import type { Catalog } from './catalog/catalog.ts';
import { asArrayType, pgType } from './catalog/pg-type.ts';
import { readColumnComment, withCommentType } from './column-comment.ts';
import type { ColumnOrigin } from './row-columns.ts';
import type { CompositeType, Field, Literal, PgType, Value } from './type.ts';

/** What is proven of an expression's value. Less proven is always allowed. */
export interface Facts {
  readonly nullable: boolean;
  /** Of an array's elements, at any depth of dimensions. */
  readonly element?: Facts;
  /**
   * Of an array: the numbers of dimensions that it may have if it is not empty. Absent: as many as its type is taken to say,
   * which is one, unless the configuration has more.
   */
  readonly dimensions?: readonly number[];
  /** Of a row's fields, in order, if the row itself is not NULL. */
  readonly fields?: readonly FieldFacts[];
  /** The only values besides NULL. */
  readonly literals?: readonly Literal[];
}

export interface FieldFacts {
  /** `attnum`: dropped columns leave gaps. */
  readonly number: number;
  /** Empty where it has none, as those of `ROW(a, b)`. */
  readonly name: string;
  /** OID; 0 where it is not told. */
  readonly type: number;
  /** Of a record: the table column that it is, unchanged. */
  readonly origin?: ColumnOrigin;
  readonly facts: Facts;
}

/** Nothing is proven. */
export const unknownFacts: Facts = { nullable: true };

/** It is NULL and nothing else, so that it takes nothing from what is known of the value that is beside it. */
export const nullFacts: Facts = { nullable: true };

/** There is no such value: the element of an array without elements, which takes nothing from what is beside it. */
export const noValue: Facts = { nullable: false };

/** It is not NULL; nothing else is proven. */
export const notNull: Facts = { nullable: false };

/** Joins a type with what is proven of its value. */
export function describedValue(catalog: Catalog, type: number, facts: Facts): Value {
  const resolved = pgType(catalog, type);
  const value: { -readonly [K in keyof Value]: Value[K] } = { type: resolved, nullable: facts.nullable };
  if (asArrayType(resolved) !== null && facts.element !== undefined) {
    value.elementsNullable = facts.element.nullable;
    if (facts.element.literals !== undefined) value.elementLiterals = facts.element.literals;
  }
  if (facts.dimensions !== undefined && facts.dimensions.length > 0) value.dimensions = facts.dimensions;
  const fields = fieldsOf(catalog, resolved, facts);
  if (fields !== null) value.fields = fields;
  if (
    fields === null &&
    isRecord(resolved) &&
    facts.fields?.length &&
    facts.fields.every((field) => !field.facts.nullable)
  )
    value.elementsNullable = false;
  if (facts.literals !== undefined) value.literals = facts.literals;
  return value;
}

/** The fields of a composite, or of an array's elements, where more is proven of them than their type says; of a record. */
function fieldsOf(catalog: Catalog, type: PgType, facts: Facts): readonly Field[] | null {
  switch (type.kind) {
    case 'domain':
      return fieldsOf(catalog, type.base, facts);
    case 'array':
      return facts.element === undefined ? null : fieldsOf(catalog, type.element, facts.element);
    case 'composite':
      return facts.fields === undefined ? null : narrowed(catalog, type, facts.fields);
    case 'base':
      return facts.fields === undefined || !isRecord(type) ? null : recordFields(catalog, facts.fields);
    default:
      return null;
  }
}

/** A record's type says nothing of its fields. Without names, or with one name twice, they are told by position. */
function recordFields(catalog: Catalog, fields: readonly FieldFacts[]): readonly Field[] | null {
  if (fields.some(({ type }) => type === 0)) return null;
  const names = new Set(fields.map(({ name }) => name));
  const isNamed = names.size === fields.length && !names.has('');
  return fields.map(({ name, type, origin, facts }) => {
    const [relation, column] = [catalog.relations.get(origin?.[0] ?? 0), origin?.[1] ?? 0];
    const attribute = relation?.columns.get(column);
    const value = describedValue(catalog, type, facts);
    return {
      name: isNamed ? name : '',
      value: withCommentType(value, readColumnComment(attribute?.comment ?? null).type),
      ...(relation &&
        attribute && {
          source: { schema: relation.schema, table: relation.name, column: attribute.name },
        }),
    };
  });
}

function isRecord(type: PgType): boolean {
  return type.kind === 'base' && type.schema === 'pg_catalog' && type.name === 'record';
}

function narrowed(
  catalog: Catalog,
  { fields }: CompositeType,
  proven: readonly FieldFacts[],
): readonly Field[] | null {
  const known = new Map(proven.map(({ name, facts }) => [name, facts]));
  const narrow = fields.map(
    ({ name, value }): Field => ({ name, value: narrowedValue(catalog, value, known.get(name)) }),
  );
  return narrow.some(({ value }, i) => value !== fields[i]?.value) ? narrow : null;
}

/** The type's own decoder decodes its fields: of an array it takes the type's word for the number of dimensions. */
function narrowedValue(catalog: Catalog, value: Value, facts: Facts = unknownFacts): Value {
  const narrow: { -readonly [K in keyof Value]?: Value[K] } = {};
  if (!facts.nullable) narrow.nullable = false;
  if (asArrayType(value.type) !== null && facts.element?.nullable === false) narrow.elementsNullable = false;
  const fields = fieldsOf(catalog, value.type, facts);
  if (fields !== null) narrow.fields = fields;
  return Object.keys(narrow).length === 0 ? value : { ...value, ...narrow };
}
