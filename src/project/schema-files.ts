import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import type { Config, MigrationFormat, SchemaSource } from './config.ts';

/** A file that the database is built from. */
export interface SchemaFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the files that the database is built from: the migrations in the natural order of their names
 * (`2.sql` before `10.sql`), or the schema file. Names that begin with a dot are omitted, and those that
 * are nothing to the tool; of plain ones those that undo (`.down.sql`).
 * @throws Failure (2) where the folder or the file is not there
 */
export function readSchemaFiles(config: Pick<Config, 'root' | 'source'>): readonly SchemaFile[] {
  const { root, source } = config;
  if (source.kind === 'none') return [];
  try {
    return pathsOf(source).map((path) => ({
      path,
      file: relative(root, path).replaceAll('\\', '/'),
      text: readFileSync(path, 'utf8').replace(/^\uFEFF/, ''),
    }));
  } catch (error) {
    throw unreadable(root, source, error);
  }
}

function pathsOf(source: Exclude<SchemaSource, { kind: 'none' }>): string[] {
  if (source.kind === 'schema') return [source.file];
  // Code units decide between names that are equal except leading zeros: the same everywhere.
  const { compare } = new Intl.Collator('en', { numeric: true });
  return readdirSync(source.dir)
    .filter((name) => !name.startsWith('.'))
    .filter((name) => isCandidate(source.format, name))
    .sort((a, b) => compare(a, b) || (a < b ? -1 : 1))
    .map((name) => join(source.dir, name))
    .filter((path) => statSync(path).isFile());
}

function isCandidate(format: MigrationFormat, name: string): boolean {
  switch (format) {
    case 'node-pg-migrate':
      return true;
    case 'plain':
      return /(?<!\.down)\.sql$/i.test(name);
    case 'goose':
      // Migrations in Go must be known, to be refused.
      return /\.sql$|^\d+_.*(?<!_test)\.go$/.test(name);
    default:
      return name.endsWith('.sql');
  }
}

function unreadable(root: string, source: Exclude<SchemaSource, { kind: 'none' }>, error: unknown): Failure {
  const path = source.kind === 'schema' ? source.file : source.dir;
  const name = relative(root, path).replaceAll('\\', '/');
  const code = systemCode(error);
  const what = source.kind === 'schema' ? 'schema file' : 'folder of migrations';
  if (code === 'ENOENT') {
    const message = `There is no ${what} at ${name}.`;
    const hint = `Create it, or set "${source.kind}" under "nodrift" in the configuration.`;
    return new Failure(2, [diagnostic({ message, hint })]);
  }
  const reason = code === 'ENOTDIR' ? 'it is a file, not a folder' : systemReason(error);
  const message = `The ${what} ${name} cannot be read: ${reason}.`;
  return new Failure(2, [diagnostic({ message, hint: systemHint(error) })]);
}
