import type { LockingStatement } from '../impact/locks/lock-report.ts';
import type { ImpactOfMigration, ImpactOnQuery, ImpactReport } from '../impact/report.ts';
import { repositoryPaths, workflowCommand } from './annotation.ts';
import { lockFacts } from './impact-locks.ts';
import { changeText } from './impact-words.ts';
import { count } from './terminal.ts';

/**
 * The report as workflow commands of GitHub Actions: an `::error` for each query that a migration breaks, a
 * `::warning` for each that it may break or that is allowed to be broken, and for each statement that queries wait for
 * longer than a moment, an `::error` where a large table is read meanwhile. They are at the migration, which is what a pull request changes.
 * @param root the configuration's folder
 * @param top the repository's folder, which the paths are relative to
 */
export function impactAnnotations(report: ImpactReport, root: string, top: string): string {
  const file = repositoryPaths(root, top);
  const lines = report.migrations.flatMap((migration) => [
    ...migration.queries
      .filter(({ severity }) => severity !== 'compatible')
      .map((query) => annotation(migration, query, file)),
    ...migration.locks
      .filter(isWaitedFor)
      .map((statement) => lockAnnotation(migration, statement, file, root)),
  ]);
  return lines.join('');
}

function annotation(
  migration: ImpactOfMigration,
  query: ImpactOnQuery,
  fileOf: (path: string) => string,
): string {
  const level = query.severity === 'breaks' && migration.allowed === null ? 'error' : 'warning';
  const allowed = migration.allowed === null ? '' : ` (allowed: ${migration.allowed})`;
  const title = `${query.name}: ${query.severity}${allowed}`;
  const changes = query.changes
    .filter(({ severity }) => severity !== 'compatible')
    .map((change) => `${changeText(change)}; ${change.effect}`);
  const message = [`${query.file}:${query.line}`, ...changes].join('\n');
  return workflowCommand({ level, file: fileOf(migration.file), line: 1, title, message });
}

function isWaitedFor({ brief, large, waiting, waitingForRows }: LockingStatement): boolean {
  return large.length > 0 || (!brief && waiting.length + waitingForRows.length > 0);
}

function lockAnnotation(
  { file, allowed }: ImpactOfMigration,
  statement: LockingStatement,
  fileOf: (path: string) => string,
  root: string,
): string {
  const { line, large, waiting, waitingForRows } = statement;
  const number = waiting.length + waitingForRows.length;
  const title = count(number, 'query waits', 'queries wait');
  const facts = lockFacts(statement, { root, cwd: root }).map(({ label, text }) => `${label} ${text}`);
  const message = [statement.statement, ...facts].join('\n');
  const level = large.length > 0 && allowed === null ? 'error' : 'warning';
  return workflowCommand({ level, file: fileOf(file), line: line ?? 1, title, message });
}
