import { fileOffset } from '../../sql/postgres-text.ts';
import type { Statement } from '../../sql/statement.ts';
import type { AnalysedQuery } from '../analysed-query.ts';
import type { StatementProblem } from '../statement-problem.ts';
import type { NestedRows } from './nest-rows.ts';

/** How many objects with lists are made of the rows. */
export function rowsOfObjects(rows: AnalysedQuery['rows'], { objects }: NestedRows): AnalysedQuery['rows'] {
  if (objects === null) return rows;
  return { min: Math.min(1, rows.min), max: objects.isOne && rows.max !== 0 ? 1 : rows.max };
}

/** What is wrong with dotted aliases, and where several objects are made of a `:one`. */
export function nestingProblems(
  statement: Statement,
  rows: AnalysedQuery['rows'],
  nested: NestedRows | null,
  offset: number,
): readonly StatementProblem[] {
  const { command, assertedSingleRow } = statement;
  const problems = (nested?.problems ?? []).map(
    ({ message, hint, alias }): StatementProblem => ({
      code: 'ND3018',
      message,
      hint,
      offset: aliasOffset(statement, alias),
    }),
  );
  const { objects = null } = nested ?? {};
  const isBounded = (command !== 'one' && command !== 'maybe') || assertedSingleRow === true;
  if (nested === null || objects === null || isBounded || problems.length > 0) return problems;
  const { max } = rowsOfObjects(rows, nested);
  if (max !== null && max <= 1) return [];
  const keys = objects.missingKeys.length === 0 ? '' : `: ${[...new Set(objects.missingKeys)].join('; ')}`;
  return [
    {
      offset,
      code: 'ND3006',
      message: `it is marked :${command}, but nothing proves that its rows are of at most one object`,
      hint: `Compare every column of a unique key of what is not in the list with = to one value${keys}. Or mark it :many, or :${command}! to assert it.`,
    },
  ];
}

/** Where a quoted alias is in the file. */
function aliasOffset(statement: Statement, alias: string): number {
  const at = statement.sql.indexOf(`"${alias.replaceAll('"', '""')}`);
  return at === -1 ? statement.offset : fileOffset(statement, at);
}
