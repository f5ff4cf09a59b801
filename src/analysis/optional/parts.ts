import type { Piece } from '../../sql/pieces.ts';

/** What a statement is sent without where parameters are omitted. */
export interface OptionalParts {
  /** The text; null where nothing of it can be omitted. */
  readonly pieces: readonly Piece[] | null;
  /** The parameters, as indexes, that NULL omits too. */
  readonly guarded: readonly number[];
  /** Those that only a missing key omits. */
  readonly optional: readonly number[];
  /** Those whose values decide on the text. */
  readonly tested: readonly ParameterConstants[];
  readonly conditions: readonly OptionalCondition[];
}

export interface ParameterConstants {
  /** The index into `params`. */
  readonly param: number;
  /** What it is compared with, as the runtime sends it. */
  readonly constants: readonly string[];
  /** What else it can be, so that it is unequal to all of them; null: any text. */
  readonly others: 'integer' | 'array' | 'uuid' | readonly string[] | null;
}

/** A part of a statement that depends on whether parameters are given. */
export interface OptionalCondition {
  /** Where it is not sent, a value is DEFAULT, and what LIMIT or OFFSET says is NULL. */
  readonly kind: 'condition' | 'limit' | 'sort key' | 'assignment' | 'value';
  /** Names of parameters. */
  readonly params: readonly string[];
  /** As it is in the file, on one line; of a guard that could not be told apart in the text, '' . */
  readonly text: string;
  /** Why it is always sent; null: it is not sent without them. */
  readonly keptBecause: string | null;
}
