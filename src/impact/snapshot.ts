import type { AnalysedQuery } from '../analysis/analysed-query.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Statement } from '../sql/statement.ts';
import type { Rules } from './rules/rules.ts';

/** How queries are against one state of the schema. */
export interface Snapshot {
  /** All of them, by key; what is not in `queries` has errors. */
  readonly statements: ReadonlyMap<string, Statement>;
  readonly queries: ReadonlyMap<string, AnalysedQuery>;
  /** What Postgres or nodrift says of those that are refused, also of those that only fail when they run. */
  readonly errors: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly rules: Rules;
}

/** Names a query within a project. */
export function queryKey({ file, name }: Pick<Statement, 'file' | 'name'>): string {
  return `${file}\n${name}`;
}

/** Joins what an analysis says; each diagnostic begins with the name of its query. */
export function snapshotOf(
  statements: readonly Statement[],
  queries: readonly AnalysedQuery[],
  diagnostics: readonly Diagnostic[],
  rules: Rules,
): Snapshot {
  const errors = new Map<string, readonly Diagnostic[]>();
  for (const found of diagnostics) {
    const name = found.message.slice(0, found.message.indexOf(': '));
    const key = queryKey({ file: found.file ?? '', name });
    errors.set(key, [...(errors.get(key) ?? []), found]);
  }
  return {
    statements: new Map(statements.map((statement) => [queryKey(statement), statement])),
    queries: new Map(
      queries.map((query) => [queryKey(query.statement), query] as const).filter(([key]) => !errors.has(key)),
    ),
    errors,
    rules,
  };
}
