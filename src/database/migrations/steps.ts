import type { Client } from 'pg';
import { connectionLost } from '../../connection-loss.ts';
import { type Diagnostic, diagnosticAt, Failure } from '../../diagnostic.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { runScript, ScriptError } from '../server/script.ts';
import { scriptDiagnostic } from '../server/script-failure.ts';
import { splitStatements } from '../server/split-statements.ts';
import type { MigrationScript } from './formats/format.ts';
import { runObserved, type StatementObserver } from './observed-steps.ts';

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

/** How far a migration came. */
interface Progress {
  /** How many steps had run. */
  readonly done: number;
  readonly phase: 'steps' | 'mark' | 'commit';
}

interface Ended extends Progress {
  /** Whether Postgres was still in a transaction when it ended. */
  readonly inTransaction: boolean;
}

/**
 * Says why a migration ended: where, what Postgres said, what was rolled back, and what was not.
 * @param error a ScriptError, or how the connection was lost
 * @returns a Failure: 1 where Postgres refused it, 3 where the connection was lost
 */
function explainFailure(run: Steps, ended: Ended, error: unknown): Failure {
  if (error instanceof ScriptError) return new Failure(1, [refused(run, ended, error)]);
  const lost = error instanceof Failure ? error : connectionLost(error);
  return new Failure(
    lost.exitCode,
    lost.diagnostics.map((found) => ({ ...found, file: run.file.file, hint: afterLoss(run, ended) })),
  );
}

function refused(run: Steps, ended: Ended, { failed }: ScriptError): Diagnostic {
  const step = run.steps[ended.done];
  const invalid = step && leavesInvalidIndex(step, failed.error.code);
  // One message is one transaction, unless the script says otherwise; a COMMIT that fails has rolled back.
  const committing = run.transaction && ended.phase === 'commit';
  const undone = ended.inTransaction || committing || (!run.transaction && run.steps.length <= 1 && !invalid);
  const outcome = undone
    ? 'The migration failed and was rolled back'
    : 'The migration failed; it runs outside a transaction, so its earlier changes stay';
  const { file, text } = run.file;
  if (step && step.offset !== null) {
    const found = scriptDiagnostic({ file, text, offset: step.offset }, failed, outcome);
    const left = undone ? null : remains(run, ended);
    const other = invalid ? invalidIndex : failed.error.code === '55P04' ? uncommittedValue : null;
    return withHint(found, left, other);
  }
  const found = scriptDiagnostic(file, failed, outcome);
  const statement = `In the statement: ${failed.sql.trim().slice(0, 300)}`;
  return withHint(found, statement, undone ? null : remains(run, ended));
}

function withHint(found: Diagnostic, ...more: readonly (string | null)[]): Diagnostic {
  const hint = [found.hint, ...more].filter((text) => text !== null).join('\n');
  return { ...found, hint: hint === '' ? null : hint };
}

function afterLoss(run: Steps, ended: Ended): string {
  if (ended.phase === 'commit' && run.transaction) {
    return 'It is unknown whether it was committed: run nodrift migrate status.';
  }
  if (run.transaction || run.steps.length <= 1) {
    return run.transaction
      ? 'Nothing was changed: the server rolls back uncommitted changes.'
      : 'It runs outside a transaction: check whether it was applied before you run it again.';
  }
  const running = run.steps[ended.done];
  const unknown = running ? [`Not known: ${shown(run, running)}`] : [];
  return [remains(run, ended), ...unknown].join('\n');
}

/** What a migration outside a transaction has done. */
function remains(run: Steps, { done }: Progress): string {
  if (done === 0) return 'Nothing of it was applied.';
  const applied = run.steps.slice(0, done).map((step) => `  ${shown(run, step)}`);
  const advice =
    'The migration is not recorded as applied: revert these, or let the file skip them, and run it again.';
  return ['Applied and kept:', ...applied, advice].join('\n');
}

/** `line 3: CREATE INDEX CONCURRENTLY a ON t (x)` */
function shown({ file }: Steps, { sql, offset }: Step): string {
  const start = splitStatements(sql)[0]?.start ?? 0;
  const text = sql.slice(start).trim().replaceAll(/\s+/g, ' ');
  const short = text.length > 100 ? `${text.slice(0, 99)}…` : text;
  if (offset === null) return short;
  const { line } = diagnosticAt(file.file, file.text, offset + start, { code: 'ND4001', message: '' });
  return `line ${line}: ${short}`;
}

const invalidIndex = 'The index that was not built concurrently is left behind, invalid: drop it.';

/** unsafe_new_enum_value_usage */
const uncommittedValue = 'Put ADD VALUE into a migration of its own, before this one.';

/**
 * Whether a statement that failed was one whose index exists before it is built (PostgreSQL documentation,
 * CREATE INDEX, "Building Indexes Concurrently"). Other errors than these (appendix A: a constraint, a
 * deadlock, no resources, a lock, a cancellation) come before that.
 */
function leavesInvalidIndex({ sql }: Step, sqlstate = ''): boolean {
  const concurrently = /\bINDEX\s+CONCURRENTLY\b/i.test(sql) && !/^\s*DROP\b/i.test(sql);
  return concurrently && /^(23|40|53|55P|57)/.test(sqlstate);
}
