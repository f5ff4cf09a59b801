import { commandOffset } from '../sql/headers.ts';
import type { Statement } from '../sql/statement.ts';
import type { Catalog } from './catalog/catalog.ts';
import { utilityScopes } from './ownership/problems.ts';
import { queryParam } from './query-params.ts';
import { resultColumn } from './result-columns.ts';
import {
  refuseStatement,
  type StatementAnalysis,
  type StatementAnswer,
  type StatementOptions,
} from './statement-analysis.ts';
import { nameProblems } from './statement-problems.ts';
import { utilityProblems, utilityResult, utilityRowsProblem } from './utility.ts';

/** A utility statement has no query tree: what Postgres describes and defines of it is all that is known. */
export function analyseUtilityStatement(
  catalog: Catalog,
  statement: Statement,
  { fields: described, paramTypes }: StatementAnswer,
  options: StatementOptions,
): StatementAnalysis {
  const { rows, facts } = utilityResult(statement.sql, described);
  // Nothing in a utility statement gives its result an alias.
  const fields = (described ?? []).map((field) => ({ ...field, markedNullable: null }));
  const own = utilityProblems(statement, described, paramTypes.length);
  // What FETCH and COPY return is another question, which is answered already.
  const isAnswered = own.some(({ code }) => code === 'ND3007' || code === 'ND3009');
  const offset = commandOffset(statement, options.texts.get(statement.file) ?? '');
  const problems = [
    ...own,
    ...utilityScopes(statement, options.scopes ?? []),
    ...nameProblems(fields, statement),
    ...(isAnswered ? [] : utilityRowsProblem(statement, rows, fields, offset)),
  ];
  if (problems.length > 0) return refuseStatement(statement, options, problems);
  return {
    query: {
      statement,
      command: statement.command ?? (described === null ? 'exec' : 'many'),
      kind: 'UTILITY',
      rows,
      params: statement.params.map((param) => queryParam(catalog, param, statement, paramTypes, [], options)),
      columns: fields.map((field) => resultColumn(catalog, field, facts, null)),
      reads: [],
      writes: [],
      readOnly: null,
      violations: { constraints: [], open: true },
    },
    diagnostics: [],
  };
}
