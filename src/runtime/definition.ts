/**
 * Turns one Postgres type's text format into a JavaScript value and back.
 * SQL NULL never reaches a codec that does not ask for it: null stays null on both sides.
 */
export interface Codec<T> {
  /** From Postgres's text output (PostgreSQL documentation, chapter 8). */
  readonly decode: (text: string) => T;
  /** To what is sent as the parameter: text, or bytes in binary format for bytea. */
  readonly encode: (value: T) => string | Uint8Array;
  /** What separates elements in an array of this type (`pg_type.typdelim`); a comma if absent. */
  readonly delimiter?: string;
  /** Its values can be JavaScript arrays: as an element of an array, such a value is not a further dimension. */
  readonly flat?: boolean;
  /** It encodes null and undefined itself, or refuses them. */
  readonly takesNull?: boolean;
}

// Codecs of different types are in one list; `never`/`unknown` variance is deliberately left open.
export interface AnyCodec {
  readonly decode: (text: string) => unknown;
  readonly encode: (value: never) => string | Uint8Array;
  readonly delimiter?: string;
  readonly flat?: boolean;
  readonly takesNull?: boolean;
}

/** One parameter of a query, as printed into the generated module. */
export type ParamDefinition =
  | { readonly name: string; readonly codec: AnyCodec }
  | {
      readonly name: string;
      readonly list: AnyCodec;
      /**
       * The elements' SQL type, quoted as Postgres's format_type prints it: makes an empty list
       * possible after IN and NOT IN. Without it an empty list throws.
       */
      readonly type?: string;
    }
  | { readonly name: string; readonly fields: readonly FieldDefinition[] }
  | { readonly name: string; readonly rows: readonly FieldDefinition[] };

/** The name in the object and how it is encoded or decoded. */
export type FieldDefinition = readonly [name: string, codec: AnyCodec];

/**
 * A column of the result: the name in the object, how it is decoded, the OID of its type if that is built in and 0 if it
 * is not, and its name for Postgres where that is another one. Without a type it is not compared with what comes.
 */
export type ColumnDefinition = readonly [name: string, codec: AnyCodec, type?: number, column?: string];

/** The data literal of one query in a generated module. */
export interface QueryDefinition {
  readonly name: string;
  /** The `.sql` file, relative to the project. */
  readonly file: string;
  /**
   * The statement: one text with `$1`..`$n` where it never changes; where a list or an array of
   * objects grows at run time, texts alternating with indexes into `params`, one for each use.
   */
  readonly sql: string | readonly (string | number)[];
  /** In the order of `$1`..`$n`. */
  readonly params: readonly ParamDefinition[];
  /** In the order of the result's columns. */
  readonly columns: readonly ColumnDefinition[];
  /** It writes nothing and calls nothing volatile, so that it can be sent again when a connection is lost. */
  readonly readOnly?: boolean;
  /** Of a query that is not always sent as a whole: what makes its statements, `varying`. */
  readonly statement?: (definition: QueryDefinition) => (params: unknown) => object;
}

/** The definition of a query that is proven to only read. */
export interface ReadOnlyDefinition extends QueryDefinition {
  readonly readOnly: true;
}
