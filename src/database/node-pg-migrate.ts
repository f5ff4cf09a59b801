import { basename, extname } from 'node:path';
import type { RunnerOption } from 'node-pg-migrate';
import type { Client, QueryResult } from 'pg';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import type { SourceFile } from './migration-files.ts';
import { runScript, ScriptError } from './script.ts';
import { scriptDiagnostic } from './script-failure.ts';

export interface MigrationRun {
  readonly client: Client;
  /** The folder, absolute, and what is in it. */
  readonly dir: string;
  readonly files: readonly SourceFile[];
  readonly direction: 'up' | 'down';
  /** How many; null: all that are pending. */
  readonly count: number | null;
  /** Whether to hold node-pg-migrate's advisory lock, so that nobody else migrates meanwhile. */
  readonly lock: boolean;
  /** Whether to leave the migrations themselves out and only collect their SQL. */
  readonly dryRun?: boolean;
  /** Given each script, returns what is to be run instead: as long, so that positions stay true. */
  readonly rewrite?: (sql: string) => string;
}

/** A migration that was run, or would be. */
export interface MigrationStep {
  /** The file's name without its extension, as in the table of migrations. */
  readonly name: string;
  /** Everything that was sent for it; '' unless it was a dry run. */
  readonly sql: string;
}

/** The table that node-pg-migrate keeps its books in, by its default. */
export const migrationsTable = 'pgmigrations';

/**
 * Runs migrations with node-pg-migrate, each in a transaction of its own unless it says otherwise.
 * @throws Failure: 1 with file and position where a migration fails, 3 where the connection is lost
 */
export async function runMigrations(run: MigrationRun): Promise<readonly MigrationStep[]> {
  const { runner } = await import('node-pg-migrate');
  const steps: { name: string; sql: string }[] = [];
  let failed: Failed | null = null;
  const dbClient = intercepted(run, (error, sql) => {
    failed ??= { error, sql, inTransaction: run.client.getTransactionStatus() !== 'I' };
  });
  const options: RunnerOption = {
    dbClient,
    dir: run.dir,
    direction: run.direction,
    migrationsTable,
    noLock: !run.lock,
    dryRun: run.dryRun ?? false,
    verbose: true,
    logger: {
      // The names come through `info` before the SQL goes to `debug`: the runner tells nobody else.
      info: (message) => {
        const name = /^### MIGRATION (.*) \((UP|DOWN)\) ###$/.exec(message)?.[1];
        if (name !== undefined) steps.push({ name, sql: '' });
      },
      debug: (message) => {
        const step = steps.at(-1);
        if (step && run.dryRun) step.sql = message.trim();
      },
      warn: () => {},
      error: () => {},
    },
    ...(run.count !== null && { count: run.count }),
  };
  try {
    await runner(options);
    return steps;
  } catch (error) {
    throw failure(
      run,
      steps.map(({ name }) => name),
      failed,
      error,
    );
  }
}

interface Failed {
  readonly error: Error;
  readonly sql: string;
  readonly inTransaction: boolean;
}

/** The client, with its scripts rewritten and its first error noted: the runner passes on only a message. */
function intercepted(run: MigrationRun, note: (error: Error, sql: string) => void): Client {
  const query = async (text: unknown, ...rest: unknown[]): Promise<QueryResult> => {
    const sql = typeof text === 'string' ? text : '';
    try {
      if (sql !== '' && rest.every((value) => value === undefined)) {
        return await runScript(run.client, run.rewrite?.(sql) ?? sql);
      }
      return await Reflect.apply(run.client.query, run.client, [text, ...rest]);
    } catch (error) {
      note(error instanceof Error ? error : new Error(String(error)), sql);
      throw error;
    }
  };
  return new Proxy(run.client, {
    get(target, key) {
      if (key === 'query') return query;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function failure(
  run: MigrationRun,
  names: readonly string[],
  failed: Failed | null,
  thrown: unknown,
): Failure {
  if (failed?.error instanceof Failure) return failed.error;
  if (failed?.error instanceof ScriptError) {
    return new Failure(1, [ofMigration(run, names, failed.error, failed.sql, failed.inTransaction)]);
  }
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure(1, [explain(said, run)]);
}

function ofMigration(
  run: MigrationRun,
  names: readonly string[],
  { failed }: ScriptError,
  sql: string,
  inTransaction: boolean,
): Diagnostic {
  const name = names.at(-1);
  const file = run.files.find(({ path }) => basename(path, extname(path)) === name);
  const outcome = inTransaction
    ? 'The migration failed and was rolled back'
    : 'The migration failed; it runs outside a transaction, so what it did before stays';
  const offset = file ? file.text.indexOf(sql.replace(/;$/, '')) : -1;
  if (file && offset !== -1) {
    return scriptDiagnostic({ file: file.file, text: file.text, offset }, failed, outcome);
  }
  // A migration in JavaScript: its SQL stands in no file.
  const found = scriptDiagnostic(file?.file ?? name ?? run.dir, failed, outcome);
  return {
    ...found,
    hint: [found.hint, `In the statement: ${sql.trim().slice(0, 300)}`].filter(Boolean).join('\n'),
  };
}

/** What the runner itself finds wrong, with what to do about it. */
function explain(said: string, run: MigrationRun): Diagnostic {
  const prefix = /Cannot determine numeric prefix for "(.*)"/.exec(said)?.[1];
  if (prefix !== undefined) {
    const file = run.files.find(({ path }) => basename(path).startsWith(prefix))?.file ?? prefix;
    const message = 'The name of a migration begins with a number, such as 1736154000000_create-users.sql.';
    return diagnostic({ file, message, hint: 'Rename it, or move it out of the folder of migrations.' });
  }
  const disabled = /User has disabled down migration on file: (.*)/.exec(said)?.[1];
  if (disabled !== undefined) {
    const file = run.files.find(({ path }) => basename(path).startsWith(disabled))?.file ?? disabled;
    return diagnostic({
      file,
      message: 'The migration cannot be undone.',
      hint: 'Write it a part "-- Down Migration".',
    });
  }
  if (/Another migration is already running/.test(said)) {
    const hint = 'Wait for it to end, or end its session.';
    return diagnostic({ message: 'Somebody else is migrating this database: its lock is taken.', hint });
  }
  if (/is preceding already run migration/.test(said)) {
    const hint = 'Migrations run in the order of their numbers: give the new one a later number.';
    return diagnostic({ message: said, hint });
  }
  return diagnostic({ message: said });
}
