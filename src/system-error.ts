import { getSystemErrorMap } from 'node:util';

/** The code of an error of the operating system or of Node.js, such as EACCES or ERR_MODULE_NOT_FOUND; null if it has none. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What the operating system said, without the path: `permission denied (EACCES)`; of other errors, their message. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : Number.NaN;
  const said = (code !== null && words[code]) || getSystemErrorMap().get(errno)?.[1];
  if (code !== null && said) return `${said} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** What to do about what the operating system said; null where the reason says it all. */
export function systemHint(error: unknown): string | null {
  return hints[systemCode(error) ?? ''] ?? null;
}

/** Where the system's words leave open what is meant. */
const words: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
};

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Change its permissions, or run nodrift as a user who may read and write it.',
  EPERM: 'Change its permissions, or run nodrift as a user who may read and write it.',
  EROFS: 'Make the file system writable.',
  ENOSPC: 'Free some space on the device and run it again.',
  EDQUOT: 'Free some space in your quota and run it again.',
  EMFILE: 'Raise the limit of open files (`ulimit -n`).',
  ENFILE: 'Raise the limit of open files.',
};
