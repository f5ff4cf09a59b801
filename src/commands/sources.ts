import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Diagnostic, diagnostic, Failure, internalError } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { findQueryFiles, type QueryFile } from '../project/query-files.ts';
import { decodeUtf8 } from '../sql/decode.ts';
import { readStatements } from '../sql/read.ts';
import type { Statement } from '../sql/statement.ts';

/** One `.sql` file, read. */
export interface Source {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** '' where the file could not be read. */
  readonly text: string;
  readonly statements: readonly Statement[];
}

export interface Sources {
  /** What must be generated; two transforms may make two modules of one file. */
  readonly targets: readonly QueryFile[];
  /** Each file once, in the order of the targets. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
  /** What nothing fails for. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads all `.sql` files of a project into statements, without a database.
 * Throws Failure (2) where the configuration leads to no file at all: it hardly means that.
 * @param signal ends the reading between two files
 */
export async function readSources(config: Config, signal?: AbortSignal): Promise<Sources> {
  const targets = await findQueryFiles(config);
  if (targets.length === 0) throw new Failure(2, [nothingFound(config)]);
  const files = new Map(targets.map((target) => [target.file, target.path]));
  const read: ReturnType<typeof readSource>[] = [];
  for (const [file, path] of files) {
    read.push(readSource(file, path, config));
    // Meanwhile the database is being opened: its answers are heard in between.
    await setImmediate();
    signal?.throwIfAborted();
  }
  return {
    targets,
    sources: read.map(({ source }) => source),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

function readSource(file: string, path: string, { dropIn }: Config) {
  const decoded = decode(file, path);
  if (!('text' in decoded)) {
    return { source: { file, text: '', statements: [] }, diagnostics: [decoded], warnings: [] };
  }
  const { text } = decoded;
  try {
    const { statements, ...problems } = readStatements(file, text, { pgtyped: dropIn });
    return { source: { file, text, statements }, ...problems };
  } catch (error) {
    const found = internalError(error, { name: file, file, line: 1, column: 1 }, text);
    return { source: { file, text, statements: [] }, diagnostics: [found], warnings: [] };
  }
}

function decode(file: string, path: string): { readonly text: string } | Diagnostic {
  try {
    // Small files are read several times as fast in one go as through the thread pool.
    return decodeUtf8(file, readFileSync(path));
  } catch (error) {
    return diagnostic({ file, message: `Cannot be read: ${String(error)}.` });
  }
}

function nothingFound(config: Config): Diagnostic {
  const globs = config.transforms.map((transform) => `"${transform.include}"`).join(', ');
  return diagnostic({
    file: basename(config.path),
    message: `No .sql file was found: nothing below srcDir matches ${globs}.`,
    hint: 'Write the first query, or correct "srcDir" and "include".',
  });
}
