import { type Diagnostic, diagnostic } from '../../diagnostic.ts';
import { missingColumns } from '../rules/required-columns.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * Why queries do not work on the schema that they go out with: they are refused, or omit a column that every row
 * needs. What is so on the schema before too is the same with and without the change, and omitted for the latter.
 * @param known keys of queries that are omitted
 */
export function unfitQueries(
  [before, after]: readonly [before: Snapshot, after: Snapshot],
  known: ReadonlySet<string>,
): readonly Diagnostic[] {
  const refused = [...after.errors].filter(([key]) => !known.has(key)).flatMap(([, errors]) => errors);
  const [missedBefore, missed] = [missingColumns(before.rules), missingColumns(after.rules)];
  const failing = [...after.queries].flatMap(([key, query]) => {
    const was = before.queries.get(key);
    const old = new Set((was ? missedBefore(was) : []).map(({ id }) => id));
    return missed(query)
      .filter(({ id }) => !old.has(id))
      .map(({ table, column }) =>
        diagnostic({
          file: query.statement.file,
          line: query.statement.line,
          code: 'ND3014',
          message: `${query.statement.name}: it omits ${table}.${column}, which is NOT NULL and has no default`,
          // not_null_violation
          sqlstate: '23502',
        }),
      );
  });
  return [...refused, ...failing];
}
