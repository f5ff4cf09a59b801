import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for what nodrift can make again, in the place that the system has for it; it need not exist.
 * @returns null with NODRIFT_CACHE=off
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  return env.NODRIFT_CACHE === 'off' ? null : join(userCacheFolder(env), 'nodrift');
}

function userCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === 'win32') return env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
