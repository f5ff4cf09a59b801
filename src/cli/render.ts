import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import { layOutExcerpt } from './excerpt.ts';
import type { Colors } from './io.ts';
import { visible } from './visible.ts';

export interface RenderOptions {
  readonly colors: Colors;
  /** The configuration's folder, which the diagnostics' paths are relative to. */
  readonly root: string;
  /** Paths are shown relative to it where they lie inside, so that a terminal can open them. */
  readonly cwd: string;
}

/**
 * A diagnostic as lines of text, without a closing line feed:
 *
 *     queries/cars.sql:3:12: error: column "mak" does not exist
 *       3 | SELECT id, mak FROM cars
 *         |            ^
 *       SQLSTATE 42703
 *       hint: Perhaps you meant to reference the column "cars.make".
 */
export function renderDiagnostic(found: Diagnostic, options: RenderOptions): string {
  const { colors } = options;
  const place = placeOf(found, options);
  const head = `${place === null ? '' : `${colors.bold(`${place}:`)} `}${colors.red('error:')}`;
  const lines = [`${head} ${indentRest(visible(found.message))}`, ...excerptOf(found, colors)];
  if (found.sqlstate !== null) lines.push(colors.dim(`  SQLSTATE ${visible(found.sqlstate)}`));
  if (found.hint !== null) lines.push(`  ${colors.cyan('hint:')} ${indentRest(visible(found.hint))}`);
  return lines.join('\n');
}

/** A path of the configuration's folder as the user sees it from where he stands, '/' separated. */
export function shownPath(file: string, options: Pick<RenderOptions, 'root' | 'cwd'>): string {
  const seen = relative(options.cwd, resolve(options.root, file));
  const outside = seen === '' || seen === '..' || seen.startsWith(`..${sep}`) || isAbsolute(seen);
  return visible((outside ? relative(options.root, resolve(options.root, file)) : seen).split(sep).join('/'));
}

function placeOf(found: Diagnostic, options: RenderOptions): string | null {
  if (found.file === null) return null;
  const parts = [shownPath(found.file, options), found.line, found.line === null ? null : found.column];
  return parts.filter((part) => part !== null).join(':');
}

function excerptOf(found: Diagnostic, colors: Colors): readonly string[] {
  if (found.line === null || found.excerpt === null) return [];
  const number = String(found.line);
  const excerpt = layOutExcerpt(found.excerpt, found.column ?? 1);
  const line = `  ${colors.dim(`${number} |`)} ${excerpt.text}`.trimEnd();
  if (found.column === null) return [line];
  const gutter = `  ${' '.repeat(number.length)} ${colors.dim('|')} `;
  return [line, `${gutter}${' '.repeat(excerpt.caret)}${colors.red('^')}`];
}

function indentRest(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n  ');
}
