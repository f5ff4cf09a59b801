import type { ParameterReader, ParameterReference } from './parameters.ts';
import type { Problem } from './problem.ts';
import type { Statement } from './statement.ts';
import type { QueryName, Span, Tags } from './tags.ts';

/** A spelling of headers and parameters. A new one is an object like `pgtyped` and `sqlc`, and an entry of `dialects`. */
export interface Dialect {
  /** How the words of a comment begin, on any line of it, that names a query. */
  readonly headerLine: RegExp;
  /**
   * The name that a comment gives to the statement below it, and where it does so; null if it is not a header.
   * @param words the masked comment
   * @param base the comment's offset in the file's text
   * @param tags what its tags say, without a fault
   */
  readonly readName: (
    words: string,
    base: number,
    tags: Tags,
  ) => (QueryName & { readonly spans: readonly Span[] }) | null;
  /** Looks for a parameter that starts with a token. */
  readonly readParameter: ParameterReader;
  /** What is wrong with the parameters of a statement together, beside what is wrong with each. */
  readonly parameterProblem?: (
    text: string,
    statement: { readonly start: number; readonly end: number },
    uses: readonly ParameterReference[],
  ) => Problem | null;
  /** What its statements carry for the rooms behind this one. */
  readonly facts?: Pick<Statement, 'sqlc'>;
  /** Whether statements without a header are skipped with a warning, in a file that has one of this dialect. */
  readonly skipsNameless?: true;
}
