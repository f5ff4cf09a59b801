import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';
import { writeFileAtomic } from '../project/write-file-atomic.ts';

const suffix = '.code';
const oldest = 30 * 24 * 3_600_000;

/**
 * Runs a CommonJS file, as `require` does, with the code that V8 compiled of it in an earlier run; what it
 * compiled in this one is kept for the next if the process ends well. It only ever saves time: whatever goes
 * wrong with the kept code, the file is run without it.
 * @param file absolute path
 * @param folder absolute path of what is kept; null: nothing is kept or used
 * @param variant part of the kept file's name, for runs that need different parts of the code
 */
export function runCompiled(file: string, folder: string | null, variant: string): void {
  const source = readFileSync(file, 'utf8');
  const kept = folder === null ? null : join(folder, `${keyOf(file, source)}-${variant}${suffix}`);
  const cachedData = kept === null ? undefined : readOwn(kept);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData && { cachedData }),
  });
  if (kept !== null && (cachedData === undefined || script.cachedDataRejected)) {
    // Only then every function that this command needs has been compiled.
    process.on('exit', (code) => {
      if (code === 0 || code === 1) keep(kept, script.createCachedData());
    });
  }
  const fake = { exports: {} };
  script.runInThisContext()(fake.exports, createRequire(file), fake, file, dirname(file));
}

/** V8 itself only considers the source's length. The path is in the compiled code, and in every stack trace. */
function keyOf(file: string, source: string): string {
  const hash = createHash('sha256').update(`${process.versions.v8}\0${file}\0`).update(source);
  return hash.digest('hex').slice(0, 32);
}

/** The file, if only this user can have written it: it is code. */
function readOwn(path: string): Buffer | undefined {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, 'r');
    const { uid, mode } = fstatSync(descriptor);
    const own = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    return own ? readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function keep(path: string, code: Buffer): void {
  try {
    writeFileAtomic(path, code);
    dropOld(dirname(path));
  } catch {
    // The next run tries again, and what it leaves behind goes away after a month.
  }
}

function dropOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > oldest) rmSync(path, { force: true, recursive: true });
  }
}
