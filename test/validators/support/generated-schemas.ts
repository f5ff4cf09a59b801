import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Catalog } from '../../../src/analysis/catalog/catalog.ts';
import type { SchemaForm } from '../../../src/project/config.ts';
import { loadConfig } from '../../../src/project/load-config.ts';
import type { StandardSchema } from '../../../src/runtime/index.ts';
import { tableModels } from '../../../src/validators/table-model.ts';
import { tablesModule } from '../../../src/validators/tables-module.ts';
import { makeProject } from '../../support/project.ts';

/** Of the configuration. */
interface Keys {
  readonly validators: SchemaForm;
  readonly types?: Readonly<Record<string, string>>;
}

export type Schemas = Readonly<Record<string, StandardSchema<unknown>>>;

/**
 * The text that is generated for the tables of a database, and what it exports.
 * @param folder where it is written to
 */
export async function generatedSchemas(nodrift: Keys, catalog: Catalog, folder: string) {
  using project = makeProject({ 'nodrift.config.json': JSON.stringify({ nodrift }) });
  const [module] = tablesModule(tableModels(catalog), loadConfig(project.path('nodrift.config.json'), {}));
  const outfile = join(
    folder,
    `${Object.values(nodrift)
      .map((one) => JSON.stringify(one).replace(/\W/g, ''))
      .join('-')}-${catalog.version}.mjs`,
  );
  await build({
    stdin: { contents: module?.text ?? '', resolveDir: import.meta.dirname, loader: 'ts' },
    alias: {
      zod: 'zod-4',
      'nodrift-runtime': fileURLToPath(new URL('../../../src/runtime/index.ts', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    outfile,
  });
  const schemas: Schemas = await import(pathToFileURL(outfile).href);
  return { text: module?.text ?? '', schemas };
}

/** The paths and messages of what a schema finds. */
export async function issuesOf(schema: StandardSchema<unknown> | undefined, value: unknown) {
  const result = await schema?.['~standard'].validate(value);
  if (result === undefined) throw new Error('There is no such schema');
  return (result.issues ?? []).map(({ path = [], message }) => [
    path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.'),
    message,
  ]);
}
