import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { diagnostic, Failure } from '../diagnostic.ts';
import type {
  Config,
  ConnectionConfig,
  DatabaseConfig,
  SchemaSource,
  SqlTransform,
  TypeOverride,
} from './config.ts';
import { ignoredByPgTyped, malformedJson, problemAt, schemaProblems } from './config-problems.ts';
import { type ConfigFile, ConfigSchema } from './config-schema.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { readConnection } from './read-connection.ts';

type Nodrift = NonNullable<ConfigFile['nodrift']>;

/** What a container runs where the configuration does not say. */
const defaultImage = 'postgres:18-alpine';

/**
 * Reads and validates `pgtyped.config.json`.
 *
 * Without the key `nodrift` everything is as PgTyped 2.4 does it: the named server is analysed as it
 * stands and modules are written for `@pgtyped/runtime`. A `.env` file beside the configuration adds to
 * the environment; what is set there already wins, and nothing is written into it.
 * @param path the file, absolute or relative to the working directory
 * @throws Failure (2) where the file is missing, malformed or says something unknown
 */
export function loadConfig(path: string, env: Environment = process.env): Config {
  const absolute = resolve(path);
  const root = dirname(absolute);
  const text = readText(absolute);
  const file = parse(absolute, text);
  const { nodrift } = file;
  const connection = readConnection(file, readEnvironment(root, env));
  const srcDir = resolve(root, file.srcDir);
  const runtime = nodrift ? (nodrift.runtime ?? 'nodrift') : '@pgtyped/runtime';
  return {
    path: absolute,
    root,
    srcDir,
    transforms: file.transforms.flatMap((transform) =>
      transform.mode === 'sql' ? [readTransform(transform, nodrift)] : [],
    ),
    ...typeScriptTransforms(file),
    camelCaseColumnNames: file.camelCaseColumnNames ?? false,
    hungarianNotation: file.hungarianNotation ?? runtime === '@pgtyped/runtime',
    nonEmptyArrayParams: file.nonEmptyArrayParams ?? false,
    failOnError: file.failOnError ?? false,
    typesOverrides: readTypesOverrides(file),
    database: nodrift ? readDatabase(nodrift, connection) : { kind: 'server', connection, asIs: true },
    ...(connection && { connection }),
    source: nodrift ? readSource(nodrift, root) : { kind: 'none' },
    searchPath: nodrift?.searchPath ?? null,
    extensions: nodrift?.extensions ?? [],
    types: nodrift?.types ?? {},
    ...(nodrift?.verify && {
      verify: { ignore: nodrift.verify.ignore ?? [], roles: nodrift.verify.roles ?? [] },
    }),
    ...(nodrift?.large && { large: nodrift.large }),
    runtime,
    sharedTypes: nodrift?.sharedTypes
      ? resolve(root, nodrift.sharedTypes)
      : resolve(srcDir, 'schema.types.ts'),
    ...(nodrift?.outside === true && { outside: true }),
    dropIn: nodrift === undefined,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const message = missing
      ? `There is no configuration at ${path}.`
      : `The configuration ${path} cannot be read: ${error instanceof Error ? error.message : error}.`;
    const hint = missing ? 'Name it with --config FILE, or have one written with `nodrift init`.' : null;
    throw new Failure(2, [diagnostic({ message, hint })]);
  }
}

function parse(path: string, text: string): ConfigFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Failure(2, [malformedJson(path, text)]);
  }
  if (Array.isArray(json)) {
    throw new Failure(2, [problemAt(path, text, [], 'The configuration must be an object, not an array.')]);
  }
  const result = withoutIgnored(json);
  if (!result.success) throw new Failure(2, schemaProblems(path, text, result.issues));
  if (result.output.transforms.every(({ mode }) => mode !== 'sql')) {
    const message = 'transforms: at least one of mode "sql" is needed.';
    const hint = 'Queries inside TypeScript files are not supported: move them to .sql files.';
    throw new Failure(2, [problemAt(path, text, ['transforms'], message, hint)]);
  }
  if (result.output.nodrift?.migrations !== undefined && result.output.nodrift.schema !== undefined) {
    const message = 'Both nodrift.migrations and nodrift.schema are given.';
    const hint = 'Keep the one that the database is built from.';
    throw new Failure(2, [problemAt(path, text, ['nodrift', 'schema'], message, hint)]);
  }
  return result.output;
}

/** Reads it again and again without the keys that PgTyped ignores: of each object the first one is told. */
function withoutIgnored(json: unknown) {
  let result = v.safeParse(ConfigSchema, json);
  while (removeIgnored(json, result.issues ?? [])) result = v.safeParse(ConfigSchema, json);
  return result;
}

/** Whether there was one. */
function removeIgnored(json: unknown, issues: readonly v.BaseIssue<unknown>[]): boolean {
  const ignored = issues.flatMap((issue) => {
    const keys = ignoredByPgTyped(issue);
    return keys === null ? [] : [keys];
  });
  return ignored.map((keys) => removeKey(json, keys)).includes(true);
}

function removeKey(json: unknown, keys: readonly string[]): boolean {
  let at = json;
  for (const key of keys.slice(0, -1)) at = Object(at)[key];
  const last = keys.at(-1) ?? '';
  return Object.hasOwn(Object(at), last) && Reflect.deleteProperty(Object(at), last);
}

function typeScriptTransforms(file: ConfigFile): Pick<Config, 'typeScript'> {
  const typeScript = file.transforms.flatMap((transform) =>
    transform.mode === 'sql' ? [] : [{ include: transform.include, tag: transform.functionName ?? 'sql' }],
  );
  return typeScript.length === 0 ? {} : { typeScript };
}

/** PgTyped's own default is `{{dir}}/{{name}}.ts`; ours says that the file is generated. */
function readTransform(
  transform: Extract<ConfigFile['transforms'][number], { mode: 'sql' }>,
  nodrift: Nodrift | undefined,
): SqlTransform {
  const fallback = nodrift ? '{{dir}}/{{name}}.queries.ts' : '{{dir}}/{{name}}.ts';
  return { mode: 'sql', include: transform.include, emitTemplate: transform.emitTemplate ?? fallback };
}

/** One name stands for both sides. */
function readTypesOverrides(file: ConfigFile): Readonly<Record<string, TypeOverride>> {
  const overrides = Object.entries(file.typesOverrides ?? {});
  return Object.fromEntries(
    overrides.map(([type, value]): [string, TypeOverride] => [
      type,
      typeof value === 'string'
        ? { parameter: value, return: value }
        : {
            ...(value.parameter !== undefined && { parameter: value.parameter }),
            ...(value.return !== undefined && { return: value.return }),
          },
    ]),
  );
}

function readDatabase(nodrift: Nodrift, connection: ConnectionConfig | null): DatabaseConfig {
  const database = nodrift.database ?? 'embedded';
  if (database === 'embedded') return { kind: 'embedded' };
  if (database === 'server') return { kind: 'server', connection, asIs: false };
  const image = typeof database === 'object' ? database.image : undefined;
  return { kind: 'container', image: image ?? defaultImage };
}

function readSource(nodrift: Nodrift, root: string): SchemaSource {
  if (nodrift.schema !== undefined) return { kind: 'schema', file: resolve(root, nodrift.schema) };
  const migrations = nodrift.migrations ?? './migrations';
  if (typeof migrations === 'string') {
    return { kind: 'migrations', dir: resolve(root, migrations), format: 'node-pg-migrate' };
  }
  return {
    kind: 'migrations',
    dir: resolve(root, migrations.dir),
    format: migrations.format ?? 'node-pg-migrate',
  };
}
