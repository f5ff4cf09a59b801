import { splitStatements } from './split-statements.ts';
import { findWord, type StatementWords, wordAt } from './words.ts';

/** What a statement does to what sessions begin with. */
export interface SettingStatement {
  /** `the database`, `the server`, `role app` or `role app in the database`. */
  readonly of: string;
  /** Null: all of them. */
  readonly name: string | null;
  /** Null: it is set no more. */
  readonly value: string | null;
}

/** Reads ALTER DATABASE, ALTER ROLE and ALTER SYSTEM with SET or RESET, whatever the database is called; null for others. */
export function settingStatement(sql: string): SettingStatement | null {
  const [statement] = splitStatements(sql);
  const words: StatementWords = { script: sql, tokens: statement?.tokens ?? [] };
  const of = settingsOf(words);
  const [set, reset] = [findWord(words, 'SET'), findWord(words, 'RESET')];
  if (of === null || (set === -1 && reset === -1)) return null;
  const at = Math.max(set, reset);
  const name = nameAt(words, at + 1);
  if (name === null || (set !== -1 && wordAt(words, at + 1) === 'TABLESPACE')) return null;
  if (set === -1) return { of, name: name.toLowerCase() === 'all' ? null : name, value: null };
  const { start: from = 0 } = words.tokens[at + (nameLength(words, at + 1) + 2)] ?? {};
  const value = sql.slice(from, words.tokens.at(-1)?.end);
  return { of, name, value: /^default$/i.test(value) ? null : value };
}

function settingsOf(words: StatementWords): string | null {
  if (wordAt(words, 0) !== 'ALTER') return null;
  switch (wordAt(words, 1)) {
    case 'DATABASE':
      return 'the database';
    case 'SYSTEM':
      return 'the server';
    case 'ROLE':
    case 'USER': {
      const role = nameAt(words, 2) ?? '';
      const inDatabase = findWord(words, 'IN') === -1 ? '' : 'the database';
      if (role.toLowerCase() === 'all') return inDatabase || 'all roles';
      return [`role ${role}`, inDatabase].filter((part) => part !== '').join(' in ');
    }
    default:
      return null;
  }
}

/** A name, which may have dots: `app.tenant`. */
function nameAt(words: StatementWords, index: number): string | null {
  const tokens = words.tokens.slice(index, index + nameLength(words, index));
  if (tokens.length === 0) return null;
  return tokens.map(({ start, end }) => words.script.slice(start, end).replaceAll('"', '')).join('');
}

function nameLength({ script, tokens }: StatementWords, index: number): number {
  if (tokens[index] === undefined) return 0;
  let length = 1;
  while (script[tokens[index + length]?.start ?? script.length] === '.') length += 2;
  return length;
}
