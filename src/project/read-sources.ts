import { setImmediate } from 'node:timers/promises';
import { type Diagnostic, internalError } from '../diagnostic.ts';
import { readStatements } from '../sql/read.ts';
import type { Statement } from '../sql/statement.ts';
import type { Config } from './config.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import type { QueryFiles } from './inputs.ts';

/** One `.sql` file with its statements. */
export interface Source {
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  /** '' where the file is not UTF-8. */
  readonly text: string;
  readonly statements: readonly Statement[];
}

export interface Sources {
  /** Each file once, in the order of the targets. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
  /** What nothing fails for. */
  readonly warnings: readonly Diagnostic[];
}

/** Query files as they were read last, by name. */
export type SourceMemo = Map<
  string,
  { readonly bytes: Uint8Array; readonly read: ReturnType<typeof readSource> }
>;

/**
 * Reads the texts of a project's query files into statements, without a database.
 * @param signal ends the reading between two files
 * @param memo files that are the same again are not read again; holds these files afterwards
 */
export async function readSources(
  { contents }: QueryFiles,
  config: Pick<Config, 'dropIn'>,
  signal?: AbortSignal,
  memo?: SourceMemo,
): Promise<Sources> {
  const read: ReturnType<typeof readSource>[] = [];
  for (const [file, bytes] of contents) {
    const known = memo?.get(file);
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) {
      read.push(known.read);
      continue;
    }
    const fresh = readSource(file, bytes, config);
    read.push(fresh);
    memo?.set(file, { bytes, read: fresh });
    // Meanwhile the database is being opened: its answers are heard in between.
    await setImmediate();
    signal?.throwIfAborted();
  }
  for (const file of memo?.keys() ?? []) if (!contents.has(file)) memo?.delete(file);
  return {
    sources: read.map(({ source }) => source),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

function readSource(file: string, bytes: Uint8Array, { dropIn }: Pick<Config, 'dropIn'>) {
  const decoded = decodeUtf8(file, bytes);
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
