import { MigrationError } from 'nodrift-runtime';
import type { MigrationScript } from '../database/migrations/formats/format.ts';
import { type ScriptStatement, splitStatements } from '../database/server/split-statements.ts';
import { findWord, wordAt } from '../database/server/words.ts';
import { diagnosticAt } from '../diagnostic.ts';
import { type MigrationLocation, printableMessage } from '../runtime/migration-error.ts';
import { isServerError } from '../runtime/server-error.ts';
import { sqlOffsetOfPosition } from '../sql/postgres-text.ts';
import { type StatementSession, sendStatement } from './history.ts';
import { restoreSettings, sessionSettings } from './session-settings.ts';

/**
 * Runs a script, one statement after the other: PGlite takes several only where it returns nothing of them.
 * @throws MigrationError at what failed
 */
export async function runMigrationScript(session: StatementSession, script: MigrationScript): Promise<void> {
  const statements = splitStatements(script.sql);
  const inTransaction = script.mode === 'transaction';
  if (inTransaction) for (const statement of statements) refuseTransactionControl(script, statement);
  // A SET, a SET ROLE, or set_config.
  const before = /\bset(?:_config)?\b/i.test(script.sql) ? await sessionSettings(session) : null;
  try {
    for (const [done, { start, end }] of statements.entries()) {
      const sql = script.sql.slice(start, end);
      try {
        await sendStatement(session, sql);
      } catch (error) {
        throw failedAt(script, { start, sql, done }, error);
      }
    }
  } finally {
    // A transaction that has failed takes its settings with it.
    if (before !== null && !inTransaction) await restoreSettings(session, before).catch(() => {});
  }
  if (before !== null && inTransaction) await restoreSettings(session, before);
}

interface FailedStatement {
  readonly start: number;
  readonly sql: string;
  /** How many ran before it. */
  readonly done: number;
}

function failedAt(
  script: MigrationScript,
  { start, sql, done }: FailedStatement,
  error: unknown,
): MigrationError {
  const server = isServerError(error) ? error : undefined;
  const offset = server?.position === undefined ? 0 : sqlOffsetOfPosition(sql, Number(server.position));
  const reason = server ? printableMessage(server) : String((error as Error | null)?.message ?? error);
  return new MigrationError(
    locationIn(script, start + offset),
    `${outcomeOf(script, done)}: ${reason}`,
    server,
  );
}

function outcomeOf({ mode }: MigrationScript, done: number): string {
  if (mode === 'transaction') return 'the migration failed and was rolled back';
  if (done === 0) return 'the migration failed, outside a transaction, at its first statement';
  return `the migration failed, outside a transaction: what is above stays (${done} of its statements), and it is not recorded as applied`;
}

function refuseTransactionControl(script: MigrationScript, statement: ScriptStatement): void {
  const words = { script: script.sql, tokens: statement.tokens };
  const first = wordAt(words, 0);
  const ends =
    /^(BEGIN|START|COMMIT|END|ABORT)$/.test(first) ||
    (first === 'ROLLBACK' && findWord(words, 'TO') === -1) ||
    (first === 'PREPARE' && wordAt(words, 1) === 'TRANSACTION');
  if (!ends) return;
  throw new MigrationError(
    locationIn(script, statement.start),
    `${first} in a migration, which runs in a transaction: remove it, or add the line -- nodrift: no-transaction`,
  );
}

function locationIn({ file, offset }: MigrationScript, at: number): MigrationLocation {
  return diagnosticAt(file.file, file.text, offset + at, { code: 'ND4001', message: '' });
}
