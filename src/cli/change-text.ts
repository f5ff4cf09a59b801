import { diffLines } from 'diff';
import type { FactChange, SchemaChange } from '../schema/diff.ts';
import { showSql } from '../schema/show-sql.ts';
import type { Colors } from './terminal.ts';
import { escapeControlChars } from './terminal.ts';

/** What the two sides are called, `in migrations` and `in database`. */
export interface Sides {
  readonly before: string;
  readonly after: string;
  /** Whether a statement follows that shows the object in the database. */
  readonly sql: boolean;
}

/**
 * Differences of schemas for people, one paragraph an object:
 *
 *     different  column public.users.email
 *       type
 *         in migrations  text
 *         in database    character varying(100)
 *       SELECT ...
 */
export function changesText(changes: readonly SchemaChange[], sides: Sides, colors: Colors): string {
  return changes.map((change) => `${paragraph(change, sides, colors).join('\n')}\n`).join('\n');
}

function paragraph(change: SchemaChange, sides: Sides, colors: Colors): readonly string[] {
  const { kind, name, facts } = change;
  const head = `${wordFor(change.change, colors)}  ${kind} ${colors.bold(escapeControlChars(name))}`;
  const lines = facts.flatMap((fact) =>
    change.change === 'different' ? differentLines(fact, sides, colors) : factLines(fact),
  );
  return [head, ...lines, ...(sides.sql ? [`  ${colors.dim(escapeControlChars(showSql(change)))}`] : [])];
}

function wordFor(change: SchemaChange['change'], colors: Colors): string {
  const word = change.padEnd('unexpected'.length);
  if (change === 'missing') return colors.red(word);
  return change === 'unexpected' ? colors.yellow(word) : colors.cyan(word);
}

function factLines({ fact, before, after }: FactChange): readonly string[] {
  const lines = escapeControlChars(before ?? after ?? '').split('\n');
  return lines.length === 1
    ? [`  ${fact}: ${lines[0]}`]
    : [`  ${fact}:`, ...lines.map((line) => `    ${line}`)];
}

function differentLines(
  { fact, before, after }: FactChange,
  sides: Sides,
  colors: Colors,
): readonly string[] {
  if (before !== null && after !== null && (before.includes('\n') || after.includes('\n'))) {
    return [`  ${fact}: - ${sides.before}, + ${sides.after}`, ...bodyLines(before, after, colors)];
  }
  const width = Math.max(sides.before.length, sides.after.length);
  const side = (who: string, said: string | null) =>
    `    ${who.padEnd(width)}  ${said === null ? colors.dim('nothing') : escapeControlChars(said)}`;
  return [`  ${fact}`, side(sides.before, before), side(sides.after, after)];
}

/** How many lines without a change are shown around one. */
const context = 2;

function bodyLines(before: string, after: string, colors: Colors): readonly string[] {
  const parts = diffLines(`${before}\n`, `${after}\n`);
  return parts.flatMap(({ value, added, removed }, index) => {
    const lines = escapeControlChars(value).replace(/\n$/, '').split('\n');
    if (added) return lines.map((line) => colors.green(`    + ${line}`.trimEnd()));
    if (removed) return lines.map((line) => colors.red(`    - ${line}`.trimEnd()));
    const shown = lines.map((line) => `      ${line}`.trimEnd());
    if (shown.length <= 2 * context) return shown;
    const head = index === 0 ? [] : shown.slice(0, context);
    const tail = index === parts.length - 1 ? [] : shown.slice(-context);
    return [...head, colors.dim('      …'), ...tail];
  });
}
