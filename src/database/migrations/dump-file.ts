import { type Diagnostic, diagnosticAt, Failure } from '../../diagnostic.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import type { Token } from '../../sql/lexer.ts';
import { type ScriptStatement, splitStatements } from '../server/split-statements.ts';
import { findWord, wordAt } from '../server/words.ts';

/** psql's commands that pg_dump writes, or that change only what psql shows; without them the schema is the same. */
const harmless =
  /^\\(restrict|unrestrict|connect|c|set|unset|echo|qecho|warn|encoding|pset|timing|x|t|a|o|q)\b/;

/**
 * Turns a schema file as pg_dump writes it into a script for the server: psql's commands and settings
 * that this server does not know (a newer pg_dump's `SET transaction_timeout`) become white space. So does CONCURRENTLY,
 * which keeps an index from being built with the rest in one transaction, and is for tables that are in use.
 * @param settings names of the server's settings, in lower case
 * @param note told of each CONCURRENTLY, with its statement
 * @returns a script as long as the file, so that Postgres's positions stay true
 * @throws Failure (1) for what has no place in a schema: data (COPY FROM stdin), and psql commands that matter
 */
export function readDump(
  { file, text }: SchemaFile,
  settings: ReadonlySet<string>,
  note?: (reason: string, statement: string) => void,
): string {
  const blanks: { start: number; end: number }[] = [];
  const command = (token: Token): number | null => {
    if (token.kind !== 'other' || text[token.start] !== '\\') return null;
    const line = /[^\r\n]*/y;
    line.lastIndex = token.start;
    const written = line.exec(text)?.[0] ?? '';
    if (!harmless.test(written)) throw new Failure(1, [psqlOnly(file, text, token.start, written)]);
    blanks.push({ start: token.start, end: token.start + written.length });
    return token.start + written.length;
  };
  for (const statement of splitStatements(text, command)) {
    if (copiesFromStdin(text, statement)) throw new Failure(1, [dataInSchema(file, text, statement)]);
    const setting = settingOf(text, statement);
    if (setting !== null && !settings.has(setting)) blanks.push(statement);
    const concurrently = concurrentlyOf(text, statement);
    if (concurrently === null) continue;
    blanks.push(concurrently);
    note?.('CONCURRENTLY is ignored in a schema file.', text.slice(statement.start, statement.end));
  }
  return blankOut(text, blanks);
}

/** The parameter of `SET parameter ...`; null for other statements and for parameters that extensions define. */
function settingOf(script: string, { tokens }: ScriptStatement): string | null {
  const words = { script, tokens };
  if (wordAt(words, 0) !== 'SET') return null;
  const at = /^(SESSION|LOCAL)$/.test(wordAt(words, 1)) ? 2 : 1;
  const name = wordAt(words, at);
  const next = tokens[at + 1];
  const assigned = next && (wordAt(words, at + 1) === 'TO' || script.slice(next.start, next.end) === '=');
  return assigned && name !== '' ? name.toLowerCase() : null;
}

/** The word in CREATE INDEX, DROP INDEX, REINDEX and ALTER TABLE … DETACH PARTITION; null for other statements. */
function concurrentlyOf(script: string, { tokens }: ScriptStatement): Token | null {
  const words = { script, tokens };
  const head = [0, 1, 2].map((index) => wordAt(words, index)).join(' ');
  const index = /^(CREATE UNIQUE INDEX|CREATE INDEX|DROP INDEX|REINDEX (INDEX|TABLE|SCHEMA|DATABASE))\b/.exec(
    head,
  );
  if (index !== null) {
    const at = index[0].split(' ').length;
    return wordAt(words, at) === 'CONCURRENTLY' ? (tokens[at] ?? null) : null;
  }
  const detaching = head.startsWith('ALTER TABLE') && findWord(words, 'DETACH') !== -1;
  return detaching && wordAt(words, tokens.length - 1) === 'CONCURRENTLY' ? (tokens.at(-1) ?? null) : null;
}

function copiesFromStdin(script: string, { tokens }: ScriptStatement): boolean {
  const words = { script, tokens };
  if (wordAt(words, 0) !== 'COPY') return false;
  return tokens.some((_, index) => wordAt(words, index) === 'FROM' && wordAt(words, index + 1) === 'STDIN');
}

function dataInSchema(file: string, text: string, { start }: ScriptStatement): Diagnostic {
  return diagnosticAt(file, text, start, {
    code: 'ND4008',
    message: 'COPY ... FROM stdin contains data, which does not belong to a schema.',
    hint: 'Write the file with pg_dump --schema-only.',
  });
}

function psqlOnly(file: string, text: string, offset: number, written: string): Diagnostic {
  return diagnosticAt(file, text, offset, {
    code: 'ND4007',
    message: `${written.split(/\s/)[0]} is a command of psql, not SQL.`,
    hint: 'Write its effect into the file itself, or use migrations.',
  });
}

function blankOut(text: string, blanks: readonly { start: number; end: number }[]): string {
  const pieces: string[] = [];
  let copied = 0;
  for (const { start, end } of blanks.toSorted((a, b) => a.start - b.start)) {
    pieces.push(text.slice(copied, start), text.slice(start, end).replaceAll(/[^\r\n]/g, ' '));
    copied = end;
  }
  return pieces.join('') + text.slice(copied);
}
