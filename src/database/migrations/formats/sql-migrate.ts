import { basename } from 'node:path';
import type { SchemaFile } from '../../../project/schema-files.ts';
import {
  keepOnly,
  type MigrationScripts,
  type MigrationTool,
  markerLines,
  misread,
  sqlMigration,
} from './format.ts';

export const sqlMigrate: MigrationTool = {
  sign: /^-- \+migrate[ \t]+(?:Up|Down)\b/m,
  read: (files) => bySqlMigrate(files).map((file) => sqlMigration(file, readSqlMigrate(file))),
  history: {
    table: 'gorp_migrations',
    sql: `SELECT regexp_replace(id, '[.]sql$', '') AS id FROM public.gorp_migrations`,
    onlyLast: false,
  },
};

/**
 * Reads a file of sql-migrate (its source, sqlparse/sqlparse.go): `-- +migrate Up` and `-- +migrate Down`, in
 * any order and as often as you like, each with `notransaction` or without. Where statements end we know
 * without StatementBegin and StatementEnd.
 * @throws Failure (1) for what sql-migrate would refuse
 */
function readSqlMigrate(file: SchemaFile): MigrationScripts {
  const { text } = file;
  const parts = markerLines(text, /^-- \+migrate[ \t]+((?:Up|Down)\b[^\r\n]*)/gm);
  if (parts.length === 0) {
    const message = 'A migration of sql-migrate begins with "-- +migrate Up".';
    throw misread(file, 0, message, 'Write it above the statements.');
  }
  const script = (direction: string) => {
    const own = parts.filter(({ words }) => words.startsWith(direction));
    const ranges = own.map(({ start, end }) => ({
      start: end,
      end: parts.find((other) => other.start > start)?.start ?? text.length,
    }));
    const alone = own.some(({ words }) => words.split(/\s+/).includes('notransaction'));
    return {
      file,
      sql: keepOnly(text, ranges),
      offset: 0,
      mode: alone ? ('statements' as const) : ('transaction' as const),
    };
  };
  const reversible = parts.some(({ words }) => words.startsWith('Down'));
  return { up: script('Up'), down: reversible ? script('Down') : null };
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
