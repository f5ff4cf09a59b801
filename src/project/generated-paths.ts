import type { Config } from './config.ts';

/** Where the schemas of tables go: beside the types that modules share. */
export function tableSchemasPath({ sharedTypes }: Pick<Config, 'sharedTypes'>): string {
  return sharedTypes.replace(/(?:\.types)?(\.[cm]?tsx?)$/, '.tables$1');
}

/** Where the functions that make rows go: beside the types that modules share. */
export function factoriesPath({ sharedTypes }: Pick<Config, 'sharedTypes'>): string {
  return sharedTypes.replace(/(?:\.types)?(\.[cm]?tsx?)$/, '.factories$1');
}

/** Where the schemas of a file's queries go: beside the module of the queries. */
export function querySchemasPath(module: string): string {
  return module.replace(/(?:\.queries)?(\.[cm]?tsx?)$/, '.schemas$1');
}
