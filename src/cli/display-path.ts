import { isAbsolute, relative, resolve, sep } from 'node:path';
import { escapeControlChars } from './escape-control-chars.ts';

export interface PathContext {
  /** The configuration's folder, which paths in diagnostics are relative to. */
  readonly root: string;
  /** Paths are shown relative to it where they lie inside, so that a terminal can open them. */
  readonly cwd: string;
}

/** A path of the configuration's folder as the user sees it from where he is, '/' separated. */
export function displayPath(file: string, options: PathContext): string {
  const seen = relative(options.cwd, resolve(options.root, file));
  const outside = seen === '' || seen === '..' || seen.startsWith(`..${sep}`) || isAbsolute(seen);
  return escapeControlChars(
    (outside ? relative(options.root, resolve(options.root, file)) : seen).split(sep).join('/'),
  );
}
