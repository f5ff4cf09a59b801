import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Fingerprint, fingerprint } from '../project/fingerprint.ts';
import { writeFileAtomic } from '../project/write-file-atomic.ts';

/** Files of a few kilobytes. */
const largestCount = 500;

/**
 * A folder that remembers which trees passed a check, by their fingerprints: a file for each, named after it, with a digest of
 * it and of what was said inside. There is nothing in it to be merged: a record holds for exactly the bytes that were
 * considered, and what was edited, renamed or cut off is as good as none. It only ever saves time; whatever goes wrong
 * with it, the work is done.
 */
export interface CheckCache {
  /** What was said when the tree passed; null where no record says that it did. */
  get(tree: Fingerprint): string | null;
  /** Writes atomically, and drops what is oldest. Never throws. */
  add(tree: Fingerprint, said: string): void;
}

/** The records in a folder, which need not exist. */
export function checkCacheIn(folder: string): CheckCache {
  const pathOf = (tree: Fingerprint) => join(folder, tree);
  return {
    get(tree) {
      try {
        const content = readFileSync(pathOf(tree), 'utf8');
        const said = content.slice(content.indexOf('\n') + 1, -1);
        return content === contentOf(tree, said) ? said : null;
      } catch {
        return null;
      }
    },
    add(tree, said) {
      try {
        writeFileAtomic(pathOf(tree), contentOf(tree, said));
        dropOldest(folder);
      } catch {
        // Without a record the next check takes its time.
      }
    },
  };
}

function contentOf(tree: Fingerprint, said: string): string {
  const digest = fingerprint([
    ['passed', tree],
    ['said', said],
  ]);
  return `${digest}\n${said}\n`;
}

function dropOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= largestCount) return;
  const files = names.map((name) => {
    const path = join(folder, name);
    return { path, time: statSync(path).mtimeMs };
  });
  for (const { path } of files.sort((a, b) => b.time - a.time).slice(largestCount))
    rmSync(path, { force: true });
}
