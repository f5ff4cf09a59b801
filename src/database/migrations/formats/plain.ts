import type { SchemaFile } from '../../../project/schema-files.ts';
import { type MigrationScripts, type MigrationTool, scriptOf, sqlMigration } from './format.ts';

export const plain: MigrationTool = {
  read: (files) => files.map((file) => sqlMigration(file, readPlain(file))),
};

/** Reads a file that is run whole, in one message, whatever tool does that elsewhere. */
function readPlain(file: SchemaFile): MigrationScripts {
  return { up: scriptOf(file, 'message'), down: null };
}

/** Prisma's migrations are plain files, each in a folder of its own. */
export const prisma: MigrationTool = {
  read: plain.read,
  history: {
    table: '_prisma_migrations',
    sql: `SELECT migration_name AS id FROM public._prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    onlyLast: false,
  },
};
