import { basename, parse, relative, resolve } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import { suggest } from '../sql/identifiers.ts';
import type { Config, SqlTransform } from './config.ts';

const placeholders = ['dir', 'name', 'base', 'ext', 'root', 'dir_base'] as const;

/**
 * Where the module of a `.sql` file goes: PgTyped's template over the parts of the file's path
 * (node's `path.parse`), relative to the configuration's folder (@pgtyped/cli 2.4, lib/worker.js).
 * @param file absolute path
 * @returns absolute path
 * @throws Failure (2) for a placeholder that there is not
 */
export function outputPath(
  config: Pick<Config, 'root' | 'path'>,
  transform: SqlTransform,
  file: string,
): string {
  const parts = parse(relative(config.root, file).replaceAll('\\', '/'));
  const values: Readonly<Record<(typeof placeholders)[number], string>> = {
    ...parts,
    // '' would make `{{dir}}/x` an absolute path.
    dir: parts.dir === '' ? '.' : parts.dir,
    dir_base: basename(parts.dir),
  };
  const path = transform.emitTemplate.replaceAll(/\{[{%#]-?\s*(.*?)\s*-?[}%#]\}/g, (whole, name: string) => {
    const known = whole.startsWith('{{')
      ? placeholders.find((placeholder) => placeholder === name)
      : undefined;
    if (known) return values[known];
    throw unknownPlaceholder(config, transform, whole, name);
  });
  return resolve(config.root, path);
}

function unknownPlaceholder(
  config: Pick<Config, 'path'>,
  transform: SqlTransform,
  whole: string,
  name: string,
) {
  const suggestion = suggest(name, placeholders);
  return new Failure(2, [
    diagnostic({
      file: basename(config.path),
      code: 'ND1013',
      message: `emitTemplate "${transform.emitTemplate}": ${whole} is not a placeholder.`,
      hint: suggestion
        ? `Did you mean {{${suggestion}}}?`
        : `There are ${placeholders.map((p) => `{{${p}}}`).join(', ')}.`,
    }),
  ]);
}
