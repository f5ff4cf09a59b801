import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { diagnostic, Failure } from '../diagnostic.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with what a `.env` file in `root` adds to it; what is set already wins. Nothing is
 * written into `env`.
 * @throws Failure (2) where there is such a file but it cannot be read
 */
export function readEnvironment(root: string, env: Environment): Environment {
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return { ...readDotEnv(resolve(root, '.env')), ...Object.fromEntries(set) };
}

function readDotEnv(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = systemCode(error);
    // A folder of that name is a virtual environment of Python.
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    throw new Failure(2, [
      diagnostic({
        file: '.env',
        code: 'ND1017',
        message: `.env cannot be read: ${systemReason(error)}.`,
        hint: systemHint(error),
      }),
    ]);
  }
}
