import { diagnostic, Failure } from '../../../diagnostic.ts';
import type { SchemaFile } from '../../../project/schema-files.ts';
import {
  type Migration,
  type MigrationScripts,
  type MigrationTool,
  migrationName,
  misread,
  scriptOf,
  sqlMigration,
} from './format.ts';

export const nodePgMigrateFiles: MigrationTool = {
  sign: /^[ \t]*--[ \t-]*down[ \t]+migration[ \t]*\r?$/im,
  read: (files) => files.map(migrationOfFile).sort((a, b) => inOrderOfNodePgMigrate(a.name, b.name)),
};

/** Ours: node-pg-migrate has nothing for its SQL files that says so. */
const noTransaction = /^[ \t]*--[ \t]*nodrift:[ \t]*no-transaction[ \t]*$/im;

/**
 * Reads an SQL file of node-pg-migrate, with its own expressions (its source, src/sqlMigration.ts): a part
 * begins at `-- Up Migration` or `-- Down Migration` and ends at the other; without any, all of it is the
 * up migration. The line `-- nodrift: no-transaction` takes the part that it is in out of its transaction,
 * and above both parts it takes both.
 * @throws Failure (1) for a down migration alone, all of which node-pg-migrate would run as the up migration
 */
function readNodePgMigrate(file: SchemaFile): MigrationScripts {
  const { text } = file;
  const up = text.search(marker('up'));
  const down = text.search(marker('down'));
  if (up === -1 && down !== -1) {
    const offset = down + text.slice(down).search(/\S/);
    const message = 'The migration has a part "-- Down Migration", but none "-- Up Migration".';
    throw misread(file, offset, message, 'Write "-- Up Migration" above the statements of the up migration.');
  }
  const first = down !== -1 && down < up ? down : up;
  const everywhere = first > 0 && noTransaction.test(text.slice(0, first));
  const part = (start: number, end: number) => {
    const alone = everywhere || noTransaction.test(text.slice(start, end));
    return scriptOf(file, alone ? 'statements' : 'transaction', start, end);
  };
  return {
    up: up === -1 ? part(0, text.length) : part(up, down > up ? down : text.length),
    down: down === -1 ? null : part(down, up > down ? up : text.length),
  };
}

function marker(direction: string): RegExp {
  return new RegExp(`^\\s*--[\\s-]*${direction}\\s+migration`, 'im');
}

/**
 * The number that a file's name begins with, which decides its place; 17 digits are a time in UTC (its
 * source, src/utils/fileNameUtils.ts).
 * @returns null where there is none
 */
function numericPrefix(name: string): number | null {
  const digits = /^\d+/.exec(name)?.[0];
  if (digits === undefined) return null;
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits)?.slice(1);
  if (!time) return Number(digits);
  const [year, month, day, hour, minute, second, millisecond] = time;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
}

let collator: Intl.Collator | null = null;

/** The order that node-pg-migrate runs files in, by their names (its source, src/utils/comparators.ts). */
function inOrderOfNodePgMigrate(a: string, b: string): number {
  const byNumber = (numericPrefix(a) ?? 0) - (numericPrefix(b) ?? 0);
  if (byNumber) return byNumber;
  // It takes long to make, and most folders do not need it.
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'variant', ignorePunctuation: true });
  return collator.compare(a, b);
}

function migrationOfFile(file: SchemaFile): Migration {
  const name = migrationName(file);
  if (numericPrefix(name) === null) {
    const message = 'The name of a migration begins with a number, such as 1736154000000_create-users.sql.';
    const hint = 'Rename it, or move it out of the folder of migrations.';
    throw new Failure(1, [diagnostic({ file: file.file, code: 'ND4005', message, hint })]);
  }
  if (!/\.sql$/i.test(file.file)) return { kind: 'program', name, file };
  return sqlMigration(file, readNodePgMigrate(file));
}
