/** sqlc's word after the name: how many rows the caller gets. */
export type Command = 'one' | 'maybe' | 'many' | 'exec' | 'execrows';

/** One `$n` of a statement, as named in the file. */
export interface Slot {
  readonly name: string;
  /** n of `$n`, 1-based. */
  readonly index: number;
  /** `true` written with `!`, `false` written with `?`, null: the analysis decides. */
  readonly required: boolean | null;
  /** Written `$1`: the analysis calls it after the column that it meets. */
  readonly positional?: true;
  /** The SQL type that the text gives it: of the fields of rows in FROM, which nothing else does. */
  readonly type?: string;
}

/**
 * A named parameter.
 * - scalar: `:x`, one `$n`
 * - list: `@param x -> (...)`; the text represents `($n)`, at run time `($n, $n+1, ...)`
 * - object: `@param x -> (a, b!)`; `($n, $n+1)` from the fields of one object
 * - objects: `@param x -> ((a, b!)...)`; `($n, $n+1)`, at run time one such group per object
 */
export type Param =
  | ({ readonly kind: 'scalar' } & Slot)
  | ({ readonly kind: 'list' } & Slot)
  | { readonly kind: 'object'; readonly name: string; readonly fields: readonly Slot[] }
  | { readonly kind: 'objects'; readonly name: string; readonly fields: readonly Slot[] };

/** Rows in FROM or USING, `FROM :rows AS r`, as the text that Postgres analyses has them. */
export interface RowSource {
  /** The index into `params`. */
  readonly param: number;
  /** As Postgres reads it. */
  readonly alias: string;
  /** The columns' names, as Postgres reads them, in the order of the fields. */
  readonly columns: readonly string[];
}

/** A run of `sql` that was copied unchanged from the file: maps Postgres's error positions back. */
export interface SourceSpan {
  /** Offset in `sql`, UTF-16 code units. */
  readonly sql: number;
  /** Offset in the file's text, UTF-16 code units. */
  readonly file: number;
  readonly length: number;
}

/** One annotated statement of a `.sql` file, read without a database. */
export interface Statement {
  /** As written after `@name`. */
  readonly name: string;
  /** Path relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** Offset of the name in the file's text, and the same as 1-based line and column. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** Null where the header does not say. */
  readonly command: Command | null;
  /** `:one!` or `:maybe!`: at most one row by the author's word, which the run-time check still holds. */
  readonly assertedSingleRow?: boolean;
  /** Written as sqlc has it, whose rules hold for the names of columns and for `:one`. */
  readonly sqlc?: true;
  /** The tables and aliases whose rows are columns as a whole (`sqlc.embed`), as Postgres names them; absent: none. */
  readonly embedded?: readonly string[];
  /** The parameters of `@optional`, with their offsets in the file's text; absent: none. */
  readonly optional?: readonly { readonly name: string; readonly offset: number }[];
  /** The offset of `@load` in the file's text; absent: it is not written. */
  readonly load?: number;
  /** The reason of `@unscoped`: it may use rows of every owner; absent: it may not. */
  readonly unscoped?: string;
  /** The reason of `@scatter`: it may use all shards; absent: only where the configuration allows it. */
  readonly scatter?: string;
  /** Free text of the header, trimmed; '' if none. Several lines are kept. */
  readonly documentation: string;
  /** The statement as it is in the file, without the closing `;`. */
  readonly body: string;
  /**
   * The statement for Postgres: parameters are `$n`, lists `($n)`, objects `($n, $n+1)`. Once it is analysed, `*` is
   * the columns that it represents.
   */
  readonly sql: string;
  readonly copied: readonly SourceSpan[];
  /** In order of first use in the text; `$n` are numbered in that order. */
  readonly params: readonly Param[];
  /** The rows in FROM and USING; absent: none. */
  readonly sources?: readonly RowSource[];
  /**
   * `sql` cut at the parameters: texts alternate with indexes into `params`, one for each use,
   * so that lists can grow at run time.
   */
  readonly parts: readonly (string | number)[];
}
