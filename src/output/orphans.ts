import { existsSync } from 'node:fs';
import { dirname, extname, posix, relative, resolve, sep } from 'node:path';
import { escapePath, glob } from 'tinyglobby';
import type { Config, SqlTransform } from '../project/config.ts';
import { type FileMemo, readDirectly } from '../project/file-memo.ts';
import { querySchemasPath } from '../project/generated-paths.ts';
import type { Inputs } from '../project/inputs.ts';
import { outputPath } from '../project/output-path.ts';
import { siblingConfigs } from '../project/sibling-configs.ts';
import { sharedSource, sourceOf } from './source-of.ts';

export interface Orphan {
  /** Absolute path. */
  readonly path: string;
  /** What it was made from, relative to the configuration's folder. */
  readonly source: string;
}

/**
 * Finds files that nodrift once wrote and that nothing leads to any more:
 * - their `.sql` file is gone: they bear our header, the template leads from the `.sql` file that the header names to
 *   just this place, and there is no such file. So a neighbouring configuration's files, whose headers are relative to
 *   another folder, are never taken for ours.
 * - they are schemas, and none are configured
 * - the template led there once (see findLeftovers)
 * @param expected absolute paths that are generated now
 */
export async function findOrphans(
  { config, targets }: Pick<Inputs, 'config' | 'targets'>,
  expected: ReadonlySet<string>,
  fileMemo: FileMemo = readDirectly,
): Promise<readonly Orphan[]> {
  const found = await Promise.all([
    ...config.transforms.map((transform) => orphansOf(config, transform, expected, fileMemo)),
    findLeftovers(config, new Set(targets.map(({ file }) => file)), expected, fileMemo),
  ]);
  const byPath = new Map(found.flat().map((orphan) => [orphan.path, orphan]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function orphansOf(
  config: Config,
  transform: SqlTransform,
  expected: ReadonlySet<string>,
  fileMemo: FileMemo,
) {
  const modules = outputGlob(config, transform);
  const paths = await glob([modules, querySchemasPath(modules)], {
    cwd: config.root,
    absolute: true,
    dot: true,
    ignore: ['**/node_modules/**', '**/.git/**'],
    expandDirectories: false,
  });
  const candidates = paths.map((path) => resolve(path)).filter((path) => !expected.has(path));
  return candidates.flatMap((path) => {
    const source = fileMemo(path, sourceOf);
    if (source === null) return [];
    const origin = resolve(config.root, source);
    const module = outputPath(config, transform, origin);
    const isModule = module === path;
    if (!isModule && querySchemasPath(module) !== path) return [];
    // Schemas are no longer needed, either, where none are configured.
    const isNeeded = existsSync(origin) && (isModule || config.validators !== undefined);
    return isNeeded || (!isModule && claimed(config, path, source)) ? [] : [{ path, source }];
  });
}

/** A glob, relative to the configuration's folder, for everything that a template can lead to. */
export function outputGlob(config: Pick<Config, 'root' | 'srcDir'>, transform: SqlTransform): string {
  const [before, dir, after] = parts(transform.emitTemplate.replaceAll('\\', '/'));
  if (dir === undefined || after === undefined) return pattern(posix.normalize(before));
  // The folder's name inside a longer name: no pattern is narrower than this.
  if (!/(^|\/)$/.test(before) || !after.startsWith('/')) return `**/*${extname(transform.emitTemplate)}`;
  // Each `..` behind it may lead out of srcDir.
  let base = `./${relative(config.root, config.srcDir).replaceAll('\\', '/')}`;
  let rest = posix.normalize(after.slice(1));
  while (rest.startsWith('../')) {
    base = posix.join(base, '..');
    rest = rest.slice('../'.length);
  }
  return `${posix.join(pattern(before), escapePath(posix.normalize(base)), '**')}/${pattern(rest)}`;
}

function parts(template: string): readonly [string, string?, string?] {
  const dir = /\{\{\s*dir\s*\}\}/.exec(template);
  if (dir === null) return [template];
  return [template.slice(0, dir.index), dir[0], template.slice(dir.index + dir[0].length)];
}

function pattern(path: string): string {
  return path
    .split(/\{\{.*?\}\}/)
    .map((text) => escapePath(text))
    .join('*');
}

/**
 * Finds modules that an earlier `emitTemplate` led to: TypeScript files below `srcDir` that bear our header and lie
 * - below the folder of the `.sql` file that it names, and this is one of the project, or
 * - beside it, and it is gone,
 * unless another configuration on the way to them leads from this file to this place: then they are its modules.
 * @param ours the project's query files
 * @param expected absolute paths that are generated now
 */
async function findLeftovers(
  config: Config,
  ours: ReadonlySet<string>,
  expected: ReadonlySet<string>,
  fileMemo: FileMemo,
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
      const source = fileMemo(path, sourceOf);
      return source === null || source === sharedSource ? [] : [{ path, source }];
    });
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
    // A path that cannot be read may lead anywhere.
    if (other === 'unreadable') return true;
    return leadsTo(other, path, resolve(other.root, source));
  });
}

function leadsTo(config: Config, path: string, origin: string): boolean {
  return config.transforms.some((transform) => {
    const module = outputPath(config, transform, origin);
    return module === path || (config.validators !== undefined && querySchemasPath(module) === path);
  });
}
