import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { ComparedSchema } from '../commands/schema.ts';
import { diagnostic, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import { cliCommand } from './command.ts';
import {
  type CliContext,
  colorsFor,
  count,
  escapeControlChars,
  type GlobalOptions,
  withProgress,
  writeNotes,
} from './terminal.ts';

interface SchemaOptions extends GlobalOptions {
  readonly print?: boolean;
  readonly diff?: boolean;
  readonly compare?: string;
  readonly json?: boolean;
}

export const schemaCommand = cliCommand<[a: string | undefined, b: string | undefined], SchemaOptions>({
  name: 'schema',
  description: 'print the migrated schema, or how schemas differ',
  examples: [
    ['schema', 'the migrated schema'],
    ['schema --diff main HEAD', 'the changes of a branch'],
    ['schema --compare src/schemas.ts', 'whether schemas of Zod or Valibot are as the database'],
  ],
  failing: 'with --diff or --compare: they differ; or migrations are broken',
  declare: (command) =>
    command
      .argument(
        '[a]',
        'with --diff: the URL of a database, a folder of migrations, a .sql file, or a git ref',
      )
      .argument('[b]', 'with --diff: the same')
      .option('--print', 'print the schema as text; the default')
      .option('--diff', 'print how b differs from a')
      .addOption(
        new Option(
          '--compare <file>',
          'print how schemas that a module exports differ from tables and queries',
        ).conflicts(['diff', 'print']),
      )
      .option('--json', 'with --compare: print JSON'),
  run: (places, options, io) =>
    runSchema(
      places.filter((one) => one !== undefined),
      options,
      io,
    ),
});

/** `nodrift schema`: prints a schema and returns 0, or prints how two of them differ and returns 1 if they do. */
async function runSchema(places: readonly string[], options: SchemaOptions, io: CliContext): Promise<number> {
  const [{ configuration, liveConnection }, { compareSchemas, readSchema }] = await Promise.all([
    import('./configuration.ts'),
    import('../commands/schema.ts'),
  ]);
  // Otherwise it names what is printed, not what the project's schema is built on.
  const server = options.compare === undefined || options.url === undefined ? {} : { url: options.url };
  const config = await configuration({ config: options.config, ...server }, io);
  const [a, b] = places;
  if (options.compare !== undefined) {
    if (a !== undefined) throw usage('--compare has no other arguments.', compareHint);
    return runCompare(config, { ...options, compare: options.compare }, io);
  }
  if (options.json === true) throw usage('--json is for --compare.', compareHint);
  if (options.diff !== true) {
    if (a !== undefined)
      throw usage('Only --diff accepts schemas as arguments; --url names a database to print.');
    const named = options.url !== undefined;
    const compared: ComparedSchema = named
      ? { kind: 'database', connection: await liveConnection(options, io) }
      : { kind: 'project' };
    const printed = await withProgress(io, (flow) => readSchema(config, compared, flow));
    writeNotes(printed.notes, io);
    const { schemaText } = await import('../schema/print.ts');
    io.stdout.write(escapeControlChars(schemaText(printed.schema)));
    return 0;
  }
  if (a === undefined || b === undefined)
    throw usage('--diff needs two schemas: nodrift schema --diff main HEAD');
  const pair = [await schemaSource(a, options, io), await schemaSource(b, options, io)] as const;
  const { changes, notes } = await withProgress(io, (flow) => compareSchemas(config, pair, flow));
  writeNotes(notes, io);
  if (changes.length === 0) return 0;
  const { changesText } = await import('./change-text.ts');
  const sides = { before: 'in a', after: 'in b', sql: false };
  io.stdout.write(changesText(changes, sides, colorsFor(io.stdout, io.env)));
  io.stdout.write(`\n${count(changes.length, 'difference')}\n`);
  return 1;
}

/** Prints how the schemas that a module exports differ, and returns 1 if they do. */
async function runCompare(
  config: Config,
  { compare, json }: SchemaOptions & { readonly compare: string },
  io: CliContext,
): Promise<number> {
  const { holdSchemas } = await import('../commands/compare-schemas.ts');
  const path = resolve(io.cwd, compare);
  const { findings, compared, notes } = await withProgress(io, (flow) => holdSchemas(config, path, flow));
  writeNotes(notes, io);
  if (json === true) io.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    for (const { file, export: name, key, message, against } of findings) {
      const place = key === null ? name : `${name}.${key}`;
      io.stdout.write(escapeControlChars(`${file}: ${place} ${message} (${against})\n`));
    }
    const total = `${count(compared, 'schema')} compared, ${count(findings.length, 'difference')}`;
    io.stdout.write(findings.length === 0 ? `${total}\n` : `\n${total}\n`);
  }
  return findings.length === 0 ? 0 : 1;
}

async function schemaSource(text: string, options: SchemaOptions, io: CliContext): Promise<ComparedSchema> {
  // Whatever looks like a URL: it is not repeated as the name of something else, for it may hold a password.
  if (text.includes('://')) {
    const { liveConnection } = await import('./configuration.ts');
    return { kind: 'database', connection: await liveConnection({ config: options.config, url: text }, io) };
  }
  const path = resolve(io.cwd, text);
  return existsSync(path) ? { kind: 'path', path } : { kind: 'ref', ref: text };
}

const schemaHint = 'A schema is the URL of a database, a folder of migrations, a .sql file, or a git ref.';
const compareHint = 'Name the module that exports schemas: nodrift schema --compare src/schemas.ts';

function usage(message: string, hint = schemaHint): Failure {
  return new Failure(2, [diagnostic({ code: 'ND1020', message, hint })]);
}
