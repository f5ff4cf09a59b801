import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.ts';
import {
  createPrefixDatabases,
  type PrefixDatabases,
} from '../../../src/database/openers/prefix-database.ts';
import { readSchemaFiles, type SchemaFile } from '../../../src/project/schema-files.ts';
import { failureOf } from '../../support/failure.ts';
import type { NativeServer } from '../../support/native-server.ts';
import { ownServer } from '../../support/postgres.ts';
import { makeProject, type TestProject } from '../../support/project.ts';
import { configOf, onServer, rows } from '../open.ts';

let server: NativeServer;
let admin: Client;
let project: TestProject;
let prefixes: PrefixDatabases;
let filesBefore: readonly SchemaFile[] | undefined;

beforeAll(async () => {
  server = ownServer(18, {});
  admin = new Client({ connectionString: server.url });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  server?.stop();
});
beforeEach(() => {
  project = makeProject({});
  prefixes = createPrefixDatabases();
  filesBefore = undefined;
});
afterEach(async () => {
  await prefixes.close();
  project[Symbol.dispose]();
  expect(await scratch()).toEqual([]);
});

async function scratch(): Promise<readonly string[]> {
  const found = await rows(
    { client: admin },
    "SELECT datname FROM pg_database WHERE starts_with(datname, 'nodrift_scratch_') ORDER BY 1",
  );
  return found.flat().map(String);
}

type Files = Readonly<Record<string, string>>;

interface Opened {
  /** The numbers of the migrations that ran. */
  readonly ran: readonly number[];
  /** Every column that there is, and what was noted. */
  readonly made: unknown;
}

async function open(
  files: Files,
  nodrift: object = {},
  use: PrefixDatabases | null = prefixes,
): Promise<Opened> {
  project.write(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text])),
  );
  const config = onServer(configOf(project, nodrift), server.url);
  const schema = readSchemaFiles(config);
  const ran: number[] = [];
  const database = await openDatabase(config, {
    files: schema,
    progress: (stage) => {
      const number = /^migrating (\d+) of \d+$/.exec(stage)?.[1];
      if (number !== undefined) ran.push(Number(number));
    },
    ...(use && { prefixes: use }),
    ...(use && filesBefore && { filesBefore }),
  }).finally(() => {
    filesBefore = schema;
  });
  const columns = await rows(
    database,
    `SELECT attrelid::regclass::text, attname, atttypid::regtype::text FROM pg_attribute
      WHERE attnum > 0 AND attrelid >= 16384 ORDER BY 1, attnum`,
  );
  await database.close();
  return { ran, made: { columns, notes: database.notes } };
}

const first = {
  '1_a.sql': 'CREATE TABLE a (x int); GRANT SELECT ON a TO nobody_here;',
  '2_b.sql': 'CREATE TABLE b (x int);',
};
const last = (column: string) => ({ ...first, '3_c.sql': `CREATE TABLE c (${column} int);` });

test('a saved migration is run on a copy of what the ones before it made', async () => {
  expect((await open(last('a'))).ran).toEqual([1, 2, 3]);
  expect(await scratch()).toEqual([]);
  // Once more those before it; from then on they are kept.
  expect((await open(last('b'))).ran).toEqual([1, 2, 3]);
  expect(await scratch()).toHaveLength(1);
  const { ran, made } = await open(last('c'));
  expect(ran).toEqual([3]);
  expect(made).toEqual((await open(last('c'), {}, null)).made);
  await failureOf(() => open(last('c oops')));
  expect((await open(last('d'))).ran).toEqual([3]);
  // An earlier one.
  const earlier = { ...last('d'), '2_b.sql': 'CREATE TABLE b (y int);' };
  expect((await open(earlier)).ran).toEqual([1, 2, 3]);
  expect((await open({ ...earlier, '2_b.sql': 'CREATE TABLE b (z int);' })).ran).toEqual([2, 3]);
  expect(await scratch()).toHaveLength(1);
});

test.each([
  ['a setting', 'SET search_path TO other, public'],
  ['a setting of its own', "SET app.schema = 'other'"],
  ['a temporary table', 'CREATE TEMP TABLE other (x int)'],
  ['the value of a sequence', "CREATE SEQUENCE s; SELECT nextval('s')"],
])('what a later migration would see of the session: %s', async (what, sql) => {
  const uses = what === 'the value of a sequence' ? "INSERT INTO c SELECT currval('s');" : '';
  const files = (column: string) => ({
    '1_a.sql': `CREATE SCHEMA other; ${sql};`,
    '2_c.sql': `CREATE TABLE c (${column} int); ${uses}`,
  });
  await open(files('a'));
  await open(files('b'));
  const { made } = await open(files('c'));
  expect(made).toEqual((await open(files('c'), {}, null)).made);
});

test('one that is gone, or that someone is connected to, is done without', async () => {
  await open(last('a'));
  await open(last('b'));
  const [name = ''] = await scratch();
  const other = new Client({ connectionString: Object.assign(new URL(server.url), { pathname: name }).href });
  other.on('error', () => {});
  await other.connect();
  const busy = await open(last('c'));
  expect(busy.ran).toEqual([1, 2, 3]);
  await other.end();
  expect((await open(last('d'))).ran).toEqual([1, 2, 3]);
  const [again = ''] = await scratch();
  await admin.query(`DROP DATABASE ${again} WITH (FORCE)`);
  const gone = await open(last('c'));
  expect([gone.ran, gone.made]).toEqual([[1, 2, 3], busy.made]);
});

test('migrations whose ways down are files of their own', async () => {
  const files = (column: string) => ({
    '1_a.up.sql': 'CREATE TABLE a (x int);',
    '1_a.down.sql': 'DROP TABLE a;',
    '2_b.up.sql': `CREATE TABLE b (${column} int);`,
    '2_b.down.sql': 'DROP TABLE b;',
  });
  const format = { migrations: { dir: './migrations', format: 'golang-migrate' } };
  await open(files('a'), format);
  await open(files('b'), format);
  const { ran, made } = await open(files('c'), format);
  expect(ran).toEqual([2]);
  expect(made).toEqual((await open(files('c'), format, null)).made);
});

test('an opening that is stopped leaves nothing behind', async () => {
  await open(last('a'));
  project.write({ 'migrations/1_a.sql': first['1_a.sql'], 'migrations/2_b.sql': 'SELECT pg_sleep(600);' });
  const config = onServer(configOf(project), server.url);
  const stop = new AbortController();
  const opening = openDatabase(config, {
    files: readSchemaFiles(config),
    prefixes,
    ...(filesBefore && { filesBefore }),
    signal: stop.signal,
    progress: (stage) => {
      if (stage === 'migrating 2 of 3') stop.abort(new Error('stopped'));
    },
  });
  await expect(opening).rejects.toThrow('stopped');
});
