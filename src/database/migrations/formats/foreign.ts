import { basename } from 'node:path';
import type { MigrationFormat } from '../../../project/config.ts';
import type { SchemaFile } from '../../../project/schema-files.ts';
import { misread } from './format.ts';

/** What no other tool would write: the comments that tell a tool's parts from each other. */
const signs: readonly { readonly format: MigrationFormat; readonly pattern: RegExp }[] = [
  { format: 'goose', pattern: /^--[ \t]*\+goose[ \t]+(?:up|down)\b/im },
  { format: 'dbmate', pattern: /^--[ \t]*migrate:(?:up|down)\b/m },
  { format: 'sql-migrate', pattern: /^-- \+migrate[ \t]+(?:Up|Down)\b/m },
  { format: 'tern', pattern: /^---- create above \/ drop below ----/m },
  { format: 'node-pg-migrate', pattern: /^[ \t]*--[ \t-]*down[ \t]+migration[ \t]*\r?$/im },
];

/**
 * Refuses a file of another tool than the configured one, whose down migration would be run as a up migration.
 * @throws Failure (1) at what shows it, naming the format to set
 */
export function refuseForeign(configured: MigrationFormat, file: SchemaFile): void {
  if (signs.some(({ format, pattern }) => format === configured && pattern.test(file.text))) return;
  for (const { format, pattern } of signs) {
    const match = pattern.exec(file.text);
    if (match) throw foreign(configured, format, file, match.index);
  }
  if (['plain', 'prisma', 'golang-migrate'].includes(configured)) return;
  if (/\.(?:up|down)\.sql$/i.test(basename(file.path))) throw foreign(configured, 'golang-migrate', file, 0);
}

function foreign(configured: MigrationFormat, format: MigrationFormat, file: SchemaFile, offset: number) {
  const message = `This is a migration of ${format}, but the configuration says ${configured}.`;
  const hint = `Set it: "migrations": { "dir": "…", "format": "${format}" } under "nodrift".`;
  return misread(file, offset, message, hint);
}
