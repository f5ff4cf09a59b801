import type { Change, Severity } from '../impact/change.ts';
import type { Impact } from '../impact/impact.ts';
import type { LockingStatement } from '../impact/locks/lock-report.ts';
import type { ImpactOfMigration, ImpactOnQuery, ImpactReport } from '../impact/report.ts';
import { briefText, lockFacts, statementPlace } from './impact-locks.ts';
import { changeText, largeText, rolloutText, runningText, summaryText, verdictOf } from './impact-words.ts';
import { type RenderOptions, renderDiagnostic } from './print-diagnostics.ts';
import type { Colors } from './terminal.ts';
import { count, displayPath, escapeControlChars } from './terminal.ts';

/**
 * The report for people:
 *
 *     migrations/1790000000000_change.sql: breaks 1 query, 65 unaffected
 *
 *       breaks     GetCar  queries/cars.sql:12
 *         column body: text -> text | null
 *           rows can hold null, which the code does not expect
 */
export function impactText({ report, diagnostics }: Impact, options: RenderOptions): string {
  const { colors } = options;
  if (report.migrations.length === 0) return `No migration is new for ${runningText(report)}.\n`;
  const errorsOf = (query: ImpactOnQuery) =>
    query.errors.flatMap((error) => {
      const found = diagnostics.get(error);
      return found === undefined ? [] : [renderDiagnostic(found, options)];
    });
  const query = (found: ImpactOnQuery) => queryText(found, errorsOf(found), options);
  const blocks = report.migrations.flatMap((migration) => [
    headOf(migration, options),
    ...migration.queries.map(query),
    ...lockBlocks(migration, options),
  ]);
  const large = largeText(report, escapeControlChars);
  if (large !== null) blocks.push(colors.red(large));
  const { rollout } = report;
  blocks.push(`${colors.bold('Rolling deployment:')} ${rolloutText(rollout, escapeControlChars)}`);
  if (rollout.newCodeOnOldSchema.length > 0) {
    const lines = rollout.newCodeOnOldSchema.flatMap((found) => briefLines(found, options));
    blocks.push(['The new code on the old schema:', ...lines].join('\n'));
  }
  // Where the running code is the new code, all of that is said above.
  if (report.since !== null && rollout.newCodeOnNewSchema.length > 0) {
    const lines = rollout.newCodeOnNewSchema.map(
      ({ file, line, message }) => `  ${escapeControlChars(`${file}:${line}: ${message}`)}`,
    );
    blocks.push(['The queries on the disk on the new schema:', ...lines].join('\n'));
  }
  if (report.broken.length > 0) {
    const texts = report.broken.flatMap((error) => {
      const found = diagnostics.get(error);
      return found === undefined ? [] : [indented(renderDiagnostic(found, options), 2)];
    });
    const head = `${count(texts.length, 'query is', 'queries are')} refused without these migrations too:`;
    blocks.push([colors.bold(head), ...texts].join('\n'));
  }
  blocks.push(verdictText(report, colors));
  return `${blocks.join('\n\n')}\n`;
}

function headOf(migration: ImpactOfMigration, options: RenderOptions): string {
  const { colors } = options;
  const file = displayPath(migration.file, options);
  const head = `${colors.bold(`${file}:`)} ${summaryText(migration)}`;
  if (migration.allowed === null) return head;
  return `${head}\n  ${colors.cyan('allowed:')} ${escapeControlChars(migration.allowed)}`;
}

function queryText(query: ImpactOnQuery, errors: readonly string[], options: RenderOptions): string {
  const { colors } = options;
  const location = `${displayPath(query.file, options)}:${query.line}`;
  const head = `  ${wordOf(query.severity, colors)}  ${colors.bold(escapeControlChars(query.name))}  ${colors.dim(location)}`;
  const refused = errors.map((error) => indented(error, 4));
  const changes = query.changes.filter(({ kind }) => kind !== 'query' || errors.length === 0);
  return [head, ...refused, ...changes.map((change) => changeLines(change, colors))].join('\n');
}

/** What statements of a migration lock: those whose locks are short have one line each. */
function lockBlocks({ file, locks }: ImpactOfMigration, options: RenderOptions): readonly string[] {
  const blocks: string[] = [];
  for (const [index, statement] of locks.entries()) {
    const head = `  ${options.colors.bold(`${statementPlace(file, statement, options)}:`)} `;
    const sql = escapeControlChars(statement.statement);
    if (!statement.brief) blocks.push([`${head}${sql}`, ...factLines(statement, options)].join('\n'));
    else {
      const line = `${head}briefly ${escapeControlChars(briefText(statement)).replaceAll('\n', ' ')}${statement.line === null ? `  ${sql}` : ''}`;
      const above = locks[index - 1]?.brief === true ? blocks.pop() : undefined;
      blocks.push(above === undefined ? line : `${above}\n${line}`);
    }
  }
  return blocks;
}

function factLines(statement: LockingStatement, options: RenderOptions): readonly string[] {
  const color = statement.waiting.length > 0 ? options.colors.yellow : options.colors.green;
  return lockFacts(statement, options).map(({ label, text }) => {
    const word = label.padEnd('rewrites'.length);
    return `    ${label === 'waiting' ? color(word) : word} ${escapeControlChars(text).replaceAll('\n', ' ')}`;
  });
}

/** A line for each change, without what it means. */
function briefLines(query: ImpactOnQuery, options: RenderOptions): readonly string[] {
  return query.changes
    .filter(({ severity }) => severity !== 'compatible')
    .map((change) => {
      const location = options.colors.dim(`${displayPath(query.file, options)}:${query.line}`);
      const text = escapeControlChars(changeText(change)).replaceAll('\n', ' ');
      return `  ${wordOf(change.severity, options.colors)}  ${escapeControlChars(query.name)}  ${location}  ${text}`;
    });
}

function changeLines(change: Change, colors: Colors): string {
  const text = indented(escapeControlChars(changeText(change)), 4);
  return `${text}\n      ${colorOf(change.severity, colors)(escapeControlChars(change.effect))}`;
}

function verdictText(report: ImpactReport, colors: Colors): string {
  const verdict = verdictOf(report);
  const what = `${count(report.migrations.length, 'migration')}: running code (${runningText(report)})`;
  const words = {
    breaks: `${what} breaks.`,
    'breaks as allowed': `${what} breaks, which is allowed.`,
    'may break': `${what} may break, depending on data or code that nodrift cannot see.`,
    waits: `${what} waits while large tables are read.`,
    compatible: `${what} still works.`,
  };
  const severity = verdict === 'breaks as allowed' ? 'may break' : verdict === 'waits' ? 'breaks' : verdict;
  return colorOf(severity, colors)(words[verdict]);
}

function wordOf(severity: Severity, colors: Colors): string {
  return colorOf(severity, colors)(severity.padEnd('compatible'.length));
}

function colorOf(severity: Severity, colors: Colors): (text: string) => string {
  if (severity === 'breaks') return colors.red;
  return severity === 'may break' ? colors.yellow : colors.green;
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}
