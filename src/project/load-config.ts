import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import type * as Jiti from 'jiti';
import type * as Jsonc from 'jsonc-parser';
import * as v from 'valibot';
import { type Diagnostic, diagnostic, Failure } from '../diagnostic.ts';
import type { ScopeConfig } from '../scope-config.ts';
import { systemCode, systemHint, systemReason } from '../system-error.ts';
import type {
  Config,
  ConnectionConfig,
  DatabaseConfig,
  SchemaSource,
  SqlTransform,
  TypeOverride,
} from './config.ts';
import {
  ignoredKey,
  isConfigModule,
  isIgnoredByPgTyped,
  issueKeys,
  isUnknownKey,
  malformedJson,
  problemAt,
  schemaProblems,
} from './config-problems.ts';
import { type ConfigFile, ConfigSchema } from './config-schema.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { findConfig, findDefaultFolders, isOwnConfig } from './find-config.ts';
import { readConnection } from './read-connection.ts';

type Nodrift = NonNullable<ConfigFile['nodrift']>;

/** What a container runs where the configuration does not say. */
const defaultImage = 'postgres:18-alpine';

/**
 * Reads the configuration that a folder's project has: the file that is named, or the one that is found in the folder or
 * above it, or none where one of these folders holds `migrations/` and `queries/`: every key has a default then.
 * @param folder absolute
 * @param named as `--config` has it, relative to the folder
 * @throws Failure (2) where there is none, where there are two, or where it is malformed or says something unknown
 */
export function loadProjectConfig(
  folder: string,
  named: string | undefined,
  env: Environment = process.env,
): Config {
  if (named !== undefined) return loadConfig(resolve(folder, named), env);
  const found = findConfig(folder);
  if (found !== null) return loadConfig(found, env);
  const without = findDefaultFolders(folder);
  if (without !== null) return readConfig(resolve(without, 'nodrift.config.json'), '{}', env);
  throw new Failure(2, [
    diagnostic({
      code: 'ND1002',
      message: `There is no configuration in ${folder} or above it.`,
      hint: 'Create one with `nodrift init`, or name one with --config FILE. With the folders migrations/ and queries/ none is needed.',
    }),
  ]);
}

/**
 * Reads and validates one configuration: `nodrift.config.json`, `nodrift.config.ts` or PgTyped's `pgtyped.config.json`.
 *
 * In a file of PgTyped's name without the key `nodrift` everything is as PgTyped 2.4 does it: the named server is analysed
 * as it is and modules are written for `@pgtyped/runtime`. A `.env` file beside the configuration adds to the
 * environment; what is set there already wins, and nothing is written into it.
 * @param path the file, absolute or relative to the working directory
 * @throws Failure (2) where the file is missing, malformed or says something unknown
 */
export function loadConfig(path: string, env: Environment = process.env): Config {
  const absolute = resolve(path);
  return readConfig(absolute, isConfigModule(absolute) ? textOfModule(absolute) : readText(absolute), env);
}

function readConfig(absolute: string, text: string, env: Environment): Config {
  const root = dirname(absolute);
  const { file, ignored } = parse(absolute, text);
  const { nodrift } = file;
  const connection = readConnection(file, readEnvironment(root, env));
  const srcDir = resolve(root, file.srcDir);
  const runtime = nodrift ? (nodrift.runtime ?? 'nodrift') : '@pgtyped/runtime';
  return {
    path: absolute,
    text,
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
    ...(nodrift?.scopes && { scopes: readScopes(nodrift.scopes) }),
    ...(nodrift?.distribution && {
      distribution: { columns: nodrift.distribution, singleShard: nodrift.routing === 'single-shard' },
    }),
    runtime,
    sharedTypes: nodrift?.sharedTypes
      ? resolve(root, nodrift.sharedTypes)
      : resolve(srcDir, 'schema.types.ts'),
    ...(nodrift?.validators && { validators: nodrift.validators }),
    ...(nodrift?.factories === true && { factories: true }),
    ...(nodrift?.importExtension && { importExtension: nodrift.importExtension }),
    ...(nodrift?.outside === true && { outside: true }),
    dropIn: nodrift === undefined,
    ...(ignored.length > 0 && {
      warnings: ignored.map((issue) => ignoredKey(absolute, text, issue)).sort(byPlace),
    }),
  };
}

function readScopes(scopes: NonNullable<Nodrift['scopes']>): NonNullable<Config['scopes']> {
  return Object.fromEntries(
    Object.entries(scopes).map(([name, { parameter, tables, setting, functions }]): [string, ScopeConfig] => [
      name,
      {
        parameter,
        tables,
        ...(setting !== undefined && { setting }),
        ...(functions && {
          functions: {
            ...(functions.owner && { owner: functions.owner }),
            ...(functions.safe && { safe: functions.safe }),
          },
        }),
      },
    ]),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const isFolder = systemCode(error) === 'EISDIR';
    const message = missing
      ? `There is no configuration at ${path}.`
      : `The configuration ${path} ${isFolder ? 'is a folder' : `cannot be read: ${systemReason(error)}`}.`;
    const hint = missing
      ? 'Name it with --config FILE, or create one with `nodrift init`.'
      : isFolder
        ? 'Name the file in it, such as nodrift.config.json.'
        : systemHint(error);
    throw new Failure(2, [diagnostic({ code: missing ? 'ND1002' : 'ND1003', message, hint })]);
  }
}

/** What a module exports by default, or as `module.exports`, as JSON. Node 20 cannot read TypeScript, hence jiti. */
function textOfModule(path: string): string {
  const { createJiti }: typeof Jiti = createRequire(import.meta.url)('jiti');
  const failure = (code: Diagnostic['code'], message: string, hint: string | null = null) =>
    new Failure(2, [diagnostic({ file: basename(path), code, message, hint })]);
  let loaded: unknown;
  try {
    loaded = createJiti(path, { moduleCache: false, fsCache: false, interopDefault: false })(path);
  } catch (error) {
    throw failure(
      'ND1003',
      `The configuration cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  const isCommonJs = /\.c?js$/.test(path) && !Object.hasOwn(Object(loaded), 'default');
  const value: unknown = isCommonJs ? loaded : Object(loaded).default;
  if (typeof value !== 'object' || value === null || value instanceof Promise)
    throw failure(
      'ND1006',
      'The configuration must be an object that is exported by default.',
      'Write export default { … }',
    );
  return JSON.stringify(value, null, 2);
}

interface Parsed {
  readonly file: ConfigFile;
  /** The keys that nothing reads. */
  readonly ignored: readonly v.BaseIssue<unknown>[];
}

function parse(path: string, text: string): Parsed {
  const json = withDefaults(path, parseJson(path, text));
  if (Array.isArray(json)) {
    throw new Failure(2, [
      problemAt(path, text, [], 'ND1006', 'The configuration must be an object, not an array.'),
    ]);
  }
  const { result, issues, ignored } = validate(path, json);
  const problems = [...schemaProblems(path, text, issues), ...contradictions(path, text, json)];
  if (!result.success || problems.length > 0) throw new Failure(2, problems.sort(byPlace));
  return { file: result.output, ignored };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** JSON, also with comments and a comma after the last entry. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const jsonc: typeof Jsonc = createRequire(import.meta.url)('jsonc-parser');
    const errors: Jsonc.ParseError[] = [];
    const json: unknown = jsonc.parse(text, errors, {
      allowTrailingComma: true,
      allowEmptyContent: isOwnConfig(path),
    });
    if (errors.length > 0) throw new Failure(2, malformedJson(path, text, errors));
    return json ?? {};
  }
}

/** A file of our own name needs no key at all. */
function withDefaults(path: string, json: unknown): unknown {
  if (!isOwnConfig(path) || typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return { transforms: [{ mode: 'sql', include: '**/*.sql' }], srcDir: './queries', nodrift: {}, ...json };
}

/** What each key for itself may say, and not together. */
function contradictions(path: string, text: string, json: unknown): readonly Diagnostic[] {
  const { transforms, nodrift } = Object(json) as Record<string, unknown>;
  const modes = Array.isArray(transforms) ? transforms.map((one): unknown => Object(one).mode) : [];
  const { migrations, schema, validators, factories, runtime } = Object(nodrift) as Record<string, unknown>;
  const ofOurRuntime = Object.entries({ validators, factories: factories || undefined });
  return [
    ...(modes.length > 0 && modes.every((mode) => mode === 'ts' || mode === 'ts-implicit')
      ? [
          problemAt(
            path,
            text,
            ['transforms'],
            'ND1010',
            'transforms: at least one of mode "sql" is needed.',
            'Queries inside TypeScript files are not supported: move them to .sql files.',
          ),
        ]
      : []),
    ...(runtime === '@pgtyped/runtime'
      ? ofOurRuntime
          .filter(([, value]) => value !== undefined)
          .map(([key]) =>
            problemAt(
              path,
              text,
              ['nodrift', key],
              'ND1010',
              `nodrift.${key} needs the runtime of nodrift.`,
              `Remove "${key}", or "runtime": "@pgtyped/runtime".`,
            ),
          )
      : []),
    ...(migrations !== undefined && schema !== undefined
      ? [
          problemAt(
            path,
            text,
            ['nodrift', 'schema'],
            'ND1010',
            'Both nodrift.migrations and nodrift.schema are given.',
            'Keep the one that the database is built from.',
          ),
        ]
      : []),
  ];
}

/**
 * Validates it again and again without its unknown keys, of which valibot names one for each object. Those that PgTyped
 * ignores in its own file are told apart.
 */
function validate(path: string, json: unknown) {
  const unknown: v.BaseIssue<unknown>[] = [];
  const ignored: v.BaseIssue<unknown>[] = [];
  for (;;) {
    const result = v.safeParse(ConfigSchema, json);
    const found = (result.issues ?? [])
      .filter(isUnknownKey)
      .filter((issue) => removeKey(json, issueKeys(issue)));
    if (found.length === 0) return { result, issues: [...unknown, ...(result.issues ?? [])], ignored };
    for (const issue of found)
      (!isOwnConfig(path) && isIgnoredByPgTyped(issue) ? ignored : unknown).push(issue);
  }
}

function removeKey(json: unknown, keys: readonly string[]): boolean {
  let at = json;
  for (const key of keys.slice(0, -1)) at = Object(at)[key];
  const last = keys.at(-1) ?? '';
  return Object.hasOwn(Object(at), last) && Reflect.deleteProperty(Object(at), last);
}

function typeScriptTransforms(file: ConfigFile): Pick<Config, 'typeScript'> {
  const typeScript = file.transforms.flatMap((transform) =>
    transform.mode === 'sql'
      ? []
      : [{ mode: transform.mode, include: transform.include, tag: transform.functionName ?? 'sql' }],
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

/** One name represents both sides. */
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
  if (nodrift.schema !== undefined)
    return { kind: 'schema', files: [nodrift.schema].flat().map((file) => resolve(root, file)) };
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
