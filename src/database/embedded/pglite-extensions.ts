import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Extension } from '@electric-sql/pglite';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { systemCode } from '../../system-error.ts';
import { importModule } from '../imported.ts';

/** Extensions that PGlite's makers publish as packages of their own; each exports one by its own name. */
const packages: ReadonlyMap<string, string> = new Map([
  ['vector', '@electric-sql/pglite-pgvector'],
  ['postgis', '@electric-sql/pglite-postgis'],
  ['age', '@electric-sql/pglite-age'],
  ['pg_ivm', '@electric-sql/pglite-pg_ivm'],
  ['pg_uuidv7', '@electric-sql/pglite-pg_uuidv7'],
  ['pg_hashids', '@electric-sql/pglite-pg_hashids'],
  ['pgtap', '@electric-sql/pglite-pgtap'],
]);

/** What CREATE EXTENSION ... CASCADE would bring along. */
const requirements: ReadonlyMap<string, readonly string[]> = new Map([['earthdistance', ['cube']]]);

export interface LoadedExtension {
  readonly name: string;
  /** The version of its package; null for those that come with PGlite. */
  readonly version: string | null;
  readonly extension: Extension;
}

/**
 * The extensions that a database may need, sorted: those that the configuration lists and those that
 * some file creates, in SQL or through node-pg-migrate's `createExtension`. One too many does no harm.
 */
export function neededExtensions(
  configured: readonly string[],
  files: readonly SchemaFile[],
): readonly string[] {
  const pattern =
    /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)|\.(?:create|add)Extensions?\(\s*\[?\s*['"`]([\w-]+)/gi;
  const created = files.flatMap(({ text }) =>
    [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? ''),
  );
  const named = [...configured, ...created].map((name) => name.toLowerCase());
  const all = named.flatMap((name) => [...(requirements.get(name) ?? []), name]);
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
): Promise<readonly LoadedExtension[]> {
  const loaded = await Promise.all(names.map((name) => load(name, root)));
  const missing = names.find((name, index) => loaded[index] === null && configured.includes(name));
  if (missing === undefined) return loaded.filter((extension) => extension !== null);
  const message = `The embedded database does not have the extension "${missing}".`;
  throw new Failure(2, [diagnostic({ code: 'ND5016', message, hint: extensionAdvice(missing) })]);
}

/** What to do about an extension that the embedded database does not have. */
export function extensionAdvice(name: string): string {
  const server = 'set "database": "server" or "container" under "nodrift" in the configuration';
  const known = packages.get(name);
  return known
    ? `Install it with npm i -D ${known}, or ${server}.`
    : `PGlite has no such extension: ${server}.`;
}

async function load(name: string, root: string): Promise<LoadedExtension | null> {
  const known = packages.get(name);
  try {
    if (known === undefined) return extensionOf(name, null, await importContrib(name));
    const entry = resolvePackage(known, root);
    return extensionOf(name, versionOf(entry), await importModule(pathToFileURL(entry).href));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** The module is called as the extension, with an underscore for a hyphen: uuid-ossp, uuid_ossp. */
async function importContrib(name: string): Promise<unknown> {
  const file = name.replaceAll('-', '_');
  return /^\w+$/.test(file) ? importModule(`@electric-sql/pglite/contrib/${file}`) : {};
}

/** The project's own package, otherwise the one beside us. */
function resolvePackage(specifier: string, root: string): string {
  try {
    return createRequire(join(root, 'package.json')).resolve(specifier);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return createRequire(import.meta.url).resolve(specifier);
  }
}

/**
 * The version of the package that an extension would be loaded from; null for one that comes with PGlite, or whose
 * package is not installed.
 */
export function extensionVersion(name: string, root: string): string | null {
  const known = packages.get(name);
  if (known === undefined) return null;
  try {
    return versionOf(resolvePackage(known, root));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** The version of a package by its entry, `<package>/dist/index.cjs`; packages need not export their package.json. */
export function versionOf(entry: string): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'),
  );
  return version;
}

function extensionOf(name: string, version: string | null, module: unknown): LoadedExtension | null {
  const extension: unknown = new Map(Object.entries(Object(module))).get(name.replaceAll('-', '_'));
  return isExtension(extension) ? { name, version, extension } : null;
}

function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return (
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  );
}

function isExtension(value: unknown): value is Extension {
  return typeof value === 'object' && value !== null && 'setup' in value && typeof value.setup === 'function';
}
