import { diagnostic, Failure } from '../../../diagnostic.ts';
import type { SchemaFile } from '../../../project/schema-files.ts';
import {
  type MigrationScripts,
  type MigrationTool,
  markerLines,
  misread,
  numbered,
  scriptOf,
  sqlMigration,
} from './format.ts';

export const goose: MigrationTool = {
  sign: /^--[ \t]*\+goose[ \t]+(?:up|down)\b/im,
  read: (files) =>
    numbered(files, /^(\d+)_.*(?:\.sql|(?<!_test)\.go)$/).map((file) =>
      sqlMigration(file, readGoose(sqlOnly(file))),
    ),
  // A line for each time that a migration went up or down; 0 is the beginning.
  history: {
    table: 'goose_db_version',
    sql: `SELECT version_id::text AS id FROM (
        SELECT DISTINCT ON (version_id) version_id, is_applied FROM public.goose_db_version ORDER BY version_id, id DESC
      ) last WHERE is_applied AND version_id > 0`,
    onlyLast: false,
  },
};

/**
 * Reads an SQL file of goose (its source, internal/sqlparser/parser.go): `-- +goose Up`, then, if there is a
 * down migration, `-- +goose Down`; `NO TRANSACTION` anywhere is about both. Where statements end we know without
 * StatementBegin and StatementEnd.
 * @throws Failure (1) for what goose would refuse, and for variables that it would replace
 */
function readGoose(file: SchemaFile): MigrationScripts {
  const markers = markerLines(file.text, /^--[ \t]*(\+goose[ \t][^\r\n]*)/gm).map((line) => ({
    ...line,
    words: line.words.toLowerCase().replaceAll(/\s+/g, ' '),
  }));
  const all = (words: string) => markers.filter((marker) => marker.words === `+goose ${words}`);
  const [up, twice] = all('up');
  const [down, downTwice] = all('down');
  const [variables] = all('envsub on');
  if (variables) {
    const hint =
      'Replace the variables with their values, or move such statements to files that nodrift does not read.';
    throw misread(file, variables.start, 'Variables of the environment are replaced by goose only.', hint);
  }
  if (!up) {
    const message = 'A migration of goose begins with "-- +goose Up".';
    throw misread(file, 0, message, 'Write it above the statements.');
  }
  const repeated = twice ?? downTwice;
  if (repeated) throw misread(file, repeated.start, 'This annotation occurs twice.', 'Keep one of them.');
  if (down && down.start < up.start) {
    throw misread(file, down.start, 'goose wants "-- +goose Up" before "-- +goose Down".', 'Swap the parts.');
  }
  const mode = all('no transaction').length > 0 ? 'statements' : 'transaction';
  return {
    up: scriptOf(file, mode, up.end, down?.start),
    down: down ? scriptOf(file, mode, down.end) : null,
  };
}

function sqlOnly(file: SchemaFile): SchemaFile {
  if (!file.path.endsWith('.go')) return file;
  const message = 'A migration in Go can be run by goose only.';
  const hint = 'Write it in SQL, or analyse a database that goose has migrated, with --as-is.';
  throw new Failure(1, [diagnostic({ file: file.file, code: 'ND4004', message, hint })]);
}
