import { appendFileSync, readFileSync } from 'node:fs';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { Config } from '../../project/config.ts';
import { nodePgMigrate } from '../imported.ts';
import { folderOf } from './migration-project.ts';

/**
 * Writes an empty migration, `<milliseconds>_<name>.sql` with its two parts, as node-pg-migrate does.
 * @param name words; blanks and underscores become hyphens
 * @returns the file's absolute path
 * @throws Failure (2) for a name that cannot be part of a file's, or where no migrations are configured
 */
export async function createMigration(config: Config, name: string): Promise<string> {
  const dir = folderOf(config);
  const hyphenated = name.trim().replaceAll(/[ _]+/g, '-');
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(hyphenated)) {
    const message = `"${name}" cannot be the name of a migration.`;
    throw new Failure(2, [
      diagnostic({ code: 'ND4015', message, hint: 'Use letters, digits and hyphens, such as add-users.' }),
    ]);
  }
  const { Migration } = await nodePgMigrate();
  const path = await Migration.create(hyphenated, dir, { language: 'sql' });
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) appendFileSync(path, '\n');
  return path;
}
