/** A Postgres type, resolved to structure. OIDs never leave the analysis: they differ from server to server. */
export type PgType =
  | BaseType
  | EnumType
  | DomainType
  | CompositeType
  | ArrayType
  | RangeType
  | MultirangeType;

/** A table, view or other relation's column. */
export interface ColumnReference {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

interface Named {
  readonly schema: string;
  readonly name: string;
}

/** A base or pseudo type: `pg_catalog.int4`, `public.citext`, `pg_catalog.record`. */
export interface BaseType extends Named {
  readonly kind: 'base';
  /** What is between the elements of an array of it (`pg_type.typdelim`); absent: a comma. */
  readonly delimiter?: string;
}

export interface EnumType extends Named {
  readonly kind: 'enum';
  /** In `enumsortorder`. */
  readonly labels: readonly string[];
}

export interface DomainType extends Named {
  readonly kind: 'domain';
  readonly base: PgType;
  readonly notNull: boolean;
  /** The values that its CHECK constraints allow, if they are a list of constants. */
  readonly literals: readonly Literal[] | null;
}

export interface CompositeType extends Named {
  readonly kind: 'composite';
  /** In `attnum` order, dropped ones omitted. */
  readonly fields: readonly Field[];
  /** The row of a table or view: its fields are columns. Absent: it was made by CREATE TYPE. */
  readonly isRow?: true;
}

export interface Field {
  /** Empty in all fields of a record that are told by position, as those of `ROW(a, b)`. */
  readonly name: string;
  readonly value: Value;
  /** Of a record: the table column that it is, unchanged. */
  readonly source?: ColumnReference;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: PgType;
}

export interface RangeType extends Named {
  readonly kind: 'range';
  readonly subtype: PgType;
}

export interface MultirangeType extends Named {
  readonly kind: 'multirange';
  readonly range: RangeType;
}

/** A constant that a column is known to be one of. */
export type Literal = string | number | boolean;

/** Everything known about what a column, field or parameter can hold. */
export interface Value {
  readonly type: PgType;
  /** Whether it can be NULL. */
  readonly nullable: boolean;
  /** For arrays (also domains over arrays) and anonymous records: whether an element can be NULL. Absent: it can. */
  readonly elementsNullable?: boolean;
  /** For arrays: the only values that an element can hold besides NULL. Absent: no such bound is known. */
  readonly elementLiterals?: readonly Literal[];
  /** For arrays: the numbers of dimensions that they have if they are not empty. Absent: one, or what is configured. */
  readonly dimensions?: readonly number[];
  /**
   * For composites whose fields the query narrows, records whose fields are known, and arrays of both: the fields, in
   * order. Of a record each of them has its own codec; a composite's type has them.
   */
  readonly fields?: readonly Field[];
  /** The only values that it can hold besides NULL. Absent: no such bound is known. */
  readonly literals?: readonly Literal[];
  /** For json and jsonb, and arrays of them: the structure, as JSON delivers it. Absent: unknown. */
  readonly json?: JsonShape;
  /**
   * For json and jsonb, and arrays of them: the TypeScript type that the comment of the column names, in the spelling of
   * the configuration's `types`. Absent: none.
   */
  readonly commentType?: string;
}

/** The structure of a JSON value, as `JSON.parse` yields it. */
export type JsonShape =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'null' }
  | { readonly kind: 'string' | 'number' | 'boolean' }
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'array'; readonly element: JsonShape }
  | { readonly kind: 'object'; readonly fields: readonly JsonField[] }
  | { readonly kind: 'record'; readonly value: JsonShape }
  | { readonly kind: 'union'; readonly members: readonly JsonShape[] };

export interface JsonField {
  readonly name: string;
  readonly value: JsonShape;
  /** Whether it may be omitted, as jsonb_strip_nulls does; absent: it is always there. */
  readonly optional?: boolean;
}

/** A value of the last row of a page, after which the next page begins. */
export interface CursorValue {
  /** Whether it is a time whose column has no more than milliseconds. */
  readonly milliseconds: boolean;
}
