import type { SchemaFile } from '../../../project/schema-files.ts';
import { type MigrationScripts, markerLines, misread, scriptOf } from './format.ts';

/**
 * Reads an SQL file of goose (its source, internal/sqlparser/parser.go): `-- +goose Up`, then, if there is a
 * down migration, `-- +goose Down`; `NO TRANSACTION` anywhere is about both. Where statements end we know without
 * StatementBegin and StatementEnd.
 * @throws Failure (1) for what goose would refuse, and for variables that it would replace
 */
export function readGoose(file: SchemaFile): MigrationScripts {
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
