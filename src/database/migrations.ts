import { basename, extname } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { MigrationFormat } from '../project/config.ts';
import type { MigrationScripts } from './formats/format.ts';
import { inOrderOfNodePgMigrate, numericPrefix, readNodePgMigrate } from './formats/node-pg-migrate.ts';
import { readPlain } from './formats/plain.ts';
import type { SourceFile } from './migration-files.ts';

/** A migration of any tool, read but not run. */
export type Migration = SqlMigration | ProgramMigration;

export interface SqlMigration extends MigrationScripts {
  readonly kind: 'sql';
  /** What the tool's books call it: the file's name without its extension. */
  readonly name: string;
  readonly file: SourceFile;
}

/** A migration of node-pg-migrate in JavaScript or TypeScript: what it does is known once it is loaded. */
export interface ProgramMigration {
  readonly kind: 'program';
  readonly name: string;
  readonly file: SourceFile;
}

/**
 * Reads migrations, in the order in which their tool runs them.
 * @param files as readSourceFiles returns them
 * @throws Failure (1) for files that are no migrations of this format
 */
export function readMigrations(format: MigrationFormat, files: readonly SourceFile[]): readonly Migration[] {
  switch (format) {
    case 'node-pg-migrate':
      return files.map(nodePgMigrate).sort((a, b) => inOrderOfNodePgMigrate(a.name, b.name));
    case 'plain':
      return files.map((file) => sqlMigration(file, readPlain(file)));
  }
}

function nodePgMigrate(file: SourceFile): Migration {
  const name = nameOf(file);
  if (numericPrefix(name) === null) {
    const message = 'The name of a migration begins with a number, such as 1736154000000_create-users.sql.';
    const hint = 'Rename it, or move it out of the folder of migrations.';
    throw new Failure(1, [diagnostic({ file: file.file, message, hint })]);
  }
  if (extname(file.path).toLowerCase() !== '.sql') return { kind: 'program', name, file };
  return sqlMigration(file, readNodePgMigrate(file));
}

function sqlMigration(file: SourceFile, scripts: MigrationScripts): SqlMigration {
  return { kind: 'sql', name: nameOf(file), file, ...scripts };
}

function nameOf({ path }: SourceFile): string {
  return basename(path, extname(path));
}
