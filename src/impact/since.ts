import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import type { MigrationUnit } from '../database/migrations/migration-units.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config, SchemaSource } from '../project/config.ts';
import { isConfigModule } from '../project/config-problems.ts';
import { type GitTree, isGitObject, readGitFiles, readGitTree } from '../project/git.ts';
import { readQueryFiles } from '../project/inputs.ts';
import { loadConfig } from '../project/load-config.ts';
import { readSources, type Sources } from '../project/read-sources.ts';
import { readSchemaFiles, type SchemaFile } from '../project/schema-files.ts';

/** What a project looked like at another commit. */
export interface Since {
  readonly config: Config;
  /** The queries of that commit; none where it has none. */
  readonly sources: Pick<Sources, 'sources' | 'diagnostics'>;
  /** Whether a migration was there. */
  readonly has: (unit: MigrationUnit) => boolean;
  /** The schema files as they were; null where there were none, or the schema is made by migrations. */
  readonly schema: readonly SchemaFile[] | null;
  /** Whether the schema files are others now. */
  readonly isChanged: boolean;
  readonly notes: readonly string[];
}

/**
 * Reads the queries of another commit and says which migrations it has. Files are unpacked into a temporary folder
 * that is removed.
 * @param ref as git understands it
 * @throws Failure (2) where git refuses, or the configuration of that commit is none
 */
export async function readSince(
  config: Config,
  ref: string,
  units: readonly MigrationUnit[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Since> {
  const tree = await readGitTree(config.root, ref);
  const folder = await mkdtemp(join(tmpdir(), 'nodrift-since-'));
  try {
    await unpack(config, tree, folder);
    const old = configAt(config, join(folder, tree.prefix), ref, env);
    return {
      config: old,
      sources: await sourcesAt(old),
      has: (unit) => tree.files.has(pathOf(tree, unit.file)),
      ...schemaAt(config, join(folder, tree.prefix), units),
      notes: notesOn(config, ref, tree, units),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param root where the configuration's folder of that commit is */
function schemaAt(
  config: Config,
  root: string,
  units: readonly MigrationUnit[],
): Pick<Since, 'schema' | 'isChanged'> {
  if (config.source.kind !== 'schema' || units.length === 0) return { schema: null, isChanged: false };
  const contents = (files: readonly SchemaFile[]) =>
    JSON.stringify(files.map(({ file, text }) => [file, text]));
  try {
    const moved = (absolute: string) => resolve(root, relative(config.root, absolute));
    const schema = readSchemaFiles({ root, source: movedSource(config.source, moved) });
    return { schema, isChanged: contents(schema) !== contents(readSchemaFiles(config)) };
  } catch (error) {
    // There was none of them yet.
    if (error instanceof Failure) return { schema: null, isChanged: true };
    throw error;
  }
}

/** The path within the repository of a file that is given relative to the configuration's folder. */
function pathOf({ prefix }: GitTree, file: string): string {
  return posix.join(prefix, file);
}

async function unpack(config: Config, tree: GitTree, folder: string): Promise<void> {
  const configuration = pathOf(tree, basename(config.path));
  const wanted = [...tree.files].filter(
    ([path]) => (path.endsWith('.sql') || path === configuration) && !path.split(/[/\\]/).includes('..'),
  );
  const contents = await readGitFiles(
    config.root,
    wanted.map(([, object]) => object),
  );
  await mkdir(join(folder, tree.prefix), { recursive: true });
  for (const [index, [path]] of wanted.entries()) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), contents[index] ?? '');
  }
}

/** The configuration of that time; the present one where there was none, or where it is a module. */
function configAt(
  config: Config,
  root: string,
  ref: string,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const path = join(root, basename(config.path));
  // A module may import anything, of which nothing is here.
  if (isConfigModule(path) || !existsSync(path)) {
    const moved = (absolute: string) => resolve(root, relative(config.root, absolute));
    return { ...config, path, root, srcDir: moved(config.srcDir), source: movedSource(config.source, moved) };
  }
  try {
    return loadConfig(path, env);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const diagnostics = error.diagnostics.map((found) =>
      diagnostic({
        code: 'ND7005',
        message: `The configuration at ${ref} is refused: ${found.message}`,
        hint: found.hint,
      }),
    );
    throw new Failure(2, diagnostics);
  }
}

function movedSource(source: SchemaSource, moved: (path: string) => string): SchemaSource {
  if (source.kind === 'migrations') return { ...source, dir: moved(source.dir) };
  return source.kind === 'schema' ? { ...source, files: source.files.map(moved) } : source;
}

async function sourcesAt(config: Config): Promise<Since['sources']> {
  try {
    return await readSources(await readQueryFiles(config), config);
  } catch (error) {
    // There was no query yet.
    if (error instanceof Failure) return { sources: [], diagnostics: [] };
    throw error;
  }
}

/** Migrations that are not as they were: what they did before is not known here. */
function notesOn(
  config: Config,
  ref: string,
  tree: GitTree,
  units: readonly MigrationUnit[],
): readonly string[] {
  if (config.source.kind !== 'migrations') return [];
  const notes: string[] = [];
  for (const { file } of units) {
    const object = tree.files.get(pathOf(tree, file));
    if (object === undefined || isGitObject(readFileSync(resolve(config.root, file)), object)) continue;
    notes.push(
      `${file} has changed since ${ref}. Databases that have run it do not run it again, so the change is ignored.`,
    );
  }
  const folder = pathOf(tree, relative(config.root, config.source.dir).replaceAll('\\', '/'));
  const present = new Set(units.map(({ file }) => pathOf(tree, file)));
  for (const path of tree.files.keys()) {
    const parent = posix.dirname(path);
    const migration =
      config.source.format === 'prisma'
        ? posix.dirname(parent) === folder && posix.basename(path) === 'migration.sql'
        : parent === folder && path.endsWith('.sql') && !path.endsWith('.down.sql');
    if (migration && !present.has(path)) notes.push(`${posix.relative(folder, path)} is gone since ${ref}.`);
  }
  return notes;
}
