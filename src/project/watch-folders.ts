import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long nothing must happen before a change counts as complete: one save is several events. */
const quietMs = 15;

/** Told of changes in folders until it is closed. */
export interface FolderWatcher {
  /**
   * Watches exactly these folders from now on: no later change is missed. Instead of one that is not there its nearest
   * parent is watched, where it will turn up.
   * @param deep also the folders in these, except node_modules and .git
   */
  set(flat: readonly string[], deep: readonly string[]): void;
  /** Resolves when something has changed since the last call, and then nothing more for a moment. */
  changed(signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Watch {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/**
 * Makes a watcher. Each folder has a watch of its own: a recursive one would take in node_modules.
 * @param concerns whether a change of the file with this path counts
 */
export function watchFolders(concerns: (path: string) => boolean): FolderWatcher {
  const watches = new Map<string, Watch>();
  let latest = 0;
  let seen = 0;
  let wake = (): void => {};
  const notice = () => {
    latest += 1;
    wake();
  };
  const drop = (folder: string) => {
    watches.get(folder)?.watcher.close();
    watches.delete(folder);
  };
  const add = (folder: string, inode: number) => {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || concerns(join(folder, name))) notice();
      });
      watcher.on('error', notice);
      watches.set(folder, { watcher, inode });
    } catch {
      // Gone since it was listed: the next listing begins at its parent.
      notice();
    }
  };
  return {
    set(flat, deep) {
      const wanted = new Map<string, number>();
      for (const folder of flat) addNearest(folder, wanted);
      for (const folder of deep) addTree(folder, wanted);
      for (const [folder, { inode }] of watches) {
        // One of the same name may be another by now.
        if (wanted.get(folder) !== inode) drop(folder);
      }
      for (const [folder, inode] of wanted) if (!watches.has(folder)) add(folder, inode);
    },
    async changed(signal) {
      while (latest === seen) await woken(signal, (how) => (wake = how));
      do {
        seen = latest;
        await sleep(quietMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      } while (latest !== seen);
    },
    close() {
      for (const folder of watches.keys()) drop(folder);
    },
  };
}

/** Resolves when the function that `listen` is given is called; rejects with the signal's reason. */
function woken(signal: AbortSignal, listen: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    listen(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function inodeOf(folder: string): number | null {
  try {
    const found = statSync(folder);
    return found.isDirectory() ? found.ino : null;
  } catch {
    return null;
  }
}

function addNearest(folder: string, to: Map<string, number>): void {
  const inode = inodeOf(folder);
  if (inode !== null) to.set(folder, inode);
  else if (dirname(folder) !== folder) addNearest(dirname(folder), to);
}

function addTree(folder: string, to: Map<string, number>): void {
  const inode = inodeOf(folder);
  if (inode === null) {
    addNearest(folder, to);
    return;
  }
  to.set(folder, inode);
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
        addTree(join(folder, entry.name), to);
    }
  } catch {
    // Deleted meanwhile, of which its parent tells.
  }
}
