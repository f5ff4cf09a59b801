import type { SchemaFile } from '../../../project/schema-files.ts';
import {
  type MigrationScript,
  type MigrationScripts,
  type MigrationTool,
  misread,
  numbered,
  scriptOf,
  sqlMigration,
} from './format.ts';

export const tern: MigrationTool = {
  sign: /^---- create above \/ drop below ----/m,
  read: (files) => numbered(files, /^(\d+)_.+\.sql$/).map((file) => sqlMigration(file, readTern(file))),
  history: {
    table: 'schema_version',
    sql: 'SELECT version::text AS id FROM public.schema_version WHERE version > 0',
    onlyLast: true,
  },
};

const separator = '---- create above / drop below ----';

/**
 * Reads a file of tern (its source, migrate/migrate.go): the up migration above its line, the down migration below;
 * `---- tern: disable-tx ----` takes the part that it is in out of its transaction.
 * @throws Failure (1) for templates, which tern would fill in
 */
function readTern(file: SchemaFile): MigrationScripts {
  const { text } = file;
  const template = text.indexOf('{{');
  if (template !== -1) {
    const hint = 'Replace it with its value, or move such statements to files that nodrift does not read.';
    throw misread(file, template, 'Templates are filled in by tern only.', hint);
  }
  const at = text.indexOf(separator);
  return {
    up: part(file, 0, at === -1 ? text.length : at),
    down: at === -1 ? null : part(file, at + separator.length, text.length),
  };
}

function part(file: SchemaFile, start: number, end: number): MigrationScript {
  const alone = /^---- tern: disable-tx ----\r?$/m.test(file.text.slice(start, end));
  return scriptOf(file, alone ? 'statements' : 'transaction', start, end);
}
