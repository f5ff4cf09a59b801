import { MigrationError } from 'nodrift-runtime';
import type { Migration } from '../database/migrations/formats/format.ts';
import { nodePgMigrateFiles } from '../database/migrations/formats/node-pg-migrate.ts';
import { Failure } from '../diagnostic.ts';

/** The text of each migration, by its path or the name of its file, such as `import.meta.glob` of Vite makes it. */
export type MigrationTexts = Readonly<Record<string, string>>;

/** A migration in SQL, which is all that an application applies. */
export type SqlMigration = Extract<Migration, { kind: 'sql' }>;

/**
 * Reads migrations as `nodrift migrate up` does, in the order in which they are run.
 * @param migrations a folder, which Node.js, Deno and Bun can read, or the texts themselves
 * @throws MigrationError for files that are not migrations, and for those that are programs
 */
export async function readMigrationTexts(
  migrations: string | URL | MigrationTexts,
): Promise<readonly SqlMigration[]> {
  const isFolder = typeof migrations === 'string' || migrations instanceof URL;
  const texts = isFolder ? await readFolder(migrations) : Object.entries(migrations);
  const files = texts.map(([path, text]) => {
    if (typeof text !== 'string') throw new TypeError(`migrate: ${path} must be the text of a migration`);
    return { path, file: path.replaceAll('\\', '/').replace(/^\.\//, ''), text: text.replace(/^\uFEFF/, '') };
  });
  const seen = new Set<string>();
  return asMigrationError(() => nodePgMigrateFiles.read(files)).map((migration) => {
    const at = { file: migration.file.file, line: null, column: null };
    if (seen.has(migration.name)) throw new MigrationError(at, 'another migration has the same name');
    seen.add(migration.name);
    if (migration.kind === 'sql') return migration;
    throw new MigrationError(at, 'the migration is a program, which only nodrift migrate up runs');
  });
}

/** Runs what throws Failures, and throws MigrationErrors that say the same. */
export function asMigrationError<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const [found] = error instanceof Failure ? error.diagnostics : [];
    if (found === undefined) throw error;
    throw new MigrationError(found, [found.message, found.hint].filter((text) => text !== null).join('\n'));
  }
}

async function readFolder(folder: string | URL): Promise<readonly (readonly [string, string])[]> {
  const { readdir, readFile } = await fileSystem();
  const names = (await readdir(folder)).filter(
    (name) => !name.startsWith('.') && name !== 'migration_lock.toml',
  );
  const base = String(folder).replace(/\/?$/, '/');
  const shown = typeof folder === 'string' ? base : `${decodeURIComponent(base.split('/').at(-2) ?? '')}/`;
  return Promise.all(
    names.map(async (name) => {
      const path = typeof folder === 'string' ? `${base}${name}` : new URL(encodeURIComponent(name), base);
      return [`${shown}${name}`, await readFile(path, 'utf8')] as const;
    }),
  );
}

/** Bundlers for browsers must not see what only runs elsewhere. */
async function fileSystem(): Promise<typeof import('node:fs/promises')> {
  const name: string = 'node:fs/promises';
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch {
    throw new TypeError(
      "migrate: there are no folders here; pass the texts: import.meta.glob('./migrations/*.sql', { query: '?raw', import: 'default', eager: true })",
    );
  }
}
