import type { Client } from 'pg';
import { Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { withoutClusterStatements } from './cluster-statements.ts';
import { readDump } from './dump-file.ts';
import type { SourceFile } from './migration-files.ts';
import { runMigrations } from './node-pg-migrate.ts';
import { runScript, ScriptError } from './script.ts';
import { scriptDiagnostic } from './script-failure.ts';

/**
 * Runs the migrations, or the schema file, on an empty database. What concerns the whole server is left
 * out (see withoutClusterStatements).
 * @param files as readSourceFiles returns them
 * @param disposable whether the whole server is thrown away afterwards
 * @returns notes on what was left out
 * @throws Failure: 1 with file and position where a migration fails, 3 where the connection is lost
 */
export async function buildSchema(
  client: Client,
  config: Pick<Config, 'source'>,
  files: readonly SourceFile[],
  disposable: boolean,
): Promise<readonly string[]> {
  const { source } = config;
  if (source.kind === 'none') return [];
  let roles = await names(client, 'SELECT rolname AS name FROM pg_catalog.pg_roles');
  const reasons: string[] = [];
  const rewrite = (sql: string): string => {
    const local = withoutClusterStatements(sql, { roles, disposable });
    roles = local.roles;
    reasons.push(...local.reasons);
    return local.sql;
  };
  if (source.kind === 'schema') {
    const settings = await names(client, 'SELECT pg_catalog.lower(name) AS name FROM pg_catalog.pg_settings');
    const [file] = files;
    if (file) await runFile(client, file, rewrite(readDump(file, settings)), 'The schema file failed');
  } else if (source.format === 'node-pg-migrate') {
    await runMigrations({
      client,
      dir: source.dir,
      files,
      direction: 'up',
      count: null,
      lock: false,
      rewrite,
    });
  } else {
    for (const file of files) {
      await runFile(client, file, rewrite(file.text), 'The migration failed and was rolled back');
    }
  }
  return counted(reasons);
}

async function runFile(client: Client, file: SourceFile, sql: string, outcome: string): Promise<void> {
  try {
    await runScript(client, sql);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new Failure(1, [scriptDiagnostic({ ...file, offset: 0 }, error.failed, outcome)]);
  }
}

async function names(client: Client, sql: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(sql);
  return new Set(rows.map(({ name }) => name));
}

/** Each reason once, with how often it applied. */
function counted(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => (count === 1 ? reason : `${reason} (${count} times)`));
}
