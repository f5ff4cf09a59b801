import { relative } from 'node:path';
import type { Client } from 'pg';
import type { Config, SchemaSource } from '../../project/config.ts';
import { hasPrismaMigrations, type SchemaFile } from '../../project/schema-files.ts';
import { unitsOf } from './migration-units.ts';

/** What building a schema leads to. */
export interface BuiltSchema {
  /** On what was omitted. */
  readonly notes: readonly string[];
  /** Each omission, for who goes on from here. */
  readonly omissions: readonly string[];
}

/** Where building begins, and what it tells. */
export interface BuildOptions {
  /** Ends the work between two migrations. */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((stage: string) => void) | undefined;
  /** How many migrations the database has, and what was omitted of them; default: it is empty. */
  readonly start?: { readonly count: number; readonly omissions: readonly string[] };
  /** Called before a migration runs, with how many have. */
  readonly before?: (count: number, built: BuiltSchema) => Promise<void>;
}

/**
 * Runs the migrations, or the schema file, on an empty database. What concerns the whole server is left
 * out (see withoutClusterStatements).
 * @param files as readSchemaFiles returns them
 * @param disposable whether the whole server is thrown away afterwards
 * @throws Failure: 1 with file and position where a migration fails, 3 where the connection is lost
 */
export async function buildSchema(
  client: Client,
  { root, source }: Pick<Config, 'root' | 'source'>,
  files: readonly SchemaFile[],
  disposable: boolean,
  { signal, progress, start, before }: BuildOptions = {},
): Promise<BuiltSchema> {
  const omissions = [...(start?.omissions ?? [])];
  const note = (reason: string) => {
    omissions.push(reason);
  };
  const built = (): BuiltSchema => ({ notes: counted(omissions), omissions: [...omissions] });
  const units = await unitsOf(source, files, { disposable, note });
  if (source.kind === 'migrations' && units.length === 0) note(nothingFound(root, source));
  for (const [index, unit] of units.entries()) {
    if (index < (start?.count ?? 0)) continue;
    signal?.throwIfAborted();
    await before?.(index, built());
    progress?.(`migrating ${index + 1} of ${units.length}`);
    await unit.up(client);
  }
  return built();
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
