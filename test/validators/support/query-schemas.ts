import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { analyse } from '../../../src/analysis/analyse.ts';
import { printModules } from '../../../src/codegen/print.ts';
import type { Config, SchemaForm } from '../../../src/project/config.ts';
import type { Query, StandardSchema } from '../../../src/runtime/index.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { schemaModules } from '../../../src/validators/schema-modules.ts';
import { tableModels } from '../../../src/validators/table-model.ts';
import { config } from '../../codegen/support/build.ts';
import type { Analysed } from '../../support/analysed.ts';

export const runtimeFile = fileURLToPath(new URL('../../../src/runtime/index.ts', import.meta.url));
const nodeModules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** The texts of the modules of a file of queries, by their names. */
export async function generatedTexts(
  { client, catalog }: Analysed,
  text: string,
  form: SchemaForm,
  known: Partial<Config> = {},
): Promise<Readonly<Record<string, string>>> {
  const { statements, diagnostics } = readStatements('q.sql', text);
  const analysis = await analyse(client, statements, {
    texts: new Map([['q.sql', text]]),
    lenientParameters: false,
  });
  await client.query('SET debug_print_parse = off');
  const wrong = [...diagnostics, ...analysis.diagnostics];
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'));
  const own = config({ validators: form, ...known });
  const files = [{ file: 'q.sql', output: '/app/queries/q.queries.ts', queries: analysis.queries }];
  const { modules } = printModules({ config: own, files });
  const all = [...modules, ...schemaModules({ files, modules, tables: tableModels(catalog), config: own })];
  return Object.fromEntries(all.map((module) => [module.path.replace('/app/queries/', ''), module.text]));
}

export interface Loaded {
  readonly queries: Readonly<
    Record<string, Query<unknown, Readonly<Record<string, unknown>>, unknown> | undefined>
  >;
  readonly schemas: Readonly<Record<string, StandardSchema<unknown> | undefined>>;
}

/** What generated modules export. */
export async function loadModules(texts: Readonly<Record<string, string>>): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'nodrift-schemas-'));
  try {
    const outfile = join(folder, 'all.mjs');
    await bundled(
      `export * as queries from './q.queries.js'; export * as schemas from './q.schemas.js';`,
      texts,
      {
        outfile,
      },
    );
    return (await import(pathToFileURL(outfile).href)) as Loaded;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A bundle of generated modules, of which none is on the disk. */
export async function bundled(
  contents: string,
  texts: Readonly<Record<string, string>>,
  options: { readonly outfile?: string; readonly external?: string[] } = {},
): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: nodeModules, sourcefile: 'entry.ts', loader: 'ts' },
    alias: { zod: 'zod-4', 'nodrift-runtime': runtimeFile },
    plugins: [
      {
        name: 'generated',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^\.\/[\w.]+\.js$/ }, ({ path }) => {
            const name = path.replace(/^\.\/(.*)\.js$/, '$1.ts');
            return name in texts ? { path: name, namespace: 'generated' } : null;
          });
          onLoad({ filter: /.*/, namespace: 'generated' }, ({ path }) => ({
            contents: texts[path] ?? '',
            loader: 'ts',
            resolveDir: nodeModules,
          }));
        },
      },
    ],
    bundle: true,
    format: 'esm',
    write: options.outfile !== undefined,
    logLevel: 'silent',
    ...options,
  });
  return result.outputFiles?.[0]?.text ?? '';
}

/** What a schema says of a value: the paths of what is wrong, with the messages. */
export function issuesOf(
  schema: StandardSchema<unknown> | undefined,
  value: unknown,
): readonly (readonly string[])[] {
  const result = schema?.['~standard'].validate(value);
  if (result === undefined || result instanceof Promise) throw new Error('There is no such schema');
  return (result.issues ?? []).map(({ path = [], message }) => [
    path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.'),
    message,
  ]);
}
