import type { Literal } from '../analysis/type.ts';
import type { DiagnosticJson } from '../diagnostic.ts';
import type { Answers } from '../impact/queries/questions.ts';

/**
 * What `nodrift inspect --json` prints and `inspect` returns. `formatVersion` grows when a reader of this
 * format could be misled; additions do not raise it. docs/inspect.schema.json describes every field.
 */
export interface Inspection {
  readonly formatVersion: 1;
  /** The server's version, such as `18.4`. */
  readonly postgres: string;
  readonly queries: readonly InspectedQuery[];
  /** How many parts of the queries depend on parameters, and why some are always sent all the same. */
  readonly parts: InspectedParts;
  readonly errors: readonly DiagnosticJson[];
}

export interface InspectedParts {
  readonly found: number;
  readonly alwaysSent: number;
  /** The most frequent one first. */
  readonly reasons: readonly { readonly because: string; readonly count: number }[];
}

export interface InspectedQuery extends Answers {
  /** As generated. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly command: string;
  /** `SELECT`, `INSERT`, `UPDATE`, `DELETE`, `MERGE` or `UTILITY`. */
  readonly statement: string;
  readonly rows: { readonly min: number; readonly max: number | null };
  /** With `$1`, `$2`, ... */
  readonly sql: string;
  readonly params: readonly InspectedParam[];
  readonly columns: readonly InspectedColumn[];
  /** Each row is one of these; absent: all rows are of one type. */
  readonly variants?: {
    /** The column that tells them apart, as generated. */
    readonly discriminant: string;
    readonly members: readonly InspectedVariant[];
  };
}

export interface InspectedParam {
  /** `id`; `car.id` for a field of an object, `cars[].id` for one of an array of objects. */
  readonly name: string;
  /** As SQL writes it; for a list the element's with `[]`. */
  readonly type: string;
  /** Whether it can be NULL; of a list: whether its elements can. */
  readonly nullable: boolean;
  readonly optional: boolean;
  readonly tsType: string;
}

export interface InspectedColumn {
  /** As generated. */
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly tsType: string;
  readonly source: { readonly schema: string; readonly table: string; readonly column: string } | null;
}

export interface InspectedVariant {
  /** What the discriminant is in these rows. */
  readonly value: Literal;
  /** All columns, as they are in these rows. */
  readonly columns: readonly InspectedColumn[];
}
