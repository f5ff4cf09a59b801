import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of files that a test makes for itself. */
export interface TestProject extends Disposable {
  /** Absolute. */
  readonly root: string;
  /** The absolute path of a file in it. */
  path(file: string): string;
  /** Writes further files, or other texts; folders are made. */
  write(files: Readonly<Record<string, string>>): void;
}

/** Makes a folder with these files, by path; it goes away with `using`, or with `[Symbol.dispose]()`. */
export function makeProject(files: Readonly<Record<string, string>>): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'nodrift-project-'));
  const path = (file: string) => join(root, file);
  const write = (texts: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(texts)) {
      mkdirSync(dirname(path(file)), { recursive: true });
      writeFileSync(path(file), text);
    }
  };
  write(files);
  return { root, path, write, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
