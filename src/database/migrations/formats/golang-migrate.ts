import { basename } from 'node:path';
import { type Diagnostic, diagnostic, Failure } from '../../../diagnostic.ts';
import type { SchemaFile } from '../../../project/schema-files.ts';
import { type MigrationScripts, type MigrationTool, scriptOf } from './format.ts';

export const golangMigrate: MigrationTool = {
  read: (files) =>
    readGolangMigrate(files).map(({ name, up, down }) => ({ kind: 'sql', name, file: up.file, up, down })),
  history: {
    table: 'schema_migrations',
    sql: 'SELECT version::text AS id FROM public.schema_migrations WHERE version >= 0',
    onlyLast: true,
  },
};

/** `N_name.up.sql` and `N_name.down.sql` (its source, source/parse.go). */
const fileName = /^(\d+)_(.*)\.(up|down)\.sql$/;

/** The two files of a migration. */
interface GolangMigration extends MigrationScripts {
  readonly name: string;
}

/**
 * Pairs the files of golang-migrate, in the order of their numbers; each is sent whole, in one message. Files
 * of other names are not migrations to it.
 * @throws Failure (1) for a number that represents two migrations, and for a down migration without a up migration
 */
function readGolangMigrate(files: readonly SchemaFile[]): readonly GolangMigration[] {
  const pairs = new Map<bigint, { up?: SchemaFile; down?: SchemaFile }>();
  for (const file of files) {
    const [, number, , direction] = fileName.exec(basename(file.path)) ?? [];
    if (number === undefined || (direction !== 'up' && direction !== 'down')) continue;
    const version = BigInt(number);
    const pair = pairs.get(version) ?? {};
    const other = pair[direction];
    if (other)
      throw problem(
        'ND4003',
        file,
        `The number ${number} is used by ${other.file}, too.`,
        'Give it another.',
      );
    pairs.set(version, { ...pair, [direction]: file });
  }
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { up, down }]) => {
      if (!up) {
        throw problem(
          'ND4006',
          down,
          'There is a down migration, but no file .up.sql with its number.',
          'Add it, or remove this.',
        );
      }
      return {
        name: basename(up.path).replace(/\.up\.sql$/, ''),
        up: scriptOf(up, 'message'),
        down: down ? scriptOf(down, 'message') : null,
      };
    });
}

function problem(
  code: Diagnostic['code'],
  file: SchemaFile | undefined,
  message: string,
  hint: string,
): Failure {
  return new Failure(1, [diagnostic({ file: file?.file ?? null, code, message, hint })]);
}
