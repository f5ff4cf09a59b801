import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ComparedSchema, compareSchemas, readSchema } from '../commands/schema.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import { schemaText } from '../schema/print.ts';
import { changesText } from './change-text.ts';
import { configuration } from './configuration.ts';
import { type CliContext, colorsFor, type GlobalOptions } from './context.ts';
import { escapeControlChars } from './escape-control-chars.ts';
import { liveConnection } from './live-connection.ts';
import { count, withProgress, writeNotes } from './report.ts';

interface SchemaOptions extends GlobalOptions {
  readonly print?: boolean;
  readonly diff?: boolean;
}

/** `nodrift schema`: prints a schema and returns 0, or prints how two of them differ and returns 1 if they do. */
export async function schema(
  places: readonly string[],
  options: SchemaOptions,
  io: CliContext,
): Promise<number> {
  const config = configuration({ config: options.config }, io);
  const [a, b] = places;
  if (options.diff !== true) {
    if (a !== undefined)
      throw usage('Only --diff accepts schemas as arguments; --url names a database to print.');
    const named = options.url !== undefined;
    const place: ComparedSchema = named
      ? { kind: 'database', connection: liveConnection(options, io) }
      : { kind: 'project' };
    const printed = await withProgress(io, (flow) => readSchema(config, place, flow));
    writeNotes(printed.notes, io);
    io.stdout.write(escapeControlChars(schemaText(printed.schema)));
    return 0;
  }
  if (a === undefined || b === undefined)
    throw usage('--diff needs two schemas: nodrift schema --diff main HEAD');
  const pair = [schemaSource(a, options, io), schemaSource(b, options, io)] as const;
  const { changes, notes } = await withProgress(io, (flow) => compareSchemas(config, pair, flow));
  writeNotes(notes, io);
  if (changes.length === 0) return 0;
  const sides = { before: 'in a', after: 'in b', sql: false };
  io.stdout.write(changesText(changes, sides, colorsFor(io.stdout, io.env)));
  io.stdout.write(`\n${count(changes.length, 'difference')}\n`);
  return 1;
}

function schemaSource(text: string, options: SchemaOptions, io: CliContext): ComparedSchema {
  // Whatever looks like a URL: it is not repeated as the name of something else, for it may hold a password.
  if (text.includes('://')) {
    return { kind: 'database', connection: liveConnection({ config: options.config, url: text }, io) };
  }
  const path = resolve(io.cwd, text);
  return existsSync(path) ? { kind: 'path', path } : { kind: 'ref', ref: text };
}

function usage(message: string): Failure {
  const hint = 'A schema is the URL of a database, a folder of migrations, a .sql file, or a git ref.';
  return new Failure(2, [diagnostic({ message, hint })]);
}
