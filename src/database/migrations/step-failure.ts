import { connectionLost } from '../../connection-loss.ts';
import { type Diagnostic, diagnosticAt, Failure } from '../../diagnostic.ts';
import { ScriptError } from '../server/script.ts';
import { scriptDiagnostic } from '../server/script-failure.ts';
import { splitStatements } from '../server/split-statements.ts';
import type { Step, Steps } from './steps.ts';

/** How far a migration came. */
export interface Progress {
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
export function explainFailure(run: Steps, ended: Ended, error: unknown): Failure {
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
      : 'It runs outside a transaction: look whether it was applied before it is run again.';
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
  return ['Applied, and still there:', ...applied, advice].join('\n');
}

/** `line 3: CREATE INDEX CONCURRENTLY a ON t (x)` */
function shown({ file }: Steps, { sql, offset }: Step): string {
  const start = splitStatements(sql)[0]?.start ?? 0;
  const text = sql.slice(start).trim().replaceAll(/\s+/g, ' ');
  const short = text.length > 100 ? `${text.slice(0, 99)}…` : text;
  if (offset === null) return short;
  const { line } = diagnosticAt(file.file, file.text, offset + start, { message: '' });
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
