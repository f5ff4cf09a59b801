import type { DiagnosticJson } from '../diagnostic.ts';
import type { Severity } from '../impact/change.ts';
import type { ImpactOfMigration, ImpactOnQuery, ImpactReport } from '../impact/report.ts';
import { briefText, lockFacts, statementPlace } from './impact-locks.ts';
import {
  changeText,
  largeText,
  rolloutText,
  runningText,
  summaryText,
  type Verdict,
  verdictOf,
} from './impact-words.ts';
import { count, displayPath, escapeControlChars, type PathContext } from './terminal.ts';

/** The report as a comment on a pull request. Whatever is in names or messages stays text. */
export function impactMarkdown(report: ImpactReport, places: PathContext): string {
  const blocks = [`### ${titles[verdictOf(report)]}`];
  if (report.migrations.length === 0) {
    return `${blocks[0]}\n\nNo migration is new for ${escaped(runningText(report))}.\n`;
  }
  for (const migration of report.migrations) blocks.push(...migrationBlocks(migration, places));
  const large = largeText(report, escaped);
  if (large !== null) blocks.push(large);
  blocks.push(`**Rolling deployment:** ${rolloutText(report.rollout, escaped)}`);
  const { newCodeOnOldSchema } = report.rollout;
  if (newCodeOnOldSchema.length > 0) {
    blocks.push('The new code on the old schema:', tableOf(newCodeOnOldSchema, places));
  }
  // Where the running code is the new code, all of that is said above.
  if (report.since !== null && report.rollout.newCodeOnNewSchema.length > 0) {
    blocks.push('The queries on the disk on the new schema:', listOf(report.rollout.newCodeOnNewSchema));
  }
  if (report.broken.length > 0) {
    const number = count(report.broken.length, 'query is', 'queries are');
    blocks.push(`${number} refused without these migrations too:`, listOf(report.broken));
  }
  if (report.notes.length > 0) blocks.push(report.notes.map((note) => `> ${escaped(note)}`).join('\n>\n'));
  blocks.push(
    `<sub>\`nodrift impact\`, ${escaped(runningText(report))}, PostgreSQL ${escaped(report.postgres)}</sub>`,
  );
  return `${blocks.join('\n\n')}\n`;
}

const titles: Readonly<Record<Verdict, string>> = {
  breaks: '❌ Migrations break running code',
  'breaks as allowed': '⚠️ Migrations break running code, which is allowed',
  'may break': '⚠️ Migrations may break running code',
  waits: '❌ Migrations make running code wait for large tables',
  compatible: '✅ Running code still works',
};
const signs: Readonly<Record<Severity, string>> = { breaks: '❌', 'may break': '⚠️', compatible: '✅' };

function migrationBlocks(migration: ImpactOfMigration, places: PathContext): readonly string[] {
  const blocks = [`**${code(displayPath(migration.file, places))}** ${summaryText(migration)}`];
  if (migration.allowed !== null) blocks.push(`Allowed: ${escaped(migration.allowed)}`);
  if (migration.queries.length > 0) blocks.push(tableOf(migration.queries, places));
  if (migration.locks.length > 0) blocks.push(locksOf(migration, places));
  return blocks;
}

function locksOf({ file, locks }: ImpactOfMigration, places: PathContext): string {
  const items = locks.flatMap((statement) => {
    const head = `- ${code(statementPlace(file, statement, places))} ${code(statement.statement)}`;
    if (statement.brief) return [`${head} briefly ${escaped(briefText(statement))}`];
    const facts = lockFacts(statement, places).map(({ label, text }) => `  - **${label}** ${escaped(text)}`);
    return [head, ...facts];
  });
  return items.join('\n');
}

function listOf(errors: readonly DiagnosticJson[]): string {
  const lines = errors.map(({ file, line, message }) => {
    const location = file === null ? '' : `${code(`${file}${line === null ? '' : `:${line}`}`)} `;
    return `- ${location}${code(message)}`;
  });
  return lines.join('\n');
}

function tableOf(queries: readonly ImpactOnQuery[], places: PathContext): string {
  const rows = queries.flatMap((query) =>
    query.changes.map((change, index) => {
      const location = `${displayPath(query.file, places)}:${query.line}`;
      const name = index === 0 ? `${cell(query.name)} ${cell(location)}` : '';
      return `| ${signs[change.severity]} | ${name} | ${cell(changeText(change))} | ${escaped(change.effect)} |`;
    }),
  );
  return ['| | query | change | effect |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A code span in a table, whose cells end at `|` even there. */
function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A code span, with a longer fence than any in the text. */
function code(text: string): string {
  const line = escapeControlChars(text).replaceAll(/\s+/g, ' ').trim();
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** Text in which nothing is markup, no user is mentioned and no issue is linked. */
function escaped(text: string): string {
  return escapeControlChars(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b');
}
