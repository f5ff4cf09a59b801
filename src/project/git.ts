import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { diagnostic, Failure } from '../diagnostic.ts';

/** A commit of the git repository that a folder lies in. */
export interface GitTree {
  /** The folder's path within the repository, with a slash behind it; '' for the repository's own. */
  readonly prefix: string;
  /** Object names of the files, by their paths within the repository. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Lists the files of a commit.
 * @param folder absolute
 * @param ref as git understands it: `origin/main`, `HEAD~1`, a tag, a hash
 * @throws Failure (2) where there is no git, no repository or no such commit
 */
export async function readGitTree(folder: string, ref: string): Promise<GitTree> {
  const prefix = (await git(folder, ['rev-parse', '--show-prefix'])).replace(/\r?\n$/, '');
  const commit = await git(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]).catch(() => {
    const message = `There is no commit called "${ref}".`;
    const hint =
      'In CI the checkout may hold only the latest commit: fetch the other one too (actions/checkout: fetch-depth: 0).';
    throw new Failure(2, [diagnostic({ code: 'ND7002', message, hint })]);
  });
  const list = await git(folder, ['ls-tree', '-r', '-z', '--full-tree', commit.trim()]);
  const files = new Map<string, string>();
  // `<mode> <type> <object>\t<path>`; 100644 and 100755 are files, others links and submodules.
  for (const [, object = '', path = ''] of list.matchAll(/100\d{3} blob ([0-9a-f]+)\t([^\0]+)\0/g)) {
    files.set(path, object);
  }
  return { prefix, files };
}

/**
 * Reads the contents of files.
 * @param objects names as in GitTree.files
 * @returns in the same order
 */
export async function readGitFiles(folder: string, objects: readonly string[]): Promise<readonly Buffer[]> {
  if (objects.length === 0) return [];
  const output = await catFiles(folder, `${objects.join('\n')}\n`);
  const contents: Buffer[] = [];
  for (let at = 0; contents.length < objects.length; ) {
    // `<object> blob <size>\n<content>\n`
    const end = output.indexOf('\n', at);
    const size = Number(output.toString('latin1', at, end).split(' ')[2]);
    if (end === -1 || !Number.isInteger(size)) throw refused('a file of the commit is missing');
    contents.push(output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

/** Whether a file has the content that git calls by this name, whatever its line ends. */
export function isGitObject(content: Buffer, object: string): boolean {
  const unix = Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  return [content, unix].some((bytes) => {
    const hash = createHash(object.length === 64 ? 'sha256' : 'sha1');
    return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === object;
  });
}

const options = { maxBuffer: 1 << 29, windowsHide: true } as const;

/** In a hook git names its repository, relative to where the hook runs; ours is found from the folder. */
function environment(): NodeJS.ProcessEnv {
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_PREFIX, ...env } = process.env;
  return { ...env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
}

function git(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { ...options, cwd: folder, env: environment() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failure(error, stderr));
    });
  });
}

function catFiles(folder: string, input: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['cat-file', '--batch'], {
      cwd: folder,
      env: environment(),
      windowsHide: true,
    });
    const [output, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', (error) => reject(failure(error, '')));
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(refused(Buffer.concat(said).toString().trim()));
    });
    // If git ends early, its exit code says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function failure(error: Error & { readonly code?: unknown }, stderr: string): Failure {
  if (error.code === 'ENOENT') {
    const hint = 'Install git, or name the migration with --migration FILE.';
    return new Failure(2, [diagnostic({ code: 'ND7001', message: 'Not a git repository.', hint })]);
  }
  if (/not a git repository/.test(stderr)) {
    const message = 'The configuration is not in a git repository, so --since cannot be resolved.';
    const hint = 'Name the migration with --migration FILE, or a database that lacks it with --pending URL.';
    return new Failure(2, [diagnostic({ code: 'ND7001', message, hint })]);
  }
  return refused(stderr.trim() || error.message);
}

function refused(said: string): Failure {
  return new Failure(2, [diagnostic({ code: 'ND7003', message: `git: ${said.replace(/^fatal: /, '')}` })]);
}
