import { relative } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { suggest } from '../sql/identifiers.ts';

/**
 * The `.sql` files that a command is limited to, relative to the configuration's folder; null: all of them.
 * @param files of the project, relative to the configuration's folder
 * @param wanted absolute paths of files, or of folders that hold some
 * Throws Failure (2) for a path that leads to none.
 */
export function selectFiles(
  config: Config,
  files: readonly string[],
  wanted: readonly string[],
): ReadonlySet<string> | null {
  if (wanted.length === 0) return null;
  const problems = [];
  const selected = new Set<string>();
  for (const path of wanted) {
    const name = relative(config.root, path).replaceAll('\\', '/');
    const matches = files.filter((file) => file === name || name === '' || file.startsWith(`${name}/`));
    for (const match of matches) selected.add(match);
    if (matches.length === 0) problems.push(notAQueryFile(name, files));
  }
  if (problems.length > 0) throw new Failure(2, problems);
  return selected;
}

function notAQueryFile(name: string, files: readonly string[]) {
  const suggestion = suggest(name, files);
  return diagnostic({
    file: name,
    code: 'ND1018',
    message: 'This is not a query file of the project.',
    hint: suggestion
      ? `Did you mean ${suggestion}?`
      : 'Query files are the files that "srcDir" and "include" in the configuration match.',
  });
}
