import type { DatabaseError } from 'pg';
import { type Diagnostic, diagnostic, diagnosticAt } from '../../diagnostic.ts';
import { sqlOffsetOfPosition } from '../../sql/postgres-text.ts';
import { splitStatements } from './split-statements.ts';

/** What Postgres was given when it said no. */
export interface FailedScript {
  readonly sql: string;
  readonly error: DatabaseError;
  /** How many statements of it had run. */
  readonly completed: number;
}

/** The file that a script is in. */
export interface ScriptFile {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly text: string;
  /** Where the script begins in the text. */
  readonly offset: number;
}

/**
 * Says what Postgres said of a script, at the place in the file: where Postgres points to, otherwise at
 * the beginning of the statement that failed.
 * @param outcome what became of the migration, for the message: `Migration failed and was rolled back`
 */
export function scriptDiagnostic(
  script: ScriptFile | string,
  { sql, error, completed }: FailedScript,
  outcome: string,
): Diagnostic {
  const known = {
    code: 'ND4001' as const,
    message: `${outcome}: ${error.message}`,
    sqlstate: error.code ?? null,
    hint: hints(error),
  };
  if (typeof script === 'string') return diagnostic({ file: script, ...known });
  const offset =
    error.position === undefined
      ? (splitStatements(sql)[completed]?.start ?? 0)
      : sqlOffsetOfPosition(sql, Number(error.position));
  return diagnosticAt(script.file, script.text, Math.min(script.offset + offset, script.text.length), known);
}

function hints(error: DatabaseError): string | null {
  // `where` is the way through functions: PL/pgSQL function f() line 3 at RAISE
  const said = [error.detail, error.hint, error.where, adviceFor(error)].filter((text) => text);
  return said.length === 0 ? null : said.join('\n');
}

function adviceFor(error: DatabaseError): string | null {
  // active_sql_transaction: CREATE INDEX CONCURRENTLY, VACUUM and their like
  if (error.code === '25001')
    return 'It must not run in a transaction: put it alone into a migration of its own.';
  // query_canceled, by pg, which has no data to send
  if (error.code === '57014' && error.message.startsWith('COPY from stdin failed'))
    return 'COPY ... FROM stdin has no data in a migration: write INSERT statements.';
  return null;
}
