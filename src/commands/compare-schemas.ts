import { relative } from 'node:path';
import { diagnostic, exitCodeOf, Failure } from '../diagnostic.ts';
import type { Config } from '../project/config.ts';
import type { SchemaMismatch, SchemaTarget } from '../validators/compare-schema.ts';
import { type Analysed, type FlowOptions, inputsOf, withAnalysed } from './pipeline.ts';

/** Where a schema that a person wrote differs from the database. */
export interface SchemaFinding extends SchemaMismatch {
  /** The module, relative to the configuration's folder. */
  readonly file: string;
  readonly export: string;
  /** What it was held against. */
  readonly against: string;
}

export interface HeldSchemas {
  readonly findings: readonly SchemaFinding[];
  /** How many exports were held against something. */
  readonly compared: number;
  readonly notes: readonly string[];
}

/**
 * Holds the schemas that a module exports against the tables and the queries of the project that they are called after.
 * @param path the module's absolute path
 * @throws Failure: 1 broken migrations or queries, 2 no such module, no export that is compared, or a library that is
 *   missing, 3 database
 */
export async function holdSchemas(
  config: Config,
  path: string,
  options: FlowOptions = {},
): Promise<HeldSchemas> {
  if (config.runtime === '@pgtyped/runtime') {
    const message = 'With @pgtyped/runtime schemas cannot be compared.';
    throw new Failure(2, [diagnostic({ code: 'ND1020', message })]);
  }
  const { loadSchemas } = await import('../project/hand-written-schemas.ts');
  const schemas = await loadSchemas(path, config.root);
  const file = relative(config.root, path).replaceAll('\\', '/');
  // Both are read for it, whatever modules are written.
  const whole: Config = { ...config, validators: 'standard', factories: true };
  const inputs = await inputsOf(whole, options);
  return withAnalysed(inputs, options, async (analysed) => {
    const { diagnostics, notes } = analysed;
    if (diagnostics.length > 0) throw new Failure(exitCodeOf(diagnostics), diagnostics);
    const [targets, { compareSchema }, { readJsonSchema }] = await Promise.all([
      targetsOf(analysed),
      import('../validators/compare-schema.ts'),
      import('../validators/json-schema.ts'),
    ]);
    const held = schemas.map((schema) => ({
      schema,
      targets: targets.filter(({ name }) => name === targetName(schema.name)),
    }));
    const known = held.filter((one) => one.targets.length > 0);
    const unknown = held.filter((one) => one.targets.length === 0).map(({ schema }) => schema.name);
    if (known.length === 0) throw noMatch(file, unknown, targets);
    const findings = known.flatMap(({ schema, targets: all }) =>
      all.flatMap((target) => {
        const passing = readJsonSchema(schema.describe(target.way === 'written' ? 'output' : 'input'));
        return compareSchema(passing, target).map(
          (found): SchemaFinding => ({ file, export: schema.name, against: target.what, ...found }),
        );
      }),
    );
    const ignored =
      unknown.length === 0 ? [] : [`${file}: ${unknown.join(', ')} is not compared: nothing is called so.`];
    return { findings, compared: known.length, notes: [...notes, ...ignored] };
  });
}

/** `TasksInsertSchema` is called after the same as `tasksInsert`. */
function targetName(name: string): string {
  const bare = name.replace(/(?<=.)Schema$/, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}

async function targetsOf({ config, tables, rows, files }: Analysed): Promise<readonly SchemaTarget[]> {
  const { schemaTargets } = await import('../validators/schema-targets.ts');
  return schemaTargets(
    tables ?? [],
    rows ?? [],
    new Map(files.map(({ file, queries }) => [file, queries])),
    config,
  );
}

function noMatch(file: string, names: readonly string[], targets: readonly SchemaTarget[]): Failure {
  const message =
    names.length === 0
      ? 'No export is a schema of Zod, of Valibot or another Standard Schema.'
      : `No export is called after a table or a query: ${names.join(', ')}.`;
  const [example = 'tasksInsert'] = targets.map(({ name }) => name);
  const hint = `Export one as ${example}, or as a query's name with Params or Row.`;
  return new Failure(2, [diagnostic({ file, code: 'ND7012', message, hint })]);
}
