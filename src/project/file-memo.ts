import { type BigIntStats, statSync } from 'node:fs';

/** Reads a file by a function; what that returned of the same file before may be returned again. */
export type FileMemo = <T>(path: string, read: (path: string) => T) => T;

/** Keeps nothing. */
export const readDirectly: FileMemo = (path, read) => read(path);

/** File systems whose clock is coarsest tell times apart that are two seconds apart. */
const coarsestMs = 2000;

/**
 * Keeps what was read of each file as long as the file system says that it is the same file, unchanged. A file that was
 * changed just before it was read is read again: another change in the same moment would not show.
 */
export function createFileMemo(): FileMemo {
  const kept = new Map<unknown, Map<string, { readonly signature: string; readonly value: unknown }>>();
  return <T>(path: string, read: (path: string) => T): T => {
    const known = kept.get(read) ?? new Map();
    kept.set(read, known);
    const found = known.get(path);
    known.delete(path);
    const now = Date.now();
    // Before it is read: what changes meanwhile shows the next time.
    const stats = statSync(path, { bigint: true });
    const signature = signatureOf(stats);
    const value: T = found?.signature === signature ? found.value : read(path);
    const changedMs = Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs));
    if (changedMs + coarsestMs < now) known.set(path, { signature, value });
    return value;
  };
}

function signatureOf({ dev, ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mode, mtimeNs, ctimeNs].join(' ');
}
