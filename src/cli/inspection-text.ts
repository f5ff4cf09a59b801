import stringWidth from 'string-width';
import type { InspectedParts, InspectedQuery, InspectedVariant, Inspection } from '../commands/inspection.ts';
import { answerLines, rowsText } from '../impact/queries/questions.ts';
import { relationName } from '../impact/relation-name.ts';
import type { Colors } from './terminal.ts';
import { escapeControlChars } from './terminal.ts';

/**
 * An inspection for people, one paragraph a query:
 *
 *     getCar  queries/cars.sql:12  :maybe  SELECT, 0..1 rows
 *       param   id      text  string
 *       column  id      text  string            cars.id
 *       column  soldAt  timestamptz  Date | null  cars.sold_at
 *       row     kind: 'sold'; soldAt: Date
 *       reads   cars (id, sold_at)
 */
export function inspectionText({ queries, parts }: Inspection, colors: Colors): string {
  const paragraphs = queries.map((query) => `${paragraph(query, colors)}\n\n`);
  return [...paragraphs, partsText(parts)].join('');
}

/** How many parts depend on parameters; nothing if none does. */
function partsText({ found, alwaysSent, reasons }: InspectedParts): string {
  if (found === 0) return '';
  const lines = [
    `${found} ${found === 1 ? 'part depends' : 'parts depend'} on parameters, ${alwaysSent} of ${found} always sent`,
    ...reasons.map(({ because, count }) => `  ${count}  ${escapeControlChars(because)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function paragraph(query: InspectedQuery, colors: Colors): string {
  const { name, file, line, command, statement, rows } = query;
  const head = `${colors.bold(escapeControlChars(name))}  ${escapeControlChars(`${file}:${line}`)}  :${command}  ${statement}, ${rowsText(rows)}`;
  const params = query.params.map((param) => [
    'param',
    escapeControlChars(`${param.name}${param.optional ? '?' : ''}`),
    escapeControlChars(param.type),
    escapeControlChars(param.tsType),
    '',
  ]);
  const columns = query.columns.map(({ name: key, type, tsType, source }) => [
    'column',
    escapeControlChars(key),
    escapeControlChars(type),
    escapeControlChars(tsType),
    source === null ? '' : escapeControlChars(`${relationName(source)}.${source.column}`),
  ]);
  const variants = (query.variants?.members ?? []).map((variant) => variantText(variant, query));
  const answers = answerLines(query).map(
    ([word, text]) => `  ${word.padEnd('column'.length)}  ${escapeControlChars(text)}`,
  );
  return [head, ...table([...params, ...columns]), ...variants, ...answers].join('\n');
}

/** What tells a kind of rows from the others, and where it differs from all of them together. */
function variantText({ columns }: InspectedVariant, query: InspectedQuery): string {
  const own = columns.filter(({ tsType }, index) => tsType !== query.columns[index]?.tsType);
  const texts = own.map(({ name, tsType }) => escapeControlChars(`${name}: ${tsType}`));
  return `  ${'row'.padEnd('column'.length)}  ${texts.join('; ')}`;
}

/** Cells beyond it do not widen their column: one long union would push everything else off the screen. */
const widestCell = 40;

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.min(widestCell, Math.max(...rows.map((row) => stringWidth(row[index] ?? '')))),
  );
  return rows.map((row) =>
    `  ${row.map((cell, index) => pad(cell, widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
