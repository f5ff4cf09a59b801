import type { Config } from '../project/config.ts';

/** Where the schemas of tables go: beside the types that modules share. */
export function tableSchemasPath({ sharedTypes }: Pick<Config, 'sharedTypes'>): string {
  return sharedTypes.replace(/(?:\.types)?(\.[cm]?tsx?)$/, '.tables$1');
}
