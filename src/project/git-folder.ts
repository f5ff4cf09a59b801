import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diagnostic, Failure } from '../diagnostic.ts';
import { readGitFiles, readGitTree } from './git.ts';

/**
 * Writes a folder, or a file, of a commit somewhere else, without touching the working tree.
 * @param root a folder of the repository
 * @param ref as git understands it
 * @param path relative to `root`, '/' separated; empty: `root` itself
 * @param target a folder: what is below `path`, or the file itself, is written into it
 * @throws Failure (2) where there is no such commit, or nothing at that path in it
 */
export async function writeGitFolder(root: string, ref: string, path: string, target: string): Promise<void> {
  const { prefix, files } = await readGitTree(root, ref);
  const whole = join(prefix, path).replaceAll('\\', '/').replace(/\/$/, '');
  const below = whole === '.' ? '' : `${whole}/`;
  const wanted = [...files].filter(([file]) => file === whole || file.startsWith(below));
  if (wanted.length === 0) {
    const message = `There is nothing at ${path} in ${ref}.`;
    throw new Failure(2, [
      diagnostic({ code: 'ND7004', message, hint: 'The path is the one of the current configuration.' }),
    ]);
  }
  const contents = await readGitFiles(
    root,
    wanted.map(([, object]) => object),
  );
  wanted.forEach(([file], index) => {
    const name = file === whole ? file.slice(file.lastIndexOf('/') + 1) : file.slice(below.length);
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), contents[index] ?? '');
  });
}
