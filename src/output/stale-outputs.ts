import { existsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import type { Config } from '../project/config.ts';
import { outputPath } from '../project/output-path.ts';
import { findQueryFiles } from '../project/query-files.ts';
import { siblingConfigs } from '../project/sibling-configs.ts';
import type { Orphan } from './orphans.ts';
import { sharedSource, sourceOf } from './source-of.ts';

/**
 * Finds modules that an earlier `emitTemplate` led to: TypeScript files below `srcDir` that bear our header and lie
 * - below the folder of the `.sql` file that it names, and this is one of the project, or
 * - beside it, and it is gone,
 * unless another configuration on the way to them leads from this file to this place: then they are its modules.
 * @param expected absolute paths that are generated now
 */
export async function findLeftovers(
  config: Config,
  expected: ReadonlySet<string>,
): Promise<readonly Orphan[]> {
  const paths = await glob('**/*.{ts,mts,cts,tsx}', {
    cwd: config.srcDir,
    absolute: true,
    dot: true,
    ignore: ['**/node_modules/**', '**/.git/**'],
    expandDirectories: false,
  });
  const found = paths
    .map((path) => resolve(path))
    .filter((path) => !expected.has(path))
    .flatMap((path) => {
      const source = sourceOf(path);
      return source === null || source === sharedSource ? [] : [{ path, source }];
    });
  if (found.length === 0) return [];
  const ours = new Set((await findQueryFiles(config)).map(({ file }) => file));
  return found.filter(({ path, source }) => {
    const origin = resolve(config.root, source);
    const near = ours.has(source)
      ? path.startsWith(`${dirname(origin)}${sep}`)
      : dirname(path) === dirname(origin) && !existsSync(origin);
    return near && !leadsTo(config, path, origin) && !claimed(config, path, source);
  });
}

function claimed(config: Config, path: string, source: string): boolean {
  return siblingConfigs(config, dirname(path)).some((other) => {
    // What nobody can read may lead anywhere.
    if (other === 'unreadable') return true;
    return leadsTo(other, path, resolve(other.root, source));
  });
}

function leadsTo(config: Config, path: string, origin: string): boolean {
  return config.transforms.some((transform) => outputPath(config, transform, origin) === path);
}
