import type { ErrorCode } from '../../../src/error-codes.ts';
import { migration } from './queries.ts';

/** A project in which a command fails. */
export interface ProjectExample {
  readonly code: ErrorCode;
  /** The command line, without `nodrift`. */
  readonly command: string;
  /** Beside those of a healthy project; null: without this one. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** The files that the page shows. */
  readonly shown?: readonly string[];
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
];

/** Errors that take a server, an engine or a fault of its own to show; other tests see them. */
export const inWords: Partial<Readonly<Record<ErrorCode, readonly [cause: string, mend: string]>>> = {
  ND2025: [
    'A project that uses PgTyped has `:name != x`. PgTyped reads the `!` as a mark. It is a warning.',
    'Write `<>`, or `:name! =`.',
  ],
  ND3010: [
    'The analysis of the statement reached its limit of steps. It is a warning.',
    'Split the statement.',
  ],
  ND3013: [
    'A pooler or a compatible database does not send the notices of `debug_print_parse`.',
    'Connect to PostgreSQL itself, or use the embedded database.',
  ],
  ND3014: [
    '`impact` reports it: a migration adds a required column, which an INSERT of the running code omits.',
    'Add the column with a default, or deploy in [steps](deploying.md).',
  ],
  ND4009: [
    'A database has run a later migration than one that is pending.',
    'Give the new migration a later number.',
  ],
  ND4010: ['Another process migrates this database.', 'Wait for it: `nodrift migrate up --wait 60`.'],
  ND4011: ['`migrate down` needs a file that was deleted after its migration had run.', 'Restore the file.'],
  ND4012: [
    '`migrate down` needs a down migration, and the file has none.',
    'Write the part `-- Down Migration`.',
  ],
  ND5002: [
    'The server requires a password, and neither the URL nor `PGPASSWORD` has one.',
    'Set it in `DATABASE_URL`.',
  ],
  ND5003: [
    'The URL has `sslmode=require`, and the server has no TLS.',
    'Set `sslmode=disable` if the network can be trusted.',
  ],
  ND5004: [
    'The certificate of the server is signed by an authority that Node does not know.',
    'Add `sslrootcert=FILE` to the URL.',
  ],
  ND5005: [
    'The user, password, database or `pg_hba.conf` is wrong, or all connections are in use. The SQLSTATE tells which.',
    'Follow the hint.',
  ],
  ND5006: [
    'The server ended the connection, or the network did.',
    'Run the command again. The log of the server may have the reason.',
  ],
  ND5007: [
    '`"database": "server"` makes a scratch database, and the role may not.',
    '`ALTER ROLE … CREATEDB`, or use the embedded database.',
  ],
  ND5008: ['The server is older than PostgreSQL 14.', 'Use a later server, or the embedded database.'],
  ND5009: [
    'A pooler gives each transaction another connection, so a session cannot keep its settings.',
    'Connect to [the server itself](scale.md#pgbouncer).',
  ],
  ND5010: [
    'A query of `verify`, `schema` or `impact` fails on the live database: a timeout, or a privilege that is missing.',
    'The SQLSTATE says which. Follow the hint.',
  ],
  ND5012: [
    '`verify --role` names a role that the database does not have.',
    'Name the role of the application.',
  ],
  ND5013: [
    '`"database": "container"` needs a package that is not among the dependencies of nodrift.',
    '`npm i -D testcontainers`',
  ],
  ND5014: [
    '`"database": "container"` needs Docker or an engine like it.',
    'Start it, or use the embedded database.',
  ],
  ND5015: ['The image cannot be pulled, or PostgreSQL does not start in it.', 'Check the name of the image.'],
  ND5017: [
    '`testDatabase` is called in a project whose queries are analysed on the existing schema of a database.',
    'Configure `migrations`.',
  ],
  ND6005: [
    '`check --format github` and `--format sarif` report each file that `generate` would write or remove.',
    'Run `nodrift generate`, and commit what it writes.',
  ],
  ND7002: [
    '`--since` names a commit, a branch or a tag that the clone does not have.',
    'In CI fetch the history: `fetch-depth: 0`.',
  ],
  ND7003: ['git fails. The message has its error.', 'Run the same git command.'],
  ND7004: [
    '`schema --diff` or `impact --since` looks for the migrations in a commit that did not have them yet.',
    'Name a later commit.',
  ],
  ND7005: [
    '`impact --since` reads the configuration of the commit too, and that one is wrong.',
    'Name another commit.',
  ],
  ND7006: [
    '`--pending` asks a database for its migration history, and it has none.',
    'Use `--since` or `--migration`.',
  ],
  ND7008: [
    '`impact` and `schema` need migrations or a schema file, and the configuration has neither.',
    'Configure `migrations` or `schema`.',
  ],
  ND9001: [
    'nodrift itself fails. The exit code is 70, and the other queries are still checked.',
    'Please report the output, with the statement and its tables.',
  ],
};
