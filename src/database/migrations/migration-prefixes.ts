import type { Config } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { readMigrations } from './migrations.ts';

/** The first migrations of a project, which may have been run before. */
export interface MigrationPrefix {
  /** How many they are. */
  readonly count: number;
  /** Their files, in the order in which they were read. */
  readonly files: readonly SchemaFile[];
  /** Whether it is all that has not changed: the next one is being written. */
  readonly unchanged: boolean;
}

/** Each is looked up: as many as one adds at a time, such as by a pull. */
const mostRemoved = 8;

/**
 * What may have been run of these migrations, the longest first; nothing where one is a program, which may do anything.
 * @param before the files of the last time
 */
export function prefixesOf(
  { source }: Pick<Config, 'source'>,
  files: readonly SchemaFile[],
  before: readonly SchemaFile[] | undefined,
): readonly MigrationPrefix[] {
  if (source.kind !== 'migrations') return [];
  const migrations = readMigrations(source.format, files);
  if (migrations.some(({ kind }) => kind !== 'sql')) return [];
  const textBefore = new Map(before?.map(({ file, text }) => [file, text]));
  const changed = migrations.findIndex(({ file }) => textBefore.get(file.file) !== file.text);
  const least = Math.max(migrations.length - mostRemoved, 1);
  const counts = Array.from({ length: migrations.length - least }, (_, i) => migrations.length - 1 - i);
  if (changed > 0 && changed < least) counts.push(changed);
  return counts.map((count) => {
    const later = new Set(
      migrations
        .slice(count)
        .flatMap((one) => [one.file.file, ...(one.kind === 'sql' && one.down ? [one.down.file.file] : [])]),
    );
    return { count, files: files.filter(({ file }) => !later.has(file)), unchanged: count === changed };
  });
}
