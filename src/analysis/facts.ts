import type { Catalog } from './catalog/catalog.ts';
import { arrayOf, baseType, pgType } from './catalog/pg-type.ts';
import type { Field, Literal, PgType, Value } from './type.ts';

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
  /** Of a row's fields, in order; with names for anonymous rows that have them. */
  readonly fields?: readonly FieldFacts[];
  /** The only values besides NULL. */
  readonly literals?: readonly Literal[];
}

export interface FieldFacts {
  readonly name: string;
  /** OID. */
  readonly type: number;
  readonly facts: Facts;
}

/** Nothing is proven. */
export const anything: Facts = { nullable: true };

/** It is not NULL; nothing else is proven. */
export const notNull: Facts = { nullable: false };

/** Joins a type with what is proven of its value. */
export function describedValue(catalog: Catalog, type: number, facts: Facts): Value {
  const resolved = pgType(catalog, type);
  const value: { -readonly [K in keyof Value]: Value[K] } = { type: resolved, nullable: facts.nullable };
  if (arrayOf(resolved) !== null && facts.element !== undefined) {
    value.elementsNullable = facts.element.nullable;
    if (facts.element.literals !== undefined) value.elementLiterals = facts.element.literals;
  }
  if (facts.dimensions !== undefined && facts.dimensions.length > 0) value.dimensions = facts.dimensions;
  const fields = fieldsOf(catalog, type, resolved, facts);
  if (fields !== null) value.fields = fields;
  if (facts.literals !== undefined) value.literals = facts.literals;
  return value;
}

function fieldsOf(catalog: Catalog, oid: number, type: PgType, facts: Facts): readonly Field[] | null {
  const base = pgType(catalog, baseType(catalog, oid));
  if (facts.fields === undefined) return null;
  if (base.kind !== 'composite' && !(base.kind === 'base' && base.name === 'record')) return null;
  if (type.kind === 'domain') return null;
  return facts.fields.map(({ name, type: field, facts: proven }) => ({
    name,
    value: describedValue(catalog, field, proven),
  }));
}
