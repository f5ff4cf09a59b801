import { join } from 'node:path';
import { DatabaseError } from 'pg';
import { analyse } from '../../../src/analysis/analyse.ts';
import { noTree } from '../../../src/analysis/wire.ts';
import { liveQueryError } from '../../../src/commands/live-database-errors.ts';
import { connectionLost } from '../../../src/connection-loss.ts';
import { lockMigrations } from '../../../src/database/migrations/migration-lock.ts';
import { openContainer } from '../../../src/database/openers/container.ts';
import { connectionFailure } from '../../../src/database/server/connection-failure.ts';
import { setForSession } from '../../../src/database/server/own-session.ts';
import { supportedVersion } from '../../../src/database/server/supported-version.ts';
import { type Diagnostic, internalError } from '../../../src/diagnostic.ts';
import type { ErrorCode } from '../../../src/error-codes.ts';
import { readStatements } from '../../../src/sql/read.ts';
import { testDatabase } from '../../../src/testing/index.ts';
import { type Project, project, type Ran } from '../../cli/support/cli.ts';
import { commitAll, git } from '../../cli/support/git.ts';
import { analysed } from '../../support/analysed.ts';
import { failureOf } from '../../support/failure.ts';
import { migration } from './queries.ts';

/** A module with a schema of a library that nodrift knows nothing of. */
const standard = (name: string) =>
  `export const ${name} = {\n  '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) },\n};\n`;

/** A project in which a command fails. */
export interface ProjectExample {
  readonly code: ErrorCode;
  /** The command line, without `nodrift`. */
  readonly command: string;
  /** Beside those of a healthy project; null: without this one. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** The files that the page shows. */
  readonly shown?: readonly string[];
  /** What the page says of what is not in a file. */
  readonly words?: string;
  /** Whether DATABASE_URL names an empty database of a server. */
  readonly server?: true;
  /** What is in its message, where that has no code. */
  readonly finds?: RegExp;
  /** What was done before. */
  readonly before?: (scene: Scene) => unknown;
  readonly mend: string;
}

/** A project in which a command will fail. */
export interface Scene extends Project {
  readonly run: (command: string) => Promise<Ran>;
  /** Runs SQL on the server. */
  readonly query: (sql: string) => Promise<unknown>;
  readonly env: Record<string, string>;
}

/** An error of circumstances that no test can make: its message is taken from where it is made. */
export interface MadeExample {
  readonly code: ErrorCode;
  readonly words: string;
  /** Absent: it is an error. */
  readonly severity?: 'warning';
  readonly found: () => Diagnostic | undefined | Promise<Diagnostic | undefined>;
  readonly mend: string;
}

/** What all of them have, where they do not say otherwise. */
export const healthy: Readonly<Record<string, string>> = {
  'nodrift.config.json': '{}\n',
  'migrations/1_cars.sql': `-- Up Migration\n${migration}-- Down Migration\nDROP TABLE cars;\n`,
  'queries/cars.sql': '/* @name AllCars :many */\nSELECT id, make FROM cars;\n',
};

const configured = (code: ErrorCode, text: string, mend: string, more: ProjectExample['files'] = {}) => ({
  code,
  command: 'check',
  files: { 'nodrift.config.json': text, ...more },
  shown: ['nodrift.config.json'],
  mend,
});
const migrated = (
  code: ErrorCode,
  path: string,
  text: string,
  mend: string,
  config = '{}\n',
  more: ProjectExample['files'] = {},
) => ({
  code,
  command: 'check',
  files: { [path]: text, 'nodrift.config.json': config, ...more },
  shown: [path],
  mend,
});
const ofTool = (format: string) =>
  `{ "nodrift": { "migrations": { "dir": "./migrations", "format": "${format}" } } }\n`;
const schemaFile = '{ "nodrift": { "schema": "./schema.sql" } }\n';

const scoped = (column: string) =>
  `{\n  "nodrift": {\n    "scopes": { "maker": { "parameter": "make", "tables": { "cars": "${column}" } } }\n  }\n}\n`;

/** PgTyped's own: queries are analysed on the database as it is. */
const existing =
  '{\n  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emitTemplate": "{{dir}}/{{name}}.queries.ts" }],\n  "srcDir": "./queries"\n}\n';

export const projectExamples: readonly ProjectExample[] = [
  { code: 'ND1001', command: 'generat', mend: 'Correct the command. `nodrift --help` lists them.' },
  {
    code: 'ND1002',
    command: 'check',
    files: { 'nodrift.config.json': null, 'queries/cars.sql': null },
    mend: 'Go to the folder of the project, or run `npx nodrift init` in it.',
  },
  {
    code: 'ND1003',
    command: 'check',
    files: { 'nodrift.config.json': null, 'nodrift.config.ts': 'export default settings;\n' },
    shown: ['nodrift.config.ts'],
    mend: 'Correct the module, or the permissions of the file.',
  },
  {
    code: 'ND1004',
    command: 'check',
    files: { 'nodrift.config.ts': 'export default {};\n' },
    mend: 'Delete one of them.',
  },
  configured(
    'ND1005',
    '{\n  "srcDir" "./queries"\n}\n',
    'Write valid JSON. Comments and trailing commas are allowed.',
  ),
  configured('ND1006', '[]\n', 'Write an object: `{}`.'),
  configured('ND1007', '{\n  "srcDri": "./queries"\n}\n', 'Correct the key.'),
  {
    code: 'ND1008',
    command: 'check',
    files: { 'nodrift.config.json': null, 'pgtyped.config.json': '{\n  "srcDir": "./queries"\n}\n' },
    shown: ['pgtyped.config.json'],
    mend: 'Add the key. In `nodrift.config.json` all keys have defaults.',
  },
  configured(
    'ND1009',
    '{\n  "nodrift": { "runtime": "node" }\n}\n',
    'Use one of the values that are listed.',
  ),
  configured(
    'ND1010',
    '{\n  "nodrift": { "migrations": "./migrations", "schema": "./schema.sql" }\n}\n',
    'Remove one of them.',
  ),
  configured(
    'ND1011',
    '{\n  "nodrift": { "types": { "public.cars.maker": "string" } }\n}\n',
    'Correct the key.',
  ),
  configured('ND1022', scoped('maker'), 'Correct the name of the table or column.'),
  {
    code: 'ND3020',
    command: 'check',
    files: { 'nodrift.config.json': scoped('make') },
    shown: ['nodrift.config.json', 'queries/cars.sql'],
    mend: 'Limit the query to one owner: `WHERE make = :make`. See [Rows that belong to an owner](scopes.md).',
  },
  {
    code: 'ND3023',
    command: 'check',
    files: {
      'nodrift.config.json':
        '{\n  "nodrift": { "distribution": { "cars": "make" }, "routing": "single-shard" }\n}\n',
    },
    shown: ['nodrift.config.json', 'queries/cars.sql'],
    mend: 'Limit the query to one value of the distribution column. See [One shard or all](scale.md#one-shard-or-all).',
  },
  configured(
    'ND1012',
    '{\n  "nodrift": { "types": { "int4": "Date" } }\n}\n',
    'Use a type that is listed, or `typesOverrides`.',
  ),
  configured(
    'ND1013',
    '{\n  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emitTemplate": "{{dir}}/{{nmae}}.ts" }]\n}\n',
    'Correct the placeholder.',
  ),
  configured(
    'ND1014',
    '{\n  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emitTemplate": "{{dir}}/queries.ts" }]\n}\n',
    'Use `{{name}}` in the template.',
    { 'queries/makes.sql': '/* @name Makes :many */\nSELECT make FROM cars;\n' },
  ),
  {
    code: 'ND1015',
    command: 'check',
    files: { 'queries/cars.sql': null, 'queries/cars.txt': '' },
    mend: 'Write a query into a `.sql` file below `queries/`, or correct `srcDir`.',
  },
  configured(
    'ND1016',
    '{\n  "transforms": [\n    { "mode": "sql", "include": "**/*.sql" },\n    { "mode": "ts", "include": "**/*.ts" }\n  ]\n}\n',
    'Move the queries to `.sql` files.',
    { 'queries/all.ts': 'const all = sql`SELECT 1 AS one`;\n' },
  ),
  {
    code: 'ND1017',
    command: 'check',
    files: { 'migrations/1_cars.sql': null, migrations: 'CREATE TABLE cars (id int);\n' },
    mend: 'Here `migrations` is a file: use a folder. In other cases correct the permissions.',
  },
  { code: 'ND1018', command: 'generate queries/car.sql', mend: 'Name a file below `srcDir`.' },
  {
    code: 'ND1019',
    command: 'check --url mysql://localhost/app',
    mend: 'Use `postgres://user@host:5432/database`.',
  },
  {
    code: 'ND1020',
    command: 'schema --diff main',
    mend: 'Name two schemas: `nodrift schema --diff main HEAD`.',
  },
  { code: 'ND1021', command: 'init', mend: 'Run `npm init -y` first.' },
  migrated(
    'ND4001',
    'migrations/2_colour.sql',
    '-- Up Migration\nALTER TABLE cras ADD colour text;\n',
    'Correct the migration. If it was rolled back, run it again.',
  ),
  migrated(
    'ND4003',
    'migrations/1_makes.up.sql',
    'CREATE TABLE makes (name text);\n',
    'Number the migrations differently.',
    ofTool('golang-migrate'),
    { 'migrations/1_cars.sql': null, 'migrations/1_cars.up.sql': migration },
  ),
  migrated('ND4004', 'migrations/2_fill.go', 'package migrations\n', 'Write it in SQL.', ofTool('goose'), {
    'migrations/1_cars.sql': null,
  }),
  migrated(
    'ND4005',
    'migrations/makes.sql',
    'CREATE TABLE makes (name text);\n',
    'Rename it: `2_makes.sql`.',
  ),
  migrated(
    'ND4006',
    'migrations/2_makes.sql',
    '-- migrate:up\nCREATE TABLE makes (name text);\n',
    'Set the tool of the migrations in the configuration.',
  ),
  migrated(
    'ND4007',
    'schema.sql',
    '\\i cars.sql\nCREATE TABLE makes (name text);\n',
    'Write the SQL itself.',
    schemaFile,
  ),
  migrated(
    'ND4008',
    'schema.sql',
    'CREATE TABLE cars (id int, make text);\nCOPY cars FROM stdin;\n1\tBMW\n\\.\n',
    'Dump the schema alone: `pg_dump --schema-only`.',
    schemaFile,
  ),
  migrated(
    'ND4013',
    'migrations/2_fill.js',
    "exports.up = () => { throw new Error('no file'); };\n",
    'Correct the program.',
  ),
  {
    code: 'ND4014',
    command: 'migrate status',
    files: { 'nodrift.config.json': schemaFile },
    mend: 'Configure `migrations`.',
  },
  { code: 'ND4015', command: 'migrate create colour/add', mend: 'Use letters, digits and hyphens.' },
  { code: 'ND4016', command: 'check', files: { 'migrations/1_cars.sql': null }, mend: 'Create the folder.' },
  {
    code: 'ND4017',
    command: 'migrate verify',
    files: { 'nodrift.config.json': ofTool('plain') },
    mend: 'Use a format that has down migrations.',
  },
  {
    code: 'ND5001',
    command: 'check --url postgres://127.0.0.1:1/app --as-is',
    mend: 'Start the server, or correct host and port.',
  },
  { code: 'ND5011', command: 'verify', mend: 'Pass `--url`, or set `DATABASE_URL`.' },
  configured(
    'ND5016',
    '{\n  "nodrift": { "extensions": ["timescaledb"] }\n}\n',
    'Use `"database": "server"` with a server that has it.',
  ),
  {
    code: 'ND6001',
    command: 'generate',
    files: { 'queries/cars.queries.ts': 'export const cars = 1;\n' },
    mend: 'Move the file away.',
  },
  {
    code: 'ND6002',
    command: 'generate',
    files: { 'queries/cars.queries.ts/a.txt': '' },
    mend: 'Move the directory away.',
  },
  {
    code: 'ND6003',
    command: 'generate',
    files: {
      'nodrift.config.json':
        '{\n  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emitTemplate": "generated/{{name}}.ts" }]\n}\n',
      generated: '',
    },
    mend: 'Here `generated` is a file: remove it. In other cases make the folder writable.',
  },
  configured(
    'ND6004',
    '{\n  "transforms": [{ "mode": "sql", "include": "**/*.sql", "emitTemplate": "../{{name}}.ts" }]\n}\n',
    'Write the modules into the project.',
  ),
  {
    code: 'ND7010',
    command: 'schema --compare schemas.ts',
    words:
      'There is no such file, or running it fails: a module that it imports is missing, or it throws an error.',
    mend: 'Name the module that exports the schemas.',
  },
  {
    code: 'ND7011',
    command: 'schema --compare schemas.js',
    files: { 'schemas.js': standard('carsInsert') },
    words: 'A schema can only be compared if its library can print it as JSON Schema.',
    mend: 'For Zod, install Zod 4. For Valibot, install `@valibot/to-json-schema`.',
  },
  {
    code: 'ND7012',
    command: 'schema --compare schemas.js',
    files: { 'schemas.js': standard('newCar') },
    mend: 'Export the schema by the name of what it describes: `export { newCar as carsInsert }`.',
  },
  { code: 'ND7001', command: 'impact --since main', mend: 'Run it in a clone of the repository.' },
  {
    code: 'ND7007',
    command: 'impact --migration 2_colour.sql',
    mend: 'Name a file of the folder of migrations.',
  },
  {
    code: 'ND7009',
    command: 'impact',
    files: { 'nodrift.config.json': schemaFile, 'schema.sql': migration },
    mend: 'Name a commit: `--since main`.',
  },
  {
    code: 'ND2025',
    command: 'check',
    server: true,
    before: ({ query }) => query(migration),
    files: {
      'nodrift.config.json': null,
      'pgtyped.config.json': existing,
      'queries/cars.sql': '/* @name Others */\nSELECT id FROM cars WHERE :make != make;\n',
    },
    shown: ['queries/cars.sql'],
    words: 'In a project that uses PgTyped, it is a warning:',
    mend: 'Write `<>`, or `:make! =`.',
  },
  {
    code: 'ND3014',
    command: 'impact --migration 2_colour.sql',
    finds: /required column/,
    files: {
      'migrations/2_colour.sql': '-- Up Migration\nALTER TABLE cars ADD colour text NOT NULL;\n',
      'queries/cars.sql': '/* @name AddCar :exec */\nINSERT INTO cars (id, make) VALUES (:id, :make);\n',
    },
    shown: ['queries/cars.sql', 'migrations/2_colour.sql'],
    mend: 'Add the column with a default, or deploy in [steps](deploying.md).',
  },
  {
    code: 'ND4009',
    command: 'migrate up',
    server: true,
    before: async ({ run, put }) => {
      put('migrations/3_makes.sql', '-- Up Migration\nCREATE TABLE makes (name text);\n');
      await run('migrate up');
      put('migrations/2_colour.sql', '-- Up Migration\nALTER TABLE cars ADD colour text;\n');
    },
    words: 'The database has run `3_makes.sql`, and then `2_colour.sql` was added.',
    mend: 'Give the new migration a later number: `4_colour.sql`.',
  },
  {
    code: 'ND4011',
    command: 'migrate down',
    server: true,
    before: async ({ run, put, remove }) => {
      put('migrations/2_colour.sql', '-- Up Migration\nALTER TABLE cars ADD colour text;\n');
      await run('migrate up');
      remove('migrations/2_colour.sql');
    },
    words: 'The database has run `2_colour.sql`, which was deleted then.',
    mend: 'Restore the file.',
  },
  {
    code: 'ND4012',
    command: 'migrate down',
    server: true,
    files: { 'migrations/2_colour.sql': '-- Up Migration\nALTER TABLE cars ADD colour text;\n' },
    shown: ['migrations/2_colour.sql'],
    before: ({ run }) => run('migrate up'),
    mend: 'Write the part `-- Down Migration`.',
  },
  {
    code: 'ND5007',
    command: 'check',
    server: true,
    files: { 'nodrift.config.json': '{ "nodrift": { "database": "server" } }\n' },
    shown: ['nodrift.config.json'],
    before: async ({ query, env }) => {
      const role = `reader_${process.pid}`;
      await query(`CREATE ROLE ${role} LOGIN`);
      env.DATABASE_URL = Object.assign(new URL(env.DATABASE_URL ?? ''), { username: role }).href;
    },
    mend: '`ALTER ROLE … CREATEDB`, or use the embedded database.',
  },
  {
    code: 'ND5012',
    command: 'verify --role app',
    server: true,
    before: ({ run }) => run('migrate up'),
    mend: 'Name the role of the application.',
  },
  {
    code: 'ND5018',
    command: 'verify --engine citus',
    server: true,
    before: ({ run }) => run('migrate up'),
    mend: 'Pass the coordinator of Citus as `--url`, or omit `--engine`.',
  },
  {
    code: 'ND6005',
    command: 'check --format github',
    words:
      '`check --format github` and `--format sarif` report each file that `generate` would write or remove:',
    mend: 'Run `nodrift generate`, and commit what it writes.',
  },
  {
    code: 'ND7002',
    command: 'impact --since origin/main',
    before: ({ root }) => commitAll(root),
    words: 'The clone does not have the branch.',
    mend: 'In CI fetch the history: `fetch-depth: 0`.',
  },
  {
    code: 'ND7004',
    command: 'schema --diff HEAD~1 HEAD',
    before: ({ root }) => {
      git(root, 'init', '--quiet');
      git(root, 'commit', '--quiet', '--allow-empty', '--message', 'first');
      commitAll(root);
    },
    words: 'The migrations came with the last commit.',
    mend: 'Name a later commit.',
  },
  {
    code: 'ND7005',
    command: 'impact --since HEAD',
    before: ({ root, put, text }) => {
      const config = text('nodrift.config.json');
      put('nodrift.config.json', '{ "srcDri": "." }\n');
      commitAll(root);
      put('nodrift.config.json', config);
    },
    words: 'The configuration of that commit has an unknown key.',
    mend: 'Name another commit.',
  },
  {
    code: 'ND7006',
    command: 'impact --pending URL',
    server: true,
    files: { 'nodrift.config.json': ofTool('plain'), 'migrations/1_cars.sql': migration },
    shown: ['nodrift.config.json'],
    words: 'Plain `.sql` files have no history in the database:',
    mend: 'Use `--since` or `--migration`.',
  },
  {
    code: 'ND7008',
    command: 'impact --since HEAD',
    files: { 'nodrift.config.json': null, 'pgtyped.config.json': existing },
    shown: ['pgtyped.config.json'],
    before: ({ root, remove }) => {
      remove('migrations/1_cars.sql');
      commitAll(root);
    },
    mend: 'Configure `migrations` or `schema`.',
  },
  {
    code: 'ND7003',
    command: 'impact --since HEAD',
    words: 'git reports another error, such as a `.git/config` that it cannot read.',
    before: ({ root, put }) => {
      commitAll(root);
      put('.git/config', 'no section\n');
    },
    mend: 'Run the same git command, for example `git status`, and follow its message.',
  },
];

const server = 'db.example.com:5432/app';
const connecting = (error: Error) => connectionFailure(error, { server, isDefault: false }).diagnostics[0];
const refusal = Object.assign(
  new DatabaseError('password authentication failed for user "app"', 0, 'error'),
  { code: '28P01' },
);

export const madeExamples: readonly MadeExample[] = [
  {
    code: 'ND3013',
    words: 'A pooler or a compatible database does not send the notices of `debug_print_parse`.',
    found: () => noTree().diagnostics[0],
    mend: 'Connect to PostgreSQL itself, or use the embedded database.',
  },
  {
    code: 'ND5002',
    words: 'Neither `DATABASE_URL=postgres://app@db.example.com/app` nor `PGPASSWORD` has the password.',
    found: () => connecting(new Error('SASL: client password must be a string')),
    mend: '`DATABASE_URL=postgres://app:secret@db.example.com/app`',
  },
  {
    code: 'ND5003',
    words: 'The URL has `sslmode=require`, and the server has no TLS.',
    found: () => connecting(new Error('The server does not support SSL connections')),
    mend: 'Set `sslmode=disable` if the network can be trusted.',
  },
  {
    code: 'ND5004',
    words: 'The certificate of the server is signed by an authority that Node does not know.',
    found: () =>
      connecting(
        Object.assign(new Error('self-signed certificate in certificate chain'), {
          code: 'SELF_SIGNED_CERT_IN_CHAIN',
        }),
      ),
    mend: 'Add `sslrootcert=FILE` to the URL.',
  },
  {
    code: 'ND5005',
    words:
      'The user, password, database or `pg_hba.conf` is wrong, or all connections are in use. The SQLSTATE tells which.',
    found: () => connecting(refusal),
    mend: 'Follow the hint.',
  },
  {
    code: 'ND5006',
    words: 'The server ended the connection, or the network did.',
    found: () => connectionLost(new Error('Connection terminated unexpectedly')).diagnostics[0],
    mend: 'Run the command again. The log of the server may have the reason.',
  },
  {
    code: 'ND5008',
    words: 'The server is older than PostgreSQL 14.',
    found: async () => {
      const old = {
        query: async () => ({ rows: [{ major: 13, version: '13.21' }] }),
        ...{ host: 'db.example.com', port: 5432, database: 'app' },
      };
      return (await failureOf(() => supportedVersion(old as never))).diagnostics[0];
    },
    mend: 'Use a later server, or the embedded database.',
  },
  {
    code: 'ND5010',
    words:
      'A query of `verify`, `schema` or `impact` fails on the live database: a timeout, or a privilege that is missing.',
    found: () => liveQueryError('canceling statement due to lock timeout', '55P03').diagnostics[0],
    mend: 'The SQLSTATE says which. Follow the hint.',
  },
  {
    code: 'ND9001',
    words: 'nodrift itself fails. The exit code is 70, and the other queries are still checked.',
    found: () => {
      const { stack: _, ...found } = internalError(
        new TypeError("Cannot read properties of undefined (reading 'tag')"),
        { name: 'AllCars', file: 'queries/cars.sql', line: 1, column: 10 },
        '/* @name AllCars :many */',
      );
      return found;
    },
    mend: 'Please report the output, with the statement and its tables.',
  },
  {
    code: 'ND4010',
    words: 'Another process migrates this database.',
    found: async () => {
      const busy = {
        query: async (sql: string) => ({
          rows: [
            sql.includes('pg_locks') ? { who: 'process 4711, nodrift, since 2026-11-30 09:00:00+00' } : {},
          ],
        }),
      };
      return (await failureOf(() => lockMigrations(busy as never, 0))).diagnostics[0];
    },
    mend: 'Wait for it: `nodrift migrate up --wait 60`.',
  },
  {
    code: 'ND5017',
    words:
      '`testDatabase` is called in a project whose queries are analysed on the existing schema of a database.',
    found: async () => {
      const { root } = project({ 'pgtyped.config.json': existing, 'queries/cars.sql': '' });
      const config = join(root, 'pgtyped.config.json');
      return (await failureOf(() => testDatabase({ config }))).diagnostics[0];
    },
    mend: 'Configure `migrations`.',
  },
  {
    code: 'ND3010',
    severity: 'warning',
    words:
      'A statement is nested so deeply, or has so many conditions, that its analysis reaches its limit of steps. This is a\nwarning: a type can have `null`, or be `Json`, though more could be proven.',
    found: async () => {
      const text = '/* @name CarTree :many */\nSELECT id, make, price FROM cars WHERE …;\n';
      const { statements } = readStatements('queries/cars.sql', text.replace('…', 'price > 0'));
      const { client, close } = await analysed('PGlite', migration);
      const texts = new Map([['queries/cars.sql', text]]);
      const found = analyse(client, statements, { texts, lenientParameters: false, stepBudget: 1 });
      return (await found.finally(close)).warnings[0];
    },
    mend: 'Split the statement, or nest its conditions less deeply.',
  },
  {
    code: 'ND5009',
    words:
      'A pooler such as PgBouncer gives each transaction another connection to the server, so that the settings of one\nsession would affect others.',
    found: async () => {
      const server = { host: 'db.example.com', port: 6432, database: 'app', user: 'app' };
      // Its settings do not stay, and there is no second connection to see it with.
      const client = { ...server, query: async () => ({ rows: [{ direct: false, marked: false }] }) };
      const elsewhere = { ...server, host: '127.0.0.1', port: 1 };
      const set = () => setForSession(client as never, elsewhere, 'statement_timeout = 0');
      return (await failureOf(set)).diagnostics[0];
    },
    mend: 'Connect to [the server itself](scale.md#pgbouncer).',
  },
  {
    code: 'ND5013',
    words: '`"database": "container"` needs a package that is not among the dependencies of nodrift.',
    found: () =>
      container(() => Promise.reject(Object.assign(new Error(), { code: 'ERR_MODULE_NOT_FOUND' }))),
    mend: '`npm i -D testcontainers`',
  },
  {
    code: 'ND5014',
    words: '`"database": "container"` needs Docker or a compatible engine.',
    found: () => container(failingContainer('Could not find a working container runtime strategy')),
    mend: 'Start it, or use the embedded database.',
  },
  {
    code: 'ND5015',
    words:
      'The image cannot be pulled, or PostgreSQL does not start in it. The message has the reason of the engine.',
    found: () =>
      container(
        failingContainer('(HTTP code 404) no such container - manifest for postgres:81 not found'),
        'postgres:81',
      ),
    mend: 'Correct the name of the image.',
  },
];

type Load = NonNullable<Parameters<typeof openContainer>[4]>;

/** What openContainer reports. */
async function container(load: Load, image = 'postgres:18-alpine'): Promise<Diagnostic | undefined> {
  return (await failureOf(() => openContainer({} as never, [], image, undefined, load))).diagnostics[0];
}

/** testcontainers, whose containers do not start. */
function failingContainer(reason: string): Load {
  const builder: object = new Proxy(
    {},
    { get: (_, name) => (name === 'start' ? () => Promise.reject(new Error(reason)) : () => builder) },
  );
  const GenericContainer = new Proxy(class {}, { construct: () => builder });
  const loaded = { GenericContainer, Wait: { forListeningPorts() {} } };
  return async () => loaded as never;
}
