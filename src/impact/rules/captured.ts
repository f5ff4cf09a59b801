import type { AnalysedQuery, RelationUse } from '../../analysis/analysed-query.ts';
import type { Change } from '../change.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { TableColumn } from './rules.ts';

/**
 * Names that mean another column since a table has a new one of that name: `age` in a subquery was that of the query
 * around it, and is now the table's own. The statement is read like before, so what it reads tells.
 */
export function capturedNames(
  before: AnalysedQuery,
  after: AnalysedQuery,
  changes: RuleChanges,
): readonly Change[] {
  return after.reads.flatMap((use) => {
    const known = before.reads.find((one) => isSame(one, use));
    // Of a table that it did not read, a view or a function has changed.
    if (known === undefined) return [];
    const added = use.columns.filter(
      (column) => !known.columns.includes(column) && isNew(use, column, changes),
    );
    return added
      .filter((column) => names(after.statement.sql, column))
      .map((column) => captured(column, use, others(before, use, column)));
  });
}

function isSame(a: RelationUse, b: RelationUse): boolean {
  return a.schema === b.schema && a.table === b.table;
}

function isNew(use: RelationUse, column: string, { columns }: RuleChanges): boolean {
  const changed = columns.get(`${use.schema}.${use.table}`) ?? [];
  return changed.some(
    ({ before, after }) => after.column === column && (before === null || isRenamed(before, after)),
  );
}

function isRenamed(before: TableColumn, after: TableColumn): boolean {
  return before.column !== after.column;
}

/** Whether the statement names it, or joins by whatever names two tables have in common. */
function names(sql: string, column: string): boolean {
  const words = wordsOf(sql);
  const wanted = wordsOf(column);
  return wanted.every((word) => words.includes(word)) || words.includes('natural');
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function others({ reads }: AnalysedQuery, use: RelationUse, column: string): string | null {
  const found = reads.find((one) => !isSame(one, use) && one.columns.includes(column));
  return found === undefined ? null : `${found.table}.${column}`;
}

function captured(column: string, { table }: RelationUse, before: string | null): Change {
  return {
    kind: 'reads',
    severity: 'may break',
    subject: column,
    before,
    after: `${table}.${column}`,
    direction: null,
    effect: `\`${column}\` now means ${table}.${column}`,
  };
}
