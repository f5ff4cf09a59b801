import type { Config } from '../project/config.ts';

/** Where the functions that make rows go: beside the types that modules share. */
export function factoriesPath({ sharedTypes }: Pick<Config, 'sharedTypes'>): string {
  return sharedTypes.replace(/(?:\.types)?(\.[cm]?tsx?)$/, '.factories$1');
}
