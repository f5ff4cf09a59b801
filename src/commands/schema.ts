import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { openAppliedSchema } from '../database/applied-schema.ts';
import type { Database } from '../database/database.ts';
import { isHistoryTable } from '../database/migrations/history-tables.ts';
import { openLive } from '../database/open-live.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, ConnectionConfig, SchemaSource } from '../project/config.ts';
import { writeGitFolder } from '../project/git-folder.ts';
import { diffSchemas, type SchemaChange } from '../schema/diff.ts';
import { loadSchema } from '../schema/load.ts';
import { normalizeAcrossVersions, withoutLaterPrivileges } from '../schema/normalize-across-versions.ts';
import type { Schema } from '../schema/schema-object.ts';
import { withLiveDatabaseErrors } from './live-database-errors.ts';
import type { FlowOptions } from './pipeline.ts';

/** Where a schema is: what the project's migrations make, a database, or what a person typed. */
export type ComparedSchema =
  | { readonly kind: 'project' }
  | { readonly kind: 'database'; readonly connection: ConnectionConfig }
  /** An absolute path of a folder of migrations or of a schema file. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'ref'; readonly ref: string };

export interface PrintedSchema {
  readonly schema: Schema;
  readonly notes: readonly string[];
}

export interface SchemaDifference {
  readonly changes: readonly SchemaChange[];
  readonly notes: readonly string[];
}

/**
 * Reads the schema that is compared.
 * @throws Failure: 1 a failing migration, 2 nothing of that name, 3 no way to a server
 */
export async function readSchema(
  config: Config,
  compared: ComparedSchema,
  options: FlowOptions,
): Promise<PrintedSchema> {
  return withLiveDatabaseErrors(
    withSchema(config, compared, options, async ({ notes }, schema) => ({
      schema: withoutLaterPrivileges(schema),
      notes,
    })),
  );
}

/** Says how the schema of `b` differs from that of `a`; otherwise as readSchema. */
export async function compareSchemas(
  config: Config,
  [a, b]: readonly [ComparedSchema, ComparedSchema],
  options: FlowOptions,
): Promise<SchemaDifference> {
  const work = withSchema(config, a, options, (first, before) =>
    withSchema(config, b, options, async (second, after) => {
      const notes = [...new Set([...first.notes, ...second.notes])];
      const [old, late] = [
        { schema: before, major: first.major },
        { schema: after, major: second.major },
      ];
      // Only a scratch database may be asked to read the other's definitions.
      if (a.kind !== 'database')
        return {
          changes: diffSchemas(before, await normalizeAcrossVersions(first.client, old, late)),
          notes,
        };
      if (b.kind !== 'database')
        return {
          changes: diffSchemas(await normalizeAcrossVersions(second.client, late, old), after),
          notes,
        };
      if (old.major === late.major) return { changes: diffSchemas(before, after), notes };
      const majors = `The one is PostgreSQL ${old.major}, the other ${late.major}: the same view may be printed differently.`;
      const changes = diffSchemas(withoutLaterPrivileges(before), withoutLaterPrivileges(after));
      return { changes, notes: changes.some(({ kind }) => /view$/.test(kind)) ? [...notes, majors] : notes };
    }),
  );
  return withLiveDatabaseErrors(work);
}

async function withSchema<T>(
  config: Config,
  compared: ComparedSchema,
  options: FlowOptions,
  use: (database: Database, schema: Schema) => Promise<T>,
): Promise<T> {
  options.progress?.(compared.kind === 'database' ? 'connecting' : 'migrating');
  const folder = compared.kind === 'ref' ? mkdtempSync(join(tmpdir(), 'nodrift-ref-')) : null;
  try {
    const database = await openCompared(config, compared, folder, options);
    try {
      return await use(
        database,
        await loadSchema(database.client, { ...config.verify, omit: isHistoryTable }),
      );
    } finally {
      await database.close();
    }
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

async function openCompared(
  config: Config,
  compared: ComparedSchema,
  folder: string | null,
  { signal, env }: FlowOptions,
): Promise<Database> {
  if (compared.kind === 'database') return openLive(config, compared.connection, signal);
  const source = await sourceOf(config, compared, folder);
  // Whoever is granted something must be there to be granted it.
  const roles = (config.verify?.roles ?? []).filter((role) => role !== 'public');
  return openAppliedSchema(
    { ...config, source },
    { applied: null, roles, ...(signal && { signal }), ...(env && { env: { ...env } }) },
  );
}

async function sourceOf(
  { source, root }: Config,
  compared: ComparedSchema,
  folder: string | null,
): Promise<SchemaSource> {
  if (compared.kind === 'path') return sourceAt(compared.path, source);
  if (compared.kind !== 'ref' || folder === null || source.kind === 'none') return source;
  const write = (path: string) =>
    writeGitFolder(root, compared.ref, relative(root, path).replaceAll('\\', '/'), folder);
  if (source.kind === 'migrations') {
    await write(source.dir);
    return { ...source, dir: folder };
  }
  const [file, ...others] = source.files;
  if (file !== undefined && others.length === 0 && !isDynamicPattern(file)) {
    await write(file);
    return { kind: 'schema', files: [join(folder, basename(file))] };
  }
  await write(root);
  return { kind: 'schema', files: source.files.map((path) => resolve(folder, relative(root, path))) };
}

function sourceAt(path: string, source: SchemaSource): SchemaSource {
  if (!statSync(path).isDirectory()) {
    if (path.endsWith('.sql')) return { kind: 'schema', files: [path] };
    const message = `${path} is neither a folder of migrations nor a .sql file.`;
    throw new Failure(2, [diagnostic({ code: 'ND1020', message })]);
  }
  const format = source.kind === 'migrations' ? source.format : 'node-pg-migrate';
  return { kind: 'migrations', dir: path, format };
}
