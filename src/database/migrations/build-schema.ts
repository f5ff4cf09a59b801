import { relative } from 'node:path';
import type { Client } from 'pg';
import type { Config, SchemaSource } from '../../project/config.ts';
import { hasPrismaMigrations, type SchemaFile } from '../../project/schema-files.ts';
import { unitsOf } from './migration-units.ts';

/**
 * Runs the migrations, or the schema file, on an empty database. What concerns the whole server is left
 * out (see withoutClusterStatements).
 * @param files as readSchemaFiles returns them
 * @param disposable whether the whole server is thrown away afterwards
 * @param signal ends the work between two migrations
 * @returns notes on what was omitted
 * @throws Failure: 1 with file and position where a migration fails, 3 where the connection is lost
 */
export async function buildSchema(
  client: Client,
  { root, source }: Pick<Config, 'root' | 'source'>,
  files: readonly SchemaFile[],
  disposable: boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const reasons: string[] = [];
  const note = (reason: string) => {
    reasons.push(reason);
  };
  const units = await unitsOf(source, files, { disposable, note });
  if (source.kind === 'migrations' && units.length === 0) note(nothingFound(root, source));
  for (const unit of units) {
    signal?.throwIfAborted();
    await unit.up(client);
  }
  return counted(reasons);
}

function nothingFound(root: string, { dir, format }: Extract<SchemaSource, { kind: 'migrations' }>): string {
  const found = `0 migrations found in ${relative(root, dir).replaceAll('\\', '/')}.`;
  return format !== 'prisma' && hasPrismaMigrations(dir)
    ? `${found} Its folders have a migration.sql, as Prisma writes them: set "format": "prisma".`
    : found;
}

/** Each reason once, with how often it applied. */
function counted(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => (count === 1 ? reason : `${reason} (${count} times)`));
}
