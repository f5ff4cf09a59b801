import type { Diagnostic } from '../diagnostic.ts';

/** Why a statement cannot be a query function, and what to do about it. */
export interface StatementProblem {
  readonly code: Diagnostic['code'];
  readonly message: string;
  readonly hint: string;
  /** In the file's text; absent: the statement's name. */
  readonly offset?: number;
  /** Exclusive; absent where it is the word at `offset`. */
  readonly end?: number;
}
