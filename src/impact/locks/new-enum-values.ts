import { splitStatements } from '../../database/server/split-statements.ts';
import { wordAt } from '../../database/server/words.ts';
import type { Token } from '../../sql/lexer.ts';
import { unquotedName } from '../../sql/unquoted-name.ts';
import { lineFinder } from './line-finder.ts';
import type { TransactionStatement } from './observe.ts';

/** The statements of a migration that has run. */
export interface SentMigration {
  readonly file: string;
  readonly text: string;
  readonly sent: readonly TransactionStatement[];
}

/** A statement that names a value of an enum which a statement before it adds. */
export interface NewValueUse {
  readonly type: string;
  readonly value: string;
  /** `migrations/2_mood.sql:3`; without the line where a program made it. */
  readonly added: string;
  readonly used: string;
  /** Whether both are in one transaction, not only in two migrations. */
  readonly together: boolean;
}

/**
 * Finds values of enums that are named after they are added, by the statements' text: Postgres refuses them until what
 * added them is committed (55P04 unsafe_new_enum_value_usage), unless the type is as new. What it evaluates it has
 * refused already; with no rows, or in a function, it evaluates nothing.
 */
export function usesOfNewValues(migrations: readonly SentMigration[]): readonly NewValueUse[] {
  const found = new Map<string, NewValueUse>();
  const created = new Set<string>();
  const added: (NewValue & { readonly position: string; readonly transaction: string })[] = [];
  for (const { file, text, sent } of migrations) {
    const lines = lineFinder(text);
    for (const statement of sent) {
      const line = lines(statement.offset);
      const position = line === null ? file : `${file}:${line}`;
      const transaction = `${file}\n${statement.transaction}`;
      const isCreated = createdEnum(statement.sql);
      if (isCreated !== null) created.add(isCreated);
      const isAdded = addedValue(statement.sql);
      if (isAdded !== null && !created.has(isAdded.type)) added.push({ ...isAdded, position, transaction });
      if (isCreated !== null || isAdded !== null) continue;
      for (const { type, value, position: by, transaction: of } of added.filter(({ value }) =>
        names(statement.text, value),
      )) {
        const use = { type, value, added: by, used: position, together: of === transaction };
        const key = JSON.stringify([type, value]);
        if (!found.has(key)) found.set(key, use);
      }
    }
  }
  return [...found.values()];
}

interface NewValue {
  readonly type: string;
  readonly value: string;
}

/** Of `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'glad' AFTER 'sad'`: `mood` and `glad`. */
function addedValue(sql: string): NewValue | null {
  const tokens = splitStatements(sql)[0]?.tokens ?? [];
  const words = { script: sql, tokens };
  const at = tokens.findIndex(
    (_, index) => wordAt(words, index) === 'ADD' && wordAt(words, index + 1) === 'VALUE',
  );
  if (wordAt(words, 0) !== 'ALTER' || wordAt(words, 1) !== 'TYPE' || at === -1) return null;
  const label = tokens.slice(at).find(({ kind }) => kind === 'string');
  if (label === undefined) return null;
  return { type: typeName(sql, tokens.slice(2, at)), value: contentOf(sql.slice(label.start, label.end)) };
}

function createdEnum(sql: string): string | null {
  const tokens = splitStatements(sql)[0]?.tokens ?? [];
  const words = { script: sql, tokens };
  const at = tokens.findIndex(
    (_, index) => wordAt(words, index) === 'AS' && wordAt(words, index + 1) === 'ENUM',
  );
  if (wordAt(words, 0) !== 'CREATE' || wordAt(words, 1) !== 'TYPE' || at === -1) return null;
  return typeName(sql, tokens.slice(2, at));
}

/** Without its schema, which one of two statements may omit. */
function typeName(sql: string, tokens: readonly Token[]): string {
  const last = tokens.at(-1);
  return last === undefined ? '' : unquotedName(sql.slice(last.start, last.end));
}

/** Whether a string of the text is the value, or a longer one, as of a function, holds it in quotes. */
function names(text: string, value: string): boolean {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return text.includes(quoted) || text.includes(quoted.replaceAll("'", "''"));
}

function contentOf(literal: string): string {
  return literal
    .replace(/^[eE]?'/, '')
    .slice(0, -1)
    .replaceAll("''", "'");
}
