import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/diagnostic.ts';
import { loadConfig } from '../../src/project/load-config.ts';
import { failureOf } from '../support/failure.ts';
import fc from '../support/fast-check.ts';
import { makeProject } from '../support/project.ts';

const minimal = { transforms: [{ mode: 'sql', include: '**/*.sql' }], srcDir: './src' };
const noEnvironment = {};

function load(
  config: object | string,
  env: Record<string, string | undefined> = noEnvironment,
  dotEnv?: string,
) {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
  using project = makeProject({
    'pgtyped.config.json': text,
    ...(dotEnv !== undefined && { '.env': dotEnv }),
  });
  const loaded = loadConfig(project.path('pgtyped.config.json'), env);
  const inRoot = (path: string) => path.replace(project.root, '<root>').replaceAll('\\', '/');
  return {
    ...loaded,
    path: inRoot(loaded.path),
    root: inRoot(loaded.root),
    srcDir: inRoot(loaded.srcDir),
    sharedTypes: inRoot(loaded.sharedTypes),
    inRoot,
  };
}

async function diagnosticOf(config: object | string) {
  const failure = await failureOf(() => load(config));
  expect(failure.exitCode).toBe(2);
  expect(failure.diagnostics).toHaveLength(1);
  return failure.diagnostics[0];
}

describe('without the key nodrift, everything is as PgTyped does it', () => {
  test('defaults', () => {
    const { inRoot: _, ...config } = load(minimal);
    expect(config).toEqual({
      path: '<root>/pgtyped.config.json',
      text: JSON.stringify(minimal, null, 2),
      root: '<root>',
      srcDir: '<root>/src',
      transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.ts' }],
      camelCaseColumnNames: false,
      hungarianNotation: true,
      nonEmptyArrayParams: false,
      failOnError: false,
      typesOverrides: {},
      database: {
        kind: 'server',
        connection: { host: '127.0.0.1', port: 5432, user: 'postgres', database: 'postgres' },
        asIs: true,
      },
      connection: { host: '127.0.0.1', port: 5432, user: 'postgres', database: 'postgres' },
      source: { kind: 'none' },
      searchPath: null,
      extensions: [],
      types: {},
      runtime: '@pgtyped/runtime',
      sharedTypes: '<root>/src/schema.types.ts',
      dropIn: true,
    });
  });

  test.each([
    ['pgtyped.config.js', 'module.exports = CONFIG;'],
    ['pgtyped.config.cjs', 'exports.srcDir = CONFIG.srcDir; exports.transforms = CONFIG.transforms;'],
    ['pgtyped.config.mjs', 'export default CONFIG;'],
  ])('%s is a module', (name, text) => {
    using project = makeProject({ [name]: text.replaceAll('CONFIG', `(${JSON.stringify(minimal)})`) });
    expect(loadConfig(project.path(name), noEnvironment)).toMatchObject({
      srcDir: project.path('src'),
      dropIn: true,
    });
  });

  test('every key of PgTyped is taken', () => {
    const config = load({
      transforms: [
        { mode: 'sql', include: 'a.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts', emitFileName: 'x' },
      ],
      srcDir: 'queries',
      failOnError: true,
      camelCaseColumnNames: true,
      hungarianNotation: false,
      nonEmptyArrayParams: true,
      maxWorkerThreads: 4,
      dbUrl: 'postgres://u:p@h:1/d',
      db: {
        host: 'h2',
        port: 2,
        user: 'u2',
        password: 'p2',
        dbName: 'd2',
        ssl: { rejectUnauthorized: false },
      },
      typesOverrides: { date: 'string', int8: { parameter: 'bigint | number' }, json: { return: './x#X' } },
    });
    expect(config).toMatchObject({
      failOnError: true,
      camelCaseColumnNames: true,
      hungarianNotation: false,
      nonEmptyArrayParams: true,
      typesOverrides: {
        date: { parameter: 'string', return: 'string' },
        int8: { parameter: 'bigint | number' },
        json: { return: './x#X' },
      },
      database: {
        connection: { connectionString: 'postgres://u:p@h:1/d', ssl: { rejectUnauthorized: false } },
      },
    });
  });
});

describe('with the key nodrift', () => {
  test('defaults', () => {
    expect(load({ ...minimal, nodrift: {} })).toMatchObject({
      transforms: [{ emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
      hungarianNotation: false,
      database: { kind: 'embedded' },
      runtime: 'nodrift',
      dropIn: false,
      sharedTypes: '<root>/src/schema.types.ts',
    });
    expect(load({ ...minimal, nodrift: {} }).connection).toBeUndefined();
  });

  test('migrations are a folder, or a folder and a format, or a schema file', () => {
    const source = (nodrift: object) => {
      const config = load({ ...minimal, nodrift });
      return JSON.parse(config.inRoot(JSON.stringify(config.source)));
    };
    expect(source({})).toEqual({ kind: 'migrations', dir: '<root>/migrations', format: 'node-pg-migrate' });
    expect(source({ migrations: './db' })).toEqual({
      kind: 'migrations',
      dir: '<root>/db',
      format: 'node-pg-migrate',
    });
    expect(source({ migrations: { dir: 'db', format: 'plain' } })).toEqual({
      kind: 'migrations',
      dir: '<root>/db',
      format: 'plain',
    });
    expect(source({ schema: 'schema.sql' })).toEqual({ kind: 'schema', files: ['<root>/schema.sql'] });
  });

  test('databases', () => {
    const database = (value: unknown) => load({ ...minimal, nodrift: { database: value } }).database;
    expect(database('embedded')).toEqual({ kind: 'embedded' });
    expect(database('server')).toEqual({ kind: 'server', connection: null, asIs: false });
    expect(database('container')).toEqual({ kind: 'container', image: 'postgres:18-alpine' });
    expect(database({ kind: 'container', image: 'postgis/postgis:17-3.5' })).toEqual({
      kind: 'container',
      image: 'postgis/postgis:17-3.5',
    });
  });

  test('the rest', () => {
    const nodrift = {
      searchPath: ['app', 'public'],
      extensions: ['citext'],
      types: { numeric: 'decimal.js#Decimal' },
      runtime: '@pgtyped/runtime',
      sharedTypes: 'src/db/types.ts',
      importExtension: 'ts',
    };
    expect(load({ ...minimal, nodrift })).toMatchObject({
      ...nodrift,
      sharedTypes: '<root>/src/db/types.ts',
      hungarianNotation: true,
      dropIn: false,
    });
  });
});

describe('the server comes from', () => {
  const connection = (config: object, env: Record<string, string | undefined> = {}, dotEnv?: string) =>
    load({ ...minimal, nodrift: { database: 'server' }, ...config }, env, dotEnv).connection;

  test('PGURI, then DATABASE_URL, then dbUrl', () => {
    const config = { dbUrl: 'postgres://file/d' };
    expect(connection(config)).toEqual({ connectionString: 'postgres://file/d' });
    expect(connection(config, { DATABASE_URL: 'postgres://env/d' })).toEqual({
      connectionString: 'postgres://env/d',
    });
    expect(connection(config, { DATABASE_URL: 'postgres://env/d', PGURI: 'postgres://uri/d' })).toEqual({
      connectionString: 'postgres://uri/d',
    });
  });

  test('the PG* variables before the URL, and db for what the URL omits', () => {
    const config = { dbUrl: 'postgres://u@h/d', db: { host: 'x', user: 'x', port: 7, password: 'secret' } };
    expect(connection(config)).toEqual({ connectionString: 'postgres://u@h/d', port: 7, password: 'secret' });
    expect(connection(config, { PGHOST: 'other', PGPORT: '6543' })).toEqual({
      connectionString: 'postgres://u@h/d',
      host: 'other',
      port: 6543,
      password: 'secret',
    });
  });

  test('a .env file, which the real environment overrules and which does not change it', () => {
    const dotEnv = 'DATABASE_URL=postgres://dotenv/d\nNODRIFT_TEST_ONLY=1\n';
    expect(connection({}, {}, dotEnv)).toEqual({ connectionString: 'postgres://dotenv/d' });
    expect(connection({}, { DATABASE_URL: 'postgres://real/d' }, dotEnv)).toEqual({
      connectionString: 'postgres://real/d',
    });
    expect(process.env.NODRIFT_TEST_ONLY).toBeUndefined();
  });

  test('nowhere, if nothing names one', () => {
    expect(connection({}, { PGHOST: '', DATABASE_URL: '' })).toBeUndefined();
  });
});

describe('mistakes are reported at their positions', () => {
  test('no such file', async () => {
    const failure = await failureOf(() => loadConfig('/nowhere/pgtyped.config.json'));
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message: 'There is no configuration at /nowhere/pgtyped.config.json.',
      hint: 'Name it with --config FILE, or create one with `nodrift init`.',
    });
  });

  test.each([
    ['a comma missing', '{\n  "srcDir": "x"\n  "transforms": []\n}', 3, 3, 'comma expected'],
    ['an end too early', '{"srcDir": "x"', 1, 15, 'close brace expected'],
    ['an empty file', '', 1, 1, 'value expected'],
  ])('malformed JSON: %s', async (_, text, line, column, reason) => {
    expect(await diagnosticOf(text)).toEqual({
      file: 'pgtyped.config.json',
      line,
      column,
      code: 'ND1005',
      message: `The configuration is not valid JSON: ${reason}.`,
      sqlstate: null,
      hint: null,
      excerpt: text.split('\n')[line - 1],
    });
  });

  test('several mistakes are said in one run, each at its place', async () => {
    const failure = await failureOf(() =>
      load({
        transform: minimal.transforms,
        srcDir: 7,
        nodrift: { migrations: 'a', schema: 'b', searchpath: [] },
      }),
    );
    const said = failure.diagnostics.map(({ line, message, hint }) => [line, message, hint]);
    expect(said).toEqual([
      [2, 'Unknown key transform.', 'Did you mean "transforms"?'],
      [8, 'srcDir must be a string, not 7.', null],
      [
        11,
        'Both nodrift.migrations and nodrift.schema are given.',
        'Keep the one that the database is built from.',
      ],
      [12, 'Unknown key nodrift.searchpath.', 'Did you mean "searchPath"?'],
    ]);
    const malformed = await failureOf(() => load('{ "srcDir" "x",\n  "transforms" [] }'));
    expect(malformed.diagnostics.map(({ line }) => line)).toEqual([1, 2]);
    const [word] = (await failureOf(() => load('srcDir'))).diagnostics;
    expect(word?.message).toBe('The configuration is not valid JSON: invalid symbol.');
  });

  test('comments and trailing commas are allowed', () => {
    const text = `{
      // where they are
      "srcDir": "./src", /* all of them */
      "transforms": [{ "mode": "sql", "include": "**/*.sql", }],
    }`;
    expect(load(text).srcDir).toBe('<root>/src');
  });

  test('a byte order mark is not an error', () => {
    expect(load(`\uFEFF${JSON.stringify(minimal)}`).dropIn).toBe(true);
  });

  test('an unknown key, with the one that is meant', async () => {
    expect(await diagnosticOf({ ...minimal, nodrift: { searchpath: ['app'] } })).toEqual({
      file: 'pgtyped.config.json',
      line: 10,
      column: 5,
      code: 'ND1007',
      message: 'Unknown key nodrift.searchpath.',
      sqlstate: null,
      hint: 'Did you mean "searchPath"?',
      excerpt: '    "searchpath": [',
    });
  });

  test.each<[object, string, string | null]>([
    [
      { ...minimal, camelCaseColumNames: true },
      'Unknown key camelCaseColumNames.',
      'Did you mean "camelCaseColumnNames"?',
    ],
    [
      { ...minimal, nodrift: { database: { kind: 'container', imagge: 'x' } } },
      'Unknown key nodrift.database.imagge.',
      'Did you mean "image"?',
    ],
    [
      { ...minimal, nodrift: { zzz: 1 } },
      'Unknown key nodrift.zzz.',
      'Known here: database, migrations, schema, searchPath, extensions, types, runtime, verify, large, scopes, distribution, routing, validators, factories, sharedTypes, importExtension, outside.',
    ],
    [
      { ...minimal, nodrift: { __proto__x: 1 } },
      'Unknown key nodrift.__proto__x.',
      expect.stringMatching(/^Known here: /),
    ],
    [
      { ...minimal, transforms: [{ mode: 'ts', include: 'x' }] },
      'transforms: at least one of mode "sql" is needed.',
      'Queries inside TypeScript files are not supported: move them to .sql files.',
    ],
    [{ ...minimal, db: { hosts: 'x', schema: 'public' } }, 'Unknown key db.hosts.', 'Did you mean "host"?'],
    [{ transforms: minimal.transforms }, 'The key srcDir is missing.', null],
    [{ ...minimal, srcDir: 7 }, 'srcDir must be a string, not 7.', null],
    [{ ...minimal, failOnError: 'yes' }, 'failOnError must be true or false, not "yes".', null],
    [{ ...minimal, transforms: {} }, 'transforms must be an array, not an object.', null],
    [{ ...minimal, transforms: [] }, 'transforms: at least one transform is needed.', null],
    [
      { ...minimal, nodrift: { database: 'embeded' } },
      'nodrift.database must be "embedded", "server", "container" or an object, not "embeded".',
      'Did you mean "embedded"?',
    ],
    [
      { ...minimal, nodrift: { runtime: 'pgtyped' } },
      'nodrift.runtime must be "nodrift" or "@pgtyped/runtime", not "pgtyped".',
      null,
    ],
    [
      { ...minimal, nodrift: { migrations: { dir: 'x', format: 'plan' } } },
      'nodrift.migrations.format must be "node-pg-migrate", "plain", "goose", "dbmate", "golang-migrate", "prisma", "sql-migrate" or "tern", not "plan".',
      'Did you mean "plain"?',
    ],
    [
      { ...minimal, typesOverrides: { date: 5 } },
      'typesOverrides.date must be a string or an object, not 5.',
      null,
    ],
    [
      { ...minimal, nodrift: { migrations: 'a', schema: 'b' } },
      'Both nodrift.migrations and nodrift.schema are given.',
      'Keep the one that the database is built from.',
    ],
    [[], 'The configuration must be an object, not an array.', null],
    [{ ...minimal, db: { port: 5.5 } }, expect.stringMatching(/^db\.port: Invalid integer/), null],
  ])('%j', async (config, message, hint) => {
    expect(await diagnosticOf(config)).toMatchObject({ file: 'pgtyped.config.json', message, hint });
  });

  test('a .env file that cannot be read', async () => {
    if (process.getuid?.() === 0 || process.platform === 'win32') return;
    using project = makeProject({ 'pgtyped.config.json': JSON.stringify(minimal), '.env': 'A=1' });
    chmodSync(project.path('.env'), 0);
    const failure = await failureOf(() => loadConfig(project.path('pgtyped.config.json'), {}));
    expect(failure.diagnostics[0]?.message).toBe('.env cannot be read: permission denied (EACCES).');
  });
});

test('keys that PgTyped ignores, and blocks for TypeScript files, are accepted', () => {
  const config = load(
    JSON.stringify({
      transforms: [
        { mode: 'sql', include: '**/*.sql', watched: true },
        { mode: 'ts', include: '**/*.ts', emitTemplate: '{{dir}}/{{name}}.types.ts' },
        { mode: 'ts-implicit', include: 'x', functionName: 'query', emitFileName: 'x' },
      ],
      srcDir: './queries',
      db: { dbName: 'postgres', schema: 'public', dbUrl: 'x' },
      anything: { else: 1 },
    }),
  );
  expect(config.transforms).toMatchObject([{ include: '**/*.sql' }]);
  expect(config.typeScript).toEqual([
    { mode: 'ts', include: '**/*.ts', tag: 'sql' },
    { mode: 'ts-implicit', include: 'x', tag: 'query' },
  ]);
});

test('any JSON is a configuration, or is refused at a place in the file', () => {
  const key = fc.constantFrom(
    'srcDir',
    'transforms',
    'nodrift',
    'database',
    'db',
    'mode',
    'typesOverrides',
    '__proto__',
    '',
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('sql', 'embedded', null, true, 1, './x', {}, []),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));
  const merged = fc.oneof(
    json,
    json.map((value) => ({ ...minimal, ...Object(value) })),
  );
  fc.assert(
    fc.property(merged, (value) => {
      try {
        load(JSON.stringify(value));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(error.exitCode).toBe(2);
        for (const { message, line, file } of error.diagnostics) {
          expect(message).not.toMatch(/undefined|\[object/);
          expect(line).toBeGreaterThan(0);
          expect(file).toBe('pgtyped.config.json');
        }
      }
    }),
  );
});
