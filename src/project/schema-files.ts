import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import type { Config, MigrationFormat, SchemaSource } from './config.ts';
import { type FileMemo, readDirectly } from './file-memo.ts';

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
 * (`2.sql` before `10.sql`), or the schema files, each once. Names that begin with a dot are omitted, and those that
 * are nothing to the tool; of plain ones those that undo (`.down.sql`).
 * @throws Failure (2) where the folder or a file is not there
 */
export function readSchemaFiles(
  config: Pick<Config, 'root' | 'source'>,
  fileMemo: FileMemo = readDirectly,
): readonly SchemaFile[] {
  const { root, source } = config;
  if (source.kind === 'none') return [];
  const read = (path: string): SchemaFile => ({
    path,
    file: relative(root, path).replaceAll('\\', '/'),
    text: fileMemo(path, readText),
  });
  if (source.kind === 'migrations')
    return readable(root, source.kind, source.dir, () => migrationPaths(source).map(read));
  const files = source.files.flatMap((pattern) =>
    readable(root, source.kind, pattern, () => {
      const paths = matchingSchemaFiles(pattern);
      if (paths.length === 0 && isDynamicPattern(pattern)) throw nothingMatches(root, pattern);
      return (paths.length === 0 ? [pattern] : paths).map(read);
    }),
  );
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** Without a byte order mark. */
function readText(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

/**
 * What an entry of `schema` leads to, in the natural order of the paths; empty if there is nothing.
 * @param pattern absolute
 */
export function matchingSchemaFiles(pattern: string): readonly string[] {
  if (existsSync(pattern)) return [pattern];
  if (!isDynamicPattern(pattern)) return [];
  return globSync(pattern.replaceAll('\\', '/'), { absolute: true, expandDirectories: false })
    .map((path) => resolve(path))
    .sort(naturally);
}

function migrationPaths({ dir, format }: Extract<SchemaSource, { kind: 'migrations' }>): string[] {
  const names = readdirSync(dir).filter((name) => !name.startsWith('.'));
  if (format === 'prisma') {
    return names
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => join(dir, name, prismaFile))
      .filter((path) => existsSync(path));
  }
  return names
    .filter((name) => isCandidate(format, name))
    .sort(naturally)
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}

/** Of each of Prisma's migrations, which are folders. */
const prismaFile = 'migration.sql';

/** Whether a folder holds migrations as Prisma writes them. */
export function hasPrismaMigrations(dir: string): boolean {
  return readdirSync(dir).some((name) => existsSync(join(dir, name, prismaFile)));
}

let collator: Intl.Collator | null = null;

/** Code units decide between names that are equal except leading zeros: the same everywhere. */
function naturally(a: string, b: string): number {
  const byNumber = leadingNumber(a) - leadingNumber(b);
  if (byNumber) return byNumber;
  // It takes longer to make than all else that a run on unchanged files does.
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b) || (a < b ? -1 : 1);
}

/** The number that a name begins with, if nothing can continue it; otherwise NaN, which decides nothing. */
function leadingNumber(name: string): number {
  const digits = /^\d{1,15}(?=[_a-zA-Z.-]|$)/.exec(name);
  return digits === null ? Number.NaN : Number(digits[0]);
}

function isCandidate(format: Exclude<MigrationFormat, 'prisma'>, name: string): boolean {
  switch (format) {
    case 'node-pg-migrate':
      // Prisma's, which no other tool has: that there are no migrations beside it is said.
      return name !== 'migration_lock.toml';
    case 'plain':
      return /(?<!\.down)\.sql$/i.test(name);
    case 'goose':
      // Migrations in Go must be known, to be refused.
      return /\.sql$|^\d+_.*(?<!_test)\.go$/.test(name);
    default:
      return name.endsWith('.sql');
  }
}

function nothingMatches(root: string, pattern: string): Failure {
  const message = `No schema file matches ${relative(root, pattern).replaceAll('\\', '/')}.`;
  const hint = 'Correct "schema" under "nodrift" in the configuration.';
  return new Failure(2, [diagnostic({ code: 'ND4016', message, hint })]);
}

type SourceKind = Exclude<SchemaSource['kind'], 'none'>;

function readable<T>(root: string, kind: SourceKind, path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(root, kind, path, error);
  }
}

function unreadable(root: string, kind: SourceKind, path: string, error: unknown): Failure {
  const name = relative(root, path).replaceAll('\\', '/');
  const code = systemCode(error);
  const what = kind === 'schema' ? 'schema file' : 'folder of migrations';
  if (code === 'ENOENT') {
    const message = `There is no ${what} at ${name}.`;
    const hint = `Create it, or set "${kind}" under "nodrift" in the configuration.`;
    return new Failure(2, [diagnostic({ code: 'ND4016', message, hint })]);
  }
  const reason = code === 'ENOTDIR' ? 'it is a file, not a folder' : systemReason(error);
  const message = `The ${what} ${name} cannot be read: ${reason}.`;
  return new Failure(2, [diagnostic({ code: 'ND1017', message, hint: systemHint(error) })]);
}
