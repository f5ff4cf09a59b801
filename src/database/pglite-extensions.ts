import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Extension, Extensions } from '@electric-sql/pglite';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { SourceFile } from './migration-files.ts';

/** Extensions that PGlite's makers publish as packages of their own, with the name of the export. */
const packages: Readonly<Record<string, readonly [packageName: string, name: string]>> = {
  vector: ['@electric-sql/pglite-pgvector', 'vector'],
  postgis: ['@electric-sql/pglite-postgis', 'postgis'],
  age: ['@electric-sql/pglite-age', 'age'],
  pg_ivm: ['@electric-sql/pglite-pg_ivm', 'pg_ivm'],
  pg_uuidv7: ['@electric-sql/pglite-pg_uuidv7', 'pg_uuidv7'],
  pg_hashids: ['@electric-sql/pglite-pg_hashids', 'pg_hashids'],
  pgtap: ['@electric-sql/pglite-pgtap', 'pgtap'],
};

/** What CREATE EXTENSION ... CASCADE would bring along. */
const requirements: Readonly<Record<string, readonly string[]>> = { earthdistance: ['cube'] };

/**
 * The extensions that a database may need, sorted: those that the configuration lists and those that
 * some file creates, in SQL or through node-pg-migrate's `createExtension`. One too many does no harm.
 */
export function neededExtensions(
  configured: readonly string[],
  files: readonly SourceFile[],
): readonly string[] {
  const pattern =
    /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)|\.(?:create|add)Extensions?\(\s*\[?\s*['"`]([\w-]+)/gi;
  const created = files.flatMap(({ text }) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? ''),
  );
  const named = [...configured, ...created].map((name) => name.toLowerCase());
  const all = named.flatMap((name) => [...(requirements[name] ?? []), name]);
  // plpgsql is always there.
  return [...new Set(all)].filter((name) => name !== 'plpgsql').sort();
}

/**
 * Loads extensions for PGlite.
 * @param root the project's folder, where packages are looked for first
 * @returns those that there are; CREATE EXTENSION fails for the others (see extensionAdvice)
 * @throws Failure (2) for a configured one that there is not
 */
export async function loadExtensions(
  names: readonly string[],
  configured: readonly string[],
  root: string,
): Promise<Extensions> {
  const loaded = await Promise.all(
    names.map(async (name) => {
      const extension = await load(name, root);
      if (extension === null && configured.includes(name)) {
        const message = `The embedded database does not have the extension "${name}".`;
        throw new Failure(2, [diagnostic({ message, hint: extensionAdvice(name) })]);
      }
      return extension === null ? [] : [[name, extension] as const];
    }),
  );
  return Object.fromEntries(loaded.flat());
}

/** What to do about an extension that the embedded database does not have. */
export function extensionAdvice(name: string): string {
  const server = 'set "database": "server" or "container" under "nodrift" in the configuration';
  const known = packages[name];
  return known
    ? `Install it with npm i -D ${known[0]}, or ${server}.`
    : `PGlite has no such extension: ${server}.`;
}

async function load(name: string, root: string): Promise<Extension | null> {
  const known = packages[name];
  const file = name.replaceAll('-', '_');
  if (!known && !/^\w+$/.test(file)) return null;
  const specifier = known ? known[0] : `@electric-sql/pglite/contrib/${file}`;
  const module = (known && (await importFrom(root, specifier))) ?? (await importOwn(specifier));
  const extension: unknown = module?.[known ? known[1] : file];
  return isExtension(extension) ? extension : null;
}

type Module = Readonly<Record<string, unknown>>;

async function importFrom(root: string, specifier: string): Promise<Module | null> {
  try {
    return await import(pathToFileURL(createRequire(join(root, 'package.json')).resolve(specifier)).href);
  } catch (error) {
    return absent(error);
  }
}

async function importOwn(specifier: string): Promise<Module | null> {
  try {
    return await import(specifier);
  } catch (error) {
    return absent(error);
  }
}

function absent(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  ) {
    return null;
  }
  throw error;
}

function isExtension(value: unknown): value is Extension {
  return typeof value === 'object' && value !== null && 'setup' in value && typeof value.setup === 'function';
}
