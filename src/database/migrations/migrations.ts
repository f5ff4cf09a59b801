import { basename } from 'node:path';
import type { MigrationFormat } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { dbmate } from './formats/dbmate.ts';
import { type Migration, type MigrationTool, misread } from './formats/format.ts';
import { golangMigrate } from './formats/golang-migrate.ts';
import { goose } from './formats/goose.ts';
import { nodePgMigrateFiles } from './formats/node-pg-migrate.ts';
import { plain, prisma } from './formats/plain.ts';
import { sqlMigrate } from './formats/sql-migrate.ts';
import { tern } from './formats/tern.ts';

/** By the name that the configuration has for it. */
export const migrationTools: Readonly<Record<MigrationFormat, MigrationTool>> = {
  goose,
  dbmate,
  'sql-migrate': sqlMigrate,
  tern,
  'node-pg-migrate': nodePgMigrateFiles,
  'golang-migrate': golangMigrate,
  plain,
  prisma,
};

const formats = Object.keys(migrationTools) as readonly MigrationFormat[];

/**
 * Reads migrations, in the order in which their tool runs them.
 * @param files as readSchemaFiles returns them
 * @throws Failure (1) for files that are not migrations of this format
 */
export function readMigrations(format: MigrationFormat, files: readonly SchemaFile[]): readonly Migration[] {
  for (const file of files.filter(({ path }) => /\.sql$/i.test(path))) refuseForeign(format, file);
  return migrationTools[format].read(files);
}

/**
 * Refuses a file of another tool than the configured one, whose down migration would be run as a up migration.
 * @throws Failure (1) at what shows it, naming the format to set
 */
function refuseForeign(configured: MigrationFormat, file: SchemaFile): void {
  const { sign } = migrationTools[configured];
  if (sign?.test(file.text)) return;
  for (const format of formats) {
    const match = migrationTools[format].sign?.exec(file.text);
    if (match) throw foreign(configured, format, file, match.index);
  }
  if (sign === undefined) return;
  if (/\.(?:up|down)\.sql$/i.test(basename(file.path))) throw foreign(configured, 'golang-migrate', file, 0);
}

function foreign(configured: MigrationFormat, format: MigrationFormat, file: SchemaFile, offset: number) {
  const message = `This is a migration of ${format}, but the configuration says ${configured}.`;
  const hint = `Set it: "migrations": { "dir": "…", "format": "${format}" } under "nodrift".`;
  return misread(file, offset, message, hint);
}
