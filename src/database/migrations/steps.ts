import type { Client } from 'pg';
import { Failure } from '../../diagnostic.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { runScript } from '../server/script.ts';
import { splitStatements } from '../server/split-statements.ts';
import type { MigrationScript } from './formats/format.ts';
import { runObserved, type StatementObserver } from './observed-steps.ts';
import { explainFailure, type Progress } from './step-failure.ts';

/** What is sent for a migration in one direction. */
export interface Steps {
  readonly file: SchemaFile;
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
  /** Given each step, returns what must be sent instead: as long, so that places stay true. */
  readonly rewrite?: (sql: string) => string | Promise<string>;
  /** What writes the migration into the migration history, sent after the last step, in the same transaction. */
  readonly mark?: string;
  /** Looks on; then each statement is sent by itself. */
  readonly observer?: StatementObserver | undefined;
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

/** The steps as one script that psql would run the same way. */
export function stepsText({ steps, transaction }: Steps, mark: string): string {
  const sent = steps.map(({ sql }) => {
    const text = sql.trim();
    // A comment may end it: then the semicolon needs a line of its own.
    return text === '' || text.endsWith(';') ? text : `${text}${/--[^\n]*$/.test(text) ? '\n' : ''};`;
  });
  const lines = [...sent.filter((text) => text !== ''), mark];
  return (transaction ? ['BEGIN;', ...lines, 'COMMIT;'] : lines).join('\n');
}

/**
 * Runs a migration. If it fails, what was in a transaction is rolled back, and the client can go on.
 * @throws Failure: 1 with the place in the file and what was applied all the same, 3 where the connection
 *   is lost
 */
export async function runSteps(client: Client, run: Steps, options: StepsOptions = {}): Promise<void> {
  let progress: Progress = { done: 0, phase: 'steps' };
  try {
    if (run.transaction) {
      await runScript(client, 'BEGIN');
      await options.observer?.began(client);
    }
    for (const [done, step] of run.steps.entries()) {
      progress = { done, phase: 'steps' };
      const sql = (await options.rewrite?.(step.sql)) ?? step.sql;
      if (options.observer) await runObserved(client, sql, step.offset, options.observer);
      else await runScript(client, sql);
    }
    progress = { done: run.steps.length, phase: 'mark' };
    if (options.mark !== undefined) await runScript(client, options.mark);
    progress = { done: run.steps.length, phase: 'commit' };
    if (run.transaction) await runScript(client, 'COMMIT');
  } catch (error) {
    // A script may have ended the transaction itself.
    const inTransaction = client.getTransactionStatus() !== 'I';
    await client.query('ROLLBACK').catch(() => {});
    throw error instanceof Failure && error.exitCode !== 3
      ? error
      : explainFailure(run, { ...progress, inTransaction }, error);
  }
}
