export type Type =
  | 'int'
  | 'text'
  | 'bool'
  | 'int[]'
  | 'text[]'
  | 'pair'
  | 'jsonb'
  | 'float8'
  | 'numeric'
  | 'timestamp';

export interface Column {
  readonly name: string;
  readonly type: Type;
  /** Whether a statement may write it: not if it is generated. */
  readonly stored: boolean;
  /** The only ones that its constraints allow besides NULL; null for any. */
  readonly values: readonly string[] | null;
  /** The table whose `id` it refers to. */
  readonly references: string | null;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly writable: boolean;
  /** Whether it has a column `pair`, of a composite type with the fields x int and y text. */
  readonly pair: boolean;
}

/** A child of a table, by plain inheritance: what its own rows must not omit. */
export interface Related {
  readonly table: Table;
  readonly notNull: ReadonlySet<string>;
}

/** A column of which nothing else is known. */
export function plain(name: string, type: Type): Column {
  return { name, type, stored: true, values: null, references: null };
}

/** The fields of a table's composite column. */
export function fieldsOfPair(
  table: Table,
  alias: string,
): readonly { readonly ref: string; readonly type: Type }[] {
  if (!table.pair) return [];
  return [
    { ref: `${alias}.pair`, type: 'pair' },
    { ref: `(${alias}.pair).x`, type: 'int' },
    { ref: `(${alias}.pair).y`, type: 'text' },
  ];
}
