import { basename } from 'node:path';
import type { SchemaFile } from '../../../project/schema-files.ts';
import {
  type MarkerLine,
  type MigrationScripts,
  type MigrationTool,
  markerLines,
  misread,
  scriptOf,
  sqlMigration,
} from './format.ts';

export const dbmate: MigrationTool = {
  sign: /^--[ \t]*migrate:(?:up|down)\b/m,
  read: (files) =>
    // By name, not by number (its source, pkg/dbmate/db.go).
    files
      .filter((file) => /^\d/.test(basename(file.path)))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((file) => sqlMigration(file, readDbmate(file))),
  history: {
    table: 'schema_migrations',
    sql: 'SELECT version::text AS id FROM public.schema_migrations',
    onlyLast: false,
  },
};

/**
 * Reads a file of dbmate (its source, pkg/dbmate/migration.go): `-- migrate:up`, then `-- migrate:down`,
 * each with `transaction:false` or without; such a part is sent whole, in one message.
 * @throws Failure (1) for what dbmate would refuse
 */
function readDbmate(file: SchemaFile): MigrationScripts {
  const lines = markerLines(file.text, /^--[ \t]*migrate:((?:up|down)(?:[ \t][^\r\n]*)?)$/gm);
  const up = lines.find(({ words }) => words.startsWith('up'));
  const down = lines.find(({ words }) => words.startsWith('down'));
  if (!up) {
    const message = 'A migration of dbmate begins with "-- migrate:up".';
    throw misread(file, 0, message, 'Write it above the statements.');
  }
  if (down && down.start < up.start) {
    throw misread(
      file,
      down.start,
      'dbmate wants "-- migrate:up" before "-- migrate:down".',
      'Swap the parts.',
    );
  }
  const before = file.text.slice(0, up.start).search(/^(?![ \t]*(?:--|\r?$)).*\S/m);
  if (before !== -1) {
    throw misread(
      file,
      before,
      'dbmate does not allow statements before "-- migrate:up".',
      'Move them below it.',
    );
  }
  return {
    up: scriptOf(file, modeOf(up), up.end, down?.start),
    down: down ? scriptOf(file, modeOf(down), down.end) : null,
  };
}

function modeOf({ words }: MarkerLine): 'transaction' | 'message' {
  return words.split(/\s+/).includes('transaction:false') ? 'message' : 'transaction';
}
