import { basename, dirname, extname } from 'node:path';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { MigrationFormat } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { readDbmate } from './formats/dbmate.ts';
import { refuseForeign } from './formats/foreign.ts';
import type { MigrationScripts } from './formats/format.ts';
import { readGolangMigrate } from './formats/golang-migrate.ts';
import { readGoose } from './formats/goose.ts';
import { inOrderOfNodePgMigrate, numericPrefix, readNodePgMigrate } from './formats/node-pg-migrate.ts';
import { readPlain } from './formats/plain.ts';
import { readSqlMigrate } from './formats/sql-migrate.ts';
import { readTern } from './formats/tern.ts';

/** A migration of any tool, read but not run. */
export type Migration = SqlMigration | ProgramMigration;

export interface SqlMigration extends MigrationScripts {
  readonly kind: 'sql';
  /** What the tool's history calls it: the file's name without its extension, or that of Prisma's folder. */
  readonly name: string;
  readonly file: SchemaFile;
}

/** A migration of node-pg-migrate in JavaScript or TypeScript: what it does is known once it is loaded. */
export interface ProgramMigration {
  readonly kind: 'program';
  readonly name: string;
  readonly file: SchemaFile;
}

/**
 * Reads migrations, in the order in which their tool runs them.
 * @param files as readSchemaFiles returns them
 * @throws Failure (1) for files that are not migrations of this format
 */
export function readMigrations(format: MigrationFormat, files: readonly SchemaFile[]): readonly Migration[] {
  for (const file of files.filter(({ path }) => /\.sql$/i.test(path))) refuseForeign(format, file);
  switch (format) {
    case 'node-pg-migrate':
      return files.map(nodePgMigrate).sort((a, b) => inOrderOfNodePgMigrate(a.name, b.name));
    case 'plain':
    case 'prisma':
      return files.map((file) => sqlMigration(file, readPlain(file)));
    case 'goose':
      return numbered(files, /^(\d+)_.*(?:\.sql|(?<!_test)\.go)$/).map((file) =>
        sqlMigration(file, readGoose(sqlOnly(file))),
      );
    case 'tern':
      return numbered(files, /^(\d+)_.+\.sql$/).map((file) => sqlMigration(file, readTern(file)));
    case 'dbmate':
      // By name, not by number (its source, pkg/dbmate/db.go).
      return files
        .filter((file) => /^\d/.test(basename(file.path)))
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map((file) => sqlMigration(file, readDbmate(file)));
    case 'sql-migrate':
      return bySqlMigrate(files).map((file) => sqlMigration(file, readSqlMigrate(file)));
    case 'golang-migrate':
      return readGolangMigrate(files).map(({ name, up, down }) => ({
        kind: 'sql',
        name,
        file: up.file,
        up,
        down,
      }));
  }
}

/** Those whose names are a migration's, in the order of their numbers; the others are none to the tool. */
function numbered(files: readonly SchemaFile[], name: RegExp): readonly SchemaFile[] {
  const found = files.flatMap((file) => {
    const digits = name.exec(basename(file.path))?.[1];
    return digits === undefined ? [] : [{ file, number: BigInt(digits) }];
  });
  found.sort((a, b) => (a.number < b.number ? -1 : 1));
  found.forEach(({ file, number }, index) => {
    const before = found[index - 1];
    if (before?.number !== number) return;
    const message = `The number ${number} is used by ${before.file.file}, too.`;
    throw new Failure(1, [
      diagnostic({ file: file.file, code: 'ND4003', message, hint: 'Give it another.' }),
    ]);
  });
  return found.map(({ file }) => file);
}

/** By the number that a name begins with, then by name; names without one come last (its source, migrate.go). */
function bySqlMigrate(files: readonly SchemaFile[]): readonly SchemaFile[] {
  const number = (file: SchemaFile) => {
    const digits = /^\d+/.exec(basename(file.path))?.[0];
    return digits === undefined ? null : BigInt(digits);
  };
  return files.toSorted((a, b) => {
    const [left, right] = [number(a), number(b)];
    if (left !== null && right !== null && left !== right) return left < right ? -1 : 1;
    if ((left === null) !== (right === null)) return left === null ? 1 : -1;
    return a.path < b.path ? -1 : 1;
  });
}

function sqlOnly(file: SchemaFile): SchemaFile {
  if (!file.path.endsWith('.go')) return file;
  const message = 'A migration in Go can be run by goose only.';
  const hint = 'Write it in SQL, or analyse a database that goose has migrated, with --as-is.';
  throw new Failure(1, [diagnostic({ file: file.file, code: 'ND4004', message, hint })]);
}

function nodePgMigrate(file: SchemaFile): Migration {
  const name = nameOf(file);
  if (numericPrefix(name) === null) {
    const message = 'The name of a migration begins with a number, such as 1736154000000_create-users.sql.';
    const hint = 'Rename it, or move it out of the folder of migrations.';
    throw new Failure(1, [diagnostic({ file: file.file, code: 'ND4005', message, hint })]);
  }
  if (extname(file.path).toLowerCase() !== '.sql') return { kind: 'program', name, file };
  return sqlMigration(file, readNodePgMigrate(file));
}

function sqlMigration(file: SchemaFile, scripts: MigrationScripts): SqlMigration {
  return { kind: 'sql', name: nameOf(file), file, ...scripts };
}

/** The file's, or that of its folder where the files of all migrations are called the same, as Prisma's are. */
function nameOf({ path }: SchemaFile): string {
  return basename(path) === 'migration.sql' ? basename(dirname(path)) : basename(path, extname(path));
}
