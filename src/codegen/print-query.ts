import { type Diagnostic, internalError } from '../diagnostic.ts';
import type { NamedQuery } from './query-names.ts';

/**
 * Prints one query.
 * @param diagnostics takes an internal error in that, which leaves the query out
 */
export function printQuery<T>(
  { query }: NamedQuery,
  diagnostics: Diagnostic[],
  print: () => readonly T[],
): readonly T[] {
  try {
    return print();
  } catch (error) {
    diagnostics.push(internalError(error, query.statement));
    return [];
  }
}
