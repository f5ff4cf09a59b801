import type { SchemaFile } from '../../../project/schema-files.ts';
import { type MigrationScripts, scriptOf } from './format.ts';

/** Reads a file that is run whole, in one message, whatever tool does that elsewhere. */
export function readPlain(file: SchemaFile): MigrationScripts {
  return { up: scriptOf(file, 'message'), down: null };
}
