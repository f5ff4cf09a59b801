import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { Output } from './output.ts';

/**
 * The outputs, without orphans that lie outside of the project: below neither the configuration's folder nor `srcDir`,
 * once symbolic links are followed. All of them where the configuration allows it.
 * @throws Failure (2) where a module would be written outside
 */
export function withinProject(config: Config, outputs: readonly Output[]): readonly Output[] {
  if (config.outside === true) return outputs;
  const folders = [config.root, config.srcDir].map(realPath);
  const isOutside = ({ path }: Output) => {
    const real = realPath(path);
    return !folders.some((folder) => real === folder || real.startsWith(withSeparator(folder)));
  };
  const outside = outputs.filter(isOutside);
  const written = outside.filter(({ state }) => state !== 'orphaned');
  if (written.length > 0)
    throw new Failure(
      2,
      written.map((output) => refused(config, output)),
    );
  return outputs.filter((output) => !outside.includes(output));
}

/** A path without symbolic links, also where its end does not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}

function refused({ root, dropIn }: Config, { path }: Output) {
  const real = realPath(path);
  const link =
    real === path || real === join(realPath(root), relative(root, path)) ? '' : `, which is ${real}`;
  const keys = dropIn
    ? '"nodrift": { "outside": true, "database": "server", "runtime": "@pgtyped/runtime" }'
    : '"nodrift": { "outside": true }';
  return diagnostic({
    file: relative(root, path).replaceAll('\\', '/'),
    code: 'ND6004',
    message: `This path is outside of the project${link}. Nothing was written.`,
    hint: `Correct emitTemplate, or allow it with ${keys} in the configuration.`,
  });
}
