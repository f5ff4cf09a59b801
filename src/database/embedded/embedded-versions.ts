import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Config } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { extensionVersion, neededExtensions, versionOf } from './pglite-extensions.ts';

/**
 * What the embedded database and its schema come from besides the project's files, without starting it: packages
 * and extensions, by name, with their versions; null for an extension that comes with PGlite or that there is not.
 */
export function embeddedVersions(
  config: Config,
  files: readonly SchemaFile[],
): readonly (readonly [string, string | null])[] {
  const require = createRequire(import.meta.url);
  const manifest = (name: string): string => readFileSync(require.resolve(`${name}/package.json`), 'utf8');
  return [
    // The package exports its code but not its package.json.
    ['@electric-sql/pglite', versionOf(require.resolve('@electric-sql/pglite'))],
    ['node-pg-migrate', manifest('node-pg-migrate')],
    ['pg', manifest('pg')],
    ...neededExtensions(config.extensions, files).map(
      (name) => [name, extensionVersion(name, config.root)] as const,
    ),
  ];
}
