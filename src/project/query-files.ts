import { type PathLike, readFileSync, stat } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import type { Config, SqlTransform } from './config.ts';
import { type FileMemo, readDirectly } from './file-memo.ts';
import { factoriesPath, querySchemasPath, tableSchemasPath } from './generated-paths.ts';
import { outputPath } from './output-path.ts';
import { matchingSchemaFiles } from './schema-files.ts';

/** A `.sql` file and where its module goes. */
export interface QueryFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the configuration's folder, '/' separated. */
  readonly file: string;
  readonly transform: SqlTransform;
  /** Absolute. */
  readonly output: string;
}

/**
 * Finds the `.sql` files of every transform, as PgTyped does: `include` at any depth below `srcDir`.
 * The order is by transform, then by path in code units: the same on every machine. A file that two
 * transforms find is listed twice, unless they agree where its module goes.
 * @throws Failure (2) where two modules would be written to one place, or over their own source
 */
export async function findQueryFiles(config: Config): Promise<readonly QueryFile[]> {
  const found = await Promise.all(config.transforms.map((transform) => filesOf(config, transform)));
  const unique = new Map(found.flat().map((file) => [`${file.path}\n${file.output}`, file]));
  const files = [...unique.values()];
  refuseCollisions(config, files);
  return files;
}

/**
 * `stat` for links, which are all that tinyglobby asks about. A link to a file is one; a link to a folder is as good as
 * broken, for it may lead in circles or out of the project. So it is with PgTyped.
 */
const statFile: typeof stat = Object.assign(
  (path: PathLike, ...rest: readonly unknown[]) => {
    const answer = rest.at(-1);
    stat(path, (error, found) => {
      if (typeof answer !== 'function') return;
      if (error === null && found.isDirectory()) answer(new Error('a link to a folder'));
      else answer(error, found);
    });
  },
  { __promisify__: stat.__promisify__ },
);

/** Absolute paths. */
async function matching({ srcDir }: Config, include: string): Promise<readonly string[]> {
  const paths = await glob(`**/${include.replace(/^(\.?\/)+/, '')}`, {
    cwd: srcDir,
    absolute: true,
    expandDirectories: false,
    fs: { stat: statFile },
    ignore: ['**/node_modules/**'],
  });
  return paths.map((found) => resolve(found));
}

async function filesOf(config: Config, transform: SqlTransform): Promise<QueryFile[]> {
  const belongsToSchema = schemaPaths(config);
  const files = (await matching(config, transform.include))
    .filter((path) => !belongsToSchema(path))
    .map((path) => {
      const file = relative(config.root, path).replaceAll('\\', '/');
      return { path, file, transform, output: outputPath(config, transform, path) };
    });
  return files.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Migrations and schema files hold no queries, wherever `srcDir` is. */
function schemaPaths({ source }: Config): (path: string) => boolean {
  if (source.kind === 'none') return () => false;
  if (source.kind === 'migrations') return (path) => path.startsWith(`${source.dir}${sep}`);
  const paths = new Set(source.files.flatMap(matchingSchemaFiles));
  return (path) => paths.has(path);
}

/** What the transforms of PgTyped's for TypeScript files find. */
export interface TypeScriptQueries {
  /** Each file that has queries. */
  readonly refused: readonly Diagnostic[];
  /** Of each transform that finds none. */
  readonly notes: readonly string[];
}

/** Finds queries in TypeScript files, which only PgTyped reads. */
export async function findTypeScriptQueries(
  config: Config,
  fileMemo: FileMemo = readDirectly,
): Promise<TypeScriptQueries> {
  const files: string[] = [];
  const notes: string[] = [];
  for (const { mode, include, tag } of config.typeScript ?? []) {
    const before = files.length;
    for (const path of await matching(config, include)) {
      if (hasTemplate(fileMemo(path, readText), tag))
        files.push(relative(config.root, path).replaceAll('\\', '/'));
    }
    if (files.length === before)
      notes.push(
        `transforms: no file of mode "${mode}" (${include}) has a query, so the entry can be removed`,
      );
  }
  const refused = [...new Set(files)].sort().map((file) =>
    diagnostic({
      file,
      code: 'ND1016',
      message: 'Queries inside TypeScript files are not supported.',
      hint: 'Move these queries to .sql files; PgTyped can go on generating the others from a configuration of its own.',
    }),
  );
  return { refused, notes };
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Whether a TypeScript file has a template of PgTyped's: a tag where an expression begins, with types or without. */
function hasTemplate(text: string, tag: string): boolean {
  for (const [, word] of text.matchAll(/(?:^|[=(,:[?>]|\breturn\b)\s*([\w$]+)\s*(?:<[^`=()]*?>)?\s*`/gm))
    if (word === tag) return true;
  return false;
}

function refuseCollisions(config: Config, files: readonly QueryFile[]): void {
  const writers = new Map([[config.sharedTypes, 'the shared types']]);
  if (config.validators !== undefined) writers.set(tableSchemasPath(config), 'the schemas of the tables');
  if (config.factories === true) writers.set(factoriesPath(config), 'the factories');
  const sources = new Set(files.map(({ path }) => path));
  const schemas = files.map(({ file, output }) => ({
    file: `the schemas of ${file}`,
    output: querySchemasPath(output),
  }));
  for (const { file, output } of config.validators === undefined ? files : [...files, ...schemas]) {
    const other = writers.get(output);
    if (other === undefined && !sources.has(output)) {
      writers.set(output, file);
      continue;
    }
    const name = relative(config.root, output).replaceAll('\\', '/');
    const message = other
      ? `${file} and ${other} would both be written to ${name}.`
      : `The module of ${file} would overwrite the queries in ${name}.`;
    const hint = 'Change emitTemplate, such as "{{dir}}/{{name}}.queries.ts".';
    throw new Failure(2, [diagnostic({ file: basename(config.path), code: 'ND1014', message, hint })]);
  }
}
