import { existsSync } from 'node:fs';
import { extname, posix, relative, resolve } from 'node:path';
import { escapePath, glob } from 'tinyglobby';
import type { Config, SqlTransform } from '../project/config.ts';
import { outputPath } from '../project/output-path.ts';
import { sourceOf } from './source-of.ts';
import { findLeftovers } from './stale-outputs.ts';

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
 * - the template led there once (see findLeftovers)
 * @param expected absolute paths that are generated now
 */
export async function findOrphans(config: Config, expected: ReadonlySet<string>): Promise<readonly Orphan[]> {
  const found = await Promise.all([
    ...config.transforms.map((transform) => orphansOf(config, transform, expected)),
    findLeftovers(config, expected),
  ]);
  const byPath = new Map(found.flat().map((orphan) => [orphan.path, orphan]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function orphansOf(config: Config, transform: SqlTransform, expected: ReadonlySet<string>) {
  const paths = await glob(outputGlob(config, transform), {
    cwd: config.root,
    absolute: true,
    dot: true,
    ignore: ['**/node_modules/**', '**/.git/**'],
    expandDirectories: false,
  });
  const candidates = paths.map((path) => resolve(path)).filter((path) => !expected.has(path));
  return candidates.flatMap((path) => {
    const source = sourceOf(path);
    if (source === null) return [];
    const origin = resolve(config.root, source);
    if (existsSync(origin) || outputPath(config, transform, origin) !== path) return [];
    return [{ path, source }];
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
