import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from './config.ts';
import { loadConfig } from './load-config.ts';

/**
 * The other configurations that lie in a folder, in the configuration's own, or on the way between: JSON files that
 * are like one, and our TypeScript file.
 * @param folder absolute, below the configuration's folder or the same
 */
export function siblingConfigs(config: Config, folder: string): readonly (Config | 'unreadable')[] {
  const folders = [folder];
  for (let at = folder; at !== config.root && dirname(at) !== at; ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders
    .flatMap((at) => readdirSync(at).map((name) => join(at, name)))
    .filter(
      (path) =>
        (path.endsWith('.json') || basename(path) === 'nodrift.config.ts') && path !== resolve(config.path),
    )
    .flatMap((path): (Config | 'unreadable')[] => {
      try {
        // Its environment decides only on the server.
        return [loadConfig(path, {})];
      } catch {
        return mentionsTransforms(path) ? ['unreadable'] : [];
      }
    });
}

function mentionsTransforms(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes('"transforms"');
  } catch {
    return false;
  }
}
