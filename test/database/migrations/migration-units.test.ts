import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationUnits } from '../../../src/database/migrations/migration-units.ts';
import { failureOf } from '../../support/failure.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';
import { makeProject, type TestProject } from '../../support/project.ts';
import { restOfTests } from '../../support/tested.ts';
import { configOf, rows } from '../open.ts';

let database: TestDatabase;
let client: Client;
let project: TestProject;

beforeEach(async () => {
  database = await createDatabase(restOfTests ? 17 : 18);
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
  project[Symbol.dispose]();
});

const tables = async () =>
  (
    await rows(
      { client },
      "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
  ).flat();

test('go up, down and up again, SQL and programs alike', async () => {
  project = makeProject({
    'migrations/10_c.js':
      "exports.shorthands = { key: 'text' };\nexports.up = (pgm) => pgm.createTable('c', { a: 'key' });",
    'migrations/2_b.js': "exports.up = (pgm) => pgm.sql('CREATE TABLE b ()'); exports.down = false;",
    'migrations/1_a.sql': '-- Up Migration\nCREATE TABLE a ();\n-- Down Migration\nDROP TABLE a;\n',
  });
  const units = await migrationUnits(configOf(project));
  expect(units.map(({ name, file, down }) => [name, file, down !== null])).toEqual([
    ['1_a', 'migrations/1_a.sql', true],
    ['2_b', 'migrations/2_b.js', false],
    ['10_c', 'migrations/10_c.js', true],
  ]);
  for (const unit of units) {
    await unit.up(client);
    if (unit.down === null) continue;
    await unit.down(client);
    await unit.up(client);
  }
  expect(await tables()).toEqual(['a', 'b', 'c', 'pgmigrations']);
  expect(await rows({ client }, 'SELECT name FROM pgmigrations ORDER BY id')).toEqual([
    ['1_a'],
    ['2_b'],
    ['10_c'],
  ]);
  await units[2]?.down?.(client);
  expect(await tables()).toEqual(['a', 'b', 'pgmigrations']);
});

test('after one that fails, the next can run', async () => {
  project = makeProject({
    'migrations/1_a.sql': 'CREATE TABLE a ();\nSELECT nope;',
    'migrations/2_b.sql': 'CREATE TABLE b ();',
  });
  const [first, second] = await migrationUnits(configOf(project));
  const failure = await failureOf(() => first?.up(client));
  expect(failure.exitCode).toBe(1);
  expect(failure.diagnostics[0]).toMatchObject({
    file: 'migrations/1_a.sql',
    line: 2,
    column: 8,
    message: 'The migration failed and was rolled back: column "nope" does not exist',
  });
  await second?.up(client);
  expect(await tables()).toEqual(['b', 'pgmigrations']);
});

test('of a schema file are one', async () => {
  project = makeProject({ 'schema.sql': '\\restrict x\nCREATE TABLE a ();\n' });
  const units = await migrationUnits(configOf(project, { schema: './schema.sql' }));
  expect(units).toMatchObject([{ name: 'schema.sql', file: 'schema.sql', down: null }]);
  await units[0]?.up(client);
  expect(await tables()).toEqual(['a']);
});
