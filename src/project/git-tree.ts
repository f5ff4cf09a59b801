import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { diagnostic, Failure } from '../diagnostic.ts';

/** A file as a commit has it. */
export interface GitFile {
  /** Relative to the folder that was asked for, '/' separated; its name where a file was asked for. */
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Reads a folder, or a file, of a commit, without touching the working tree. Symbolic links and submodules are left
 * out.
 * @param root a folder of the repository
 * @param ref a branch, tag, commit or anything else that git understands as one
 * @param path relative to `root`, '/' separated
 * @throws Failure (2) where this is no repository, or there is no such commit or nothing at that path in it
 */
export async function readGitTree(root: string, ref: string, path: string): Promise<readonly GitFile[]> {
  const commit = (
    await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], () =>
      noCommit(ref),
    )
  ).trim();
  const listed = await git(root, ['ls-tree', '-r', '-z', commit, '--', path], () => noCommit(ref));
  const files = listed
    .split('\0')
    .map((line) => /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line))
    .flatMap((found) => (found ? [{ hash: found[1] ?? '', path: found[2] ?? '' }] : []));
  if (files.length === 0) {
    const message = `There is nothing at ${path} in ${ref}.`;
    throw new Failure(2, [
      diagnostic({ message, hint: 'The path is that of the configuration as it is now.' }),
    ]);
  }
  const contents = await blobs(
    root,
    files.map(({ hash }) => hash),
  );
  return files.map((file, index) => ({
    path: file.path === path ? file.path.slice(path.lastIndexOf('/') + 1) : file.path.slice(path.length + 1),
    content: contents[index] ?? Buffer.alloc(0),
  }));
}

async function git(root: string, args: readonly string[], otherwise: () => Failure): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: root, maxBuffer: 256 * 1024 * 1024 });
    return stdout;
  } catch {
    throw otherwise();
  }
}

function noCommit(ref: string): Failure {
  const message = `"${ref}" is no database URL, no folder or .sql file, and no commit of a git repository here.`;
  const hint = 'A branch that was not fetched is unknown: git fetch, in CI with its whole history.';
  return new Failure(2, [diagnostic({ message, hint })]);
}

/** The contents of blobs, in one process; the answer is `<hash> blob <bytes>`, the content and a line feed each. */
function blobs(root: string, hashes: readonly string[]): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['cat-file', '--batch'], { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', reject);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const all = Buffer.concat(chunks);
      const found: Buffer[] = [];
      for (let at = 0; at < all.length; ) {
        const end = all.indexOf(0x0a, at);
        const size = Number(all.toString('latin1', at, end).split(' ')[2]);
        found.push(all.subarray(end + 1, end + 1 + size));
        at = end + 1 + size + 1;
      }
      resolve(found);
    });
    child.stdin.end(hashes.map((hash) => `${hash}\n`).join(''));
  });
}
