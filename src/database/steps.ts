import type { Client } from 'pg';
import { type Diagnostic, Failure } from '../diagnostic.ts';
import { connectionLost } from './connection-failure.ts';
import type { MigrationScript } from './formats/format.ts';
import type { SourceFile } from './migration-files.ts';
import { runScript, ScriptError } from './script.ts';
import { scriptDiagnostic } from './script-failure.ts';
import { splitStatements } from './split-statements.ts';

/** What is sent for a migration in one direction. */
export interface Steps {
  readonly file: SourceFile;
  /** Each is sent in one message. */
  readonly steps: readonly Step[];
  /** Whether between BEGIN and COMMIT. */
  readonly transaction: boolean;
}

export interface Step {
  readonly sql: string;
  /** Where it begins in the file's text; null for what a program made. */
  readonly offset: number | null;
}

export interface StepsOptions {
  /** Given each step, returns what is to be sent instead: as long, so that places stay true. */
  readonly rewrite?: (sql: string) => string | Promise<string>;
  /** What writes the migration into the books, sent after the last step, in the same transaction. */
  readonly mark?: string;
}

/** A script's way to the server. */
export function stepsOf({ file, sql, offset, mode }: MigrationScript): Steps {
  if (mode !== 'statements') return { file, steps: [{ sql, offset }], transaction: mode === 'transaction' };
  const steps = splitStatements(sql).map(({ start, end }) => ({
    sql: sql.slice(start, end),
    offset: offset + start,
  }));
  return { file, steps, transaction: false };
}

/**
 * Runs a migration. If it fails, what was in a transaction is rolled back, and the client can go on.
 * @throws Failure: 1 with the place in the file and what was applied all the same, 3 where the connection
 *   is lost
 */
export async function runSteps(client: Client, run: Steps, options: StepsOptions = {}): Promise<void> {
  let done = 0;
  try {
    if (run.transaction) await client.query('BEGIN');
    for (const step of run.steps) {
      await runScript(client, (await options.rewrite?.(step.sql)) ?? step.sql);
      done += 1;
    }
    if (options.mark !== undefined) await runScript(client, options.mark);
    if (run.transaction) await runScript(client, 'COMMIT');
  } catch (error) {
    // Idle where a script has ended the transaction itself.
    const undone = client.getTransactionStatus() !== 'I' || (!run.transaction && run.steps.length === 1);
    await client.query('ROLLBACK').catch(() => {});
    if (error instanceof ScriptError) throw new Failure(1, [failedStep(run, done, error, undone)]);
    throw error instanceof Failure ? error : connectionLost(error);
  }
}

function failedStep(run: Steps, done: number, { failed }: ScriptError, undone: boolean): Diagnostic {
  const step = run.steps[done];
  const outcome = undone
    ? 'The migration failed and was rolled back'
    : 'The migration failed; it runs outside a transaction, so what it did before stays';
  const { file, text } = run.file;
  if (step && step.offset !== null) {
    return scriptDiagnostic({ file, text, offset: step.offset }, failed, outcome);
  }
  const found = scriptDiagnostic(file, failed, outcome);
  const statement = `In the statement: ${failed.sql.trim().slice(0, 300)}`;
  return { ...found, hint: [found.hint, statement].filter(Boolean).join('\n') };
}
