import { type Diagnostic, endOf } from '../diagnostic.ts';
import type { Colors } from './context.ts';
import { displayPath, type PathContext } from './display-path.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { layOutExcerpt } from './excerpt.ts';

export interface RenderOptions extends PathContext {
  readonly colors: Colors;
  /** `error` where it is omitted. */
  readonly severity?: 'warning';
}

/**
 * A diagnostic as lines of text, without a closing line feed:
 *
 *     queries/cars.sql:3:12: error: column "mak" does not exist
 *       3 | SELECT id, mak FROM cars
 *         |            ^^^
 *       SQLSTATE 42703
 *       hint: Perhaps you meant to reference the column "cars.make".
 */
export function renderDiagnostic(found: Diagnostic, options: RenderOptions): string {
  const { colors } = options;
  const place = locationText(found, options);
  const word = options.severity === 'warning' ? colors.yellow('warning:') : colors.red('error:');
  const head = `${place === null ? '' : `${colors.bold(`${place}:`)} `}${word}`;
  const lines = [`${head} ${indentRest(escapeControlChars(found.message))}`, ...excerptOf(found, colors)];
  if (found.sqlstate !== null) lines.push(colors.dim(`  SQLSTATE ${escapeControlChars(found.sqlstate)}`));
  if (found.hint !== null)
    lines.push(`  ${colors.cyan('hint:')} ${indentRest(escapeControlChars(found.hint))}`);
  return lines.join('\n');
}

function locationText(found: Diagnostic, options: RenderOptions): string | null {
  if (found.file === null) return null;
  const parts = [displayPath(found.file, options), found.line, found.line === null ? null : found.column];
  return parts.filter((part) => part !== null).join(':');
}

function excerptOf(found: Diagnostic, colors: Colors): readonly string[] {
  if (found.line === null || found.excerpt === null) return [];
  const number = String(found.line);
  const end = endOf(found);
  const endColumn = end === null || end.line === found.line ? end?.column : found.excerpt.length + 1;
  const excerpt = layOutExcerpt(found.excerpt, found.column ?? 1, endColumn);
  const line = `  ${colors.dim(`${number} |`)} ${excerpt.text}`.trimEnd();
  if (found.column === null) return [line];
  const gutter = `  ${' '.repeat(number.length)} ${colors.dim('|')} `;
  return [line, `${gutter}${' '.repeat(excerpt.caret)}${colors.red('^'.repeat(excerpt.underlined))}`];
}

function indentRest(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n  ');
}
