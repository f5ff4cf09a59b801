import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';

/** Our own names first; PgTyped's file is read too. */
const configNames = ['nodrift.config.ts', 'nodrift.config.json', 'pgtyped.config.json'];

/** Whether a file is of our own name: all its keys have defaults, and it is never read as PgTyped would read it. */
export function isOwnConfig(path: string): boolean {
  return basename(path).startsWith('nodrift.config.');
}

/** The configurations that are in a folder; absolute paths. */
export function configsIn(folder: string): readonly string[] {
  return configNames.map((name) => join(folder, name)).filter((path) => existsSync(path));
}

/**
 * The configuration of the nearest folder that has one, from a folder upwards; null if none has.
 * @param folder absolute
 * @throws Failure (2) where a folder has two
 */
export function findConfig(folder: string): string | null {
  const [found, second] = configsIn(configuredFolder(folder) ?? folder);
  if (found !== undefined && second !== undefined) {
    const message = `There are two configurations in ${dirname(found)}: ${basename(found)} and ${basename(second)}.`;
    throw new Failure(2, [
      diagnostic({ code: 'ND1004', message, hint: 'Delete one, or name one with --config FILE.' }),
    ]);
  }
  return found ?? null;
}

/** The folder that a project's paths are relative to, also where its configuration is missing or there are two. */
export function configFolder(folder: string, named: string | undefined): string {
  if (named !== undefined) return dirname(resolve(folder, named));
  return configuredFolder(folder) ?? findDefaultFolders(folder) ?? folder;
}

function configuredFolder(folder: string): string | null {
  return foldersFrom(folder).find((one) => configsIn(one).length > 0) ?? null;
}

/** A folder and all that it lies in, the nearest first. */
export function foldersFrom(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersFrom(parent)];
}

/** The nearest folder, from one upwards, that has the two that a project without a configuration is read from; null: none. */
export function findDefaultFolders(folder: string): string | null {
  return foldersFrom(folder).find(hasDefaultFolders) ?? null;
}

function hasDefaultFolders(folder: string): boolean {
  return ['migrations', 'queries'].every((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory(),
  );
}
