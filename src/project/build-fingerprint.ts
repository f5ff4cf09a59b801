import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

let code: ReturnType<typeof readOwnCode> | undefined;

/**
 * nodrift's own code: the compiled files of the package, or the sources where they run as they are. Read once: what
 * runs is what was there at the start.
 * @returns names and contents in the order of the names; null where it was bundled into something else
 */
export function buildFingerprint(): readonly (readonly [string, Buffer])[] | null {
  code ??= readOwnCode();
  return code;
}

function readOwnCode(): readonly (readonly [string, Buffer])[] | null {
  // src/project/build.ts, or dist/cli/bundle.cjs
  const root = fileURLToPath(new URL('..', import.meta.url));
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /(?<!\.d)\.c?[jt]s$/.test(name))
    .sort();
  if (!names.some((name) => /^cli\/main\.(cjs|ts)$/.test(name))) return null;
  return names.map((name) => [name, readFileSync(`${root}/${name}`)]);
}
