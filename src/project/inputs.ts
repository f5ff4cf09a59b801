import { readdirSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import type { Config } from './config.ts';
import { type FileMemo, readDirectly } from './file-memo.ts';
import { type Fingerprint, fingerprint, type Part } from './fingerprint.ts';
import { findQueryFiles, findTypeScriptQueries, type QueryFile } from './query-files.ts';
import { readSchemaFiles, type SchemaFile } from './schema-files.ts';

/** A project's `.sql` files with queries, as they were read. */
export interface QueryFiles {
  /** What must be generated; two transforms may make two modules of one file. */
  readonly targets: readonly QueryFile[];
  /** The bytes of each file by its name, in the order of the targets. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** The files with queries that are not read; empty unless ReadingOptions.keepGoing. */
  readonly refused: readonly Diagnostic[];
  /** What the author should know of the configuration's transforms. */
  readonly notes: readonly string[];
}

export interface ReadingOptions {
  /** Whether files with queries that cannot be read leave the others to be worked on. */
  readonly keepGoing?: boolean;
  /** What was read before; default: nothing is known of it. */
  readonly fileMemo?: FileMemo;
}

/**
 * Everything of a project that its modules are made from, read once: whoever works on it does not consider these files
 * again, so that one run never sees two states of them.
 */
export interface Inputs extends QueryFiles {
  readonly config: Config;
  /** The migrations or the schema file; empty where queries are analysed on a database as it is. */
  readonly schema: readonly SchemaFile[];
}

/**
 * Reads a project.
 * @throws Failure (2) where the migrations are not there, or as readQueryFiles
 */
export async function readInputs(config: Config, options: ReadingOptions = {}): Promise<Inputs> {
  const queries = await readQueryFiles(config, options);
  const { database } = config;
  const schema = database.kind === 'server' && database.asIs ? [] : readSchemaFiles(config, options.fileMemo);
  return { config, ...queries, schema };
}

/** Covers the text of the configuration, and names and contents of all files that the inputs were read from. */
export function fingerprintOfInputs({ config, schema, contents }: Inputs): Fingerprint {
  return fingerprint([
    ['configuration', config.text],
    ['schema', String(schema.length)],
    ...schema.map(({ file, text }): Part => [file, text]),
    ['queries', String(contents.size)],
    ...contents,
  ]);
}

/**
 * Finds and reads the `.sql` files with queries.
 * @throws Failure (2) where there is none, which the configuration hardly means, with each that cannot be read, where
 *   queries are in TypeScript files that PgTyped would read, or as findQueryFiles
 */
export async function readQueryFiles(
  config: Config,
  { keepGoing = false, fileMemo = readDirectly }: ReadingOptions = {},
): Promise<QueryFiles> {
  const targets = await findQueryFiles(config);
  const { refused, notes } = await findTypeScriptQueries(config, fileMemo);
  if (refused.length > 0 && !keepGoing) throw new Failure(2, refused);
  if (targets.length === 0) throw new Failure(2, [unreadableFolder(config) ?? nothingFound(config)]);
  const paths = new Map(targets.map(({ file, path }) => [file, path]));
  const contents = new Map<string, Uint8Array>();
  const unreadable: Diagnostic[] = [];
  for (const [file, path] of paths) {
    try {
      // Small files are read several times as fast in one go as through the thread pool.
      contents.set(file, fileMemo(path, readBytes));
    } catch (error) {
      const message = `Cannot be read: ${systemReason(error)}.`;
      unreadable.push(diagnostic({ file, code: 'ND1017', message, hint: systemHint(error) }));
    }
  }
  if (unreadable.length > 0) throw new Failure(2, unreadable);
  return { targets, contents, refused, notes };
}

function readBytes(path: string): Uint8Array {
  return readFileSync(path);
}

/** The folder of queries, where that is why there are none: looking for files passes over it. */
function unreadableFolder({ root, srcDir }: Config): Diagnostic | null {
  try {
    readdirSync(srcDir);
    return null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    const name = relative(root, srcDir).replaceAll('\\', '/');
    const message = `The folder of queries ${name} cannot be read: ${systemReason(error)}.`;
    return diagnostic({ code: 'ND1017', message, hint: systemHint(error) });
  }
}

function nothingFound(config: Config) {
  const globs = config.transforms.map((transform) => `"${transform.include}"`).join(', ');
  return diagnostic({
    file: basename(config.path),
    code: 'ND1015',
    message: `No .sql file was found: nothing below srcDir matches ${globs}.`,
    hint: 'Write the first query, or correct "srcDir" and "include".',
  });
}
