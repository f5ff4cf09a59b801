import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMigration } from '../../../src/database/migrations/create-migration.ts';
import { migrateDown, migrateRedo, migrateUp } from '../../../src/database/migrations/migrate.ts';
import { migrationStatus } from '../../../src/database/migrations/migration-status.ts';
import type { Config } from '../../../src/project/config.ts';
import { failureOf } from '../../support/failure.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';
import { makeProject, type TestProject } from '../../support/project.ts';
import { configOf, rows } from '../open.ts';

let database: TestDatabase;
let project: TestProject;
let config: Config;
let client: Client;

beforeEach(async () => {
  database = await createDatabase(16);
  client = new Client({ connectionString: database.url });
  await client.connect();
  project = makeProject({
    'migrations/1_a.sql': '-- Up Migration\nCREATE TABLE a (x int);\n-- Down Migration\nDROP TABLE a;\n',
    'migrations/2_b.sql': '-- Up Migration\nCREATE TABLE b (x int);\n-- Down Migration\nDROP TABLE b;\n',
    'migrations/3_c.sql': 'CREATE TABLE c (x int);\n',
  });
  config = configOf(project, {}, { DATABASE_URL: database.url });
});
afterEach(async () => {
  await client.end();
  await database.drop();
  project[Symbol.dispose]();
});

const names = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name);
const tables = async () =>
  (
    await rows(
      { client },
      "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
  ).flat();

describe('up and down', () => {
  test('all, or so many', async () => {
    expect(names(await migrateUp(config, 2))).toEqual(['1_a', '2_b']);
    expect(await tables()).toEqual(['a', 'b', 'pgmigrations']);
    expect(names(await migrateUp(config))).toEqual(['3_c']);
    expect(await migrateUp(config)).toEqual([]);
    project.write({ 'migrations/3_c.sql': '-- Up Migration\n\n-- Down Migration\nDROP TABLE c;' });
    expect(names(await migrateDown(config))).toEqual(['3_c']);
    expect(names(await migrateDown(config, 5))).toEqual(['2_b', '1_a']);
    expect(await tables()).toEqual(['pgmigrations']);
  });

  test('redo', async () => {
    expect(await migrateRedo(config)).toEqual([]);
    await migrateUp(config, 2);
    await client.query('INSERT INTO b VALUES (1)');
    expect(names(await migrateRedo(config))).toEqual(['2_b', '2_b']);
    expect(await rows({ client }, 'SELECT * FROM b')).toEqual([]);
  });

  test('a failure keeps what came before it, and says where it is', async () => {
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b (x int);\nCREATE TABLE a ();' });
    const failure = await failureOf(() => migrateUp(config));
    expect(failure.exitCode).toBe(1);
    expect(failure.diagnostics[0]).toMatchObject({
      file: 'migrations/2_b.sql',
      line: 2,
      column: 1,
      message: 'The migration failed and was rolled back: relation "a" already exists',
      sqlstate: '42P07',
    });
    expect(await tables()).toEqual(['a', 'pgmigrations']);
    // The lock is free again.
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b (x int);' });
    expect(names(await migrateUp(config))).toEqual(['2_b', '3_c']);
  });

  test('roles and grants are not omitted: this is the real database', async () => {
    project.write({ 'migrations/4_d.sql': 'GRANT SELECT ON a TO nobody_here;' });
    expect((await failureOf(() => migrateUp(config))).message).toMatch(/role "nobody_here" does not exist/);
  });

  test('one that cannot be undone', async () => {
    await migrateUp(config);
    expect((await failureOf(() => migrateDown(config))).diagnostics[0]).toMatchObject({
      file: 'migrations/3_c.sql',
      message: 'The migration cannot be undone.',
      hint: 'Add a part "-- Down Migration" to it.',
    });
    expect(await tables()).toContain('c');
  });

  test('one that came too late', async () => {
    await migrateUp(config);
    project.write({ 'migrations/2_a.sql': 'SELECT 1;' });
    expect((await failureOf(() => migrateUp(config))).diagnostics[0]).toMatchObject({
      message: 'Not run migration 2_a is preceding already run migration 2_b',
      hint: 'Migrations run in the order of their numbers: give the new one a later number.',
    });
  });

  test('another migration in progress', async () => {
    const { PG_MIGRATE_LOCK_ID } = await import('node-pg-migrate');
    await client.query(`SELECT pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
    const failure = await failureOf(() => migrateUp(config));
    expect(failure.exitCode).toBe(1);
    expect(failure.diagnostics[0]).toMatchObject({
      message: expect.stringMatching(
        /^Another migration of this database is in progress: its lock is taken \(process \d+, postgres, since .+\)\.$/,
      ),
      hint: 'Wait for it with --wait SECONDS, or end its session.',
    });
    expect(await tables()).toEqual([]);
  });
});

describe('a dry run', () => {
  test('shows the SQL and changes nothing, not even the migration history', async () => {
    const steps = await migrateUp(config, 2, { dryRun: true });
    expect(names(steps)).toEqual(['1_a', '2_b']);
    expect(steps[0]?.sql).toMatch(
      /^CREATE TABLE "public"\."pgmigrations" .*;\nALTER TABLE .* ADD COLUMN content_hash text;\nBEGIN;\n-- Up Migration\nCREATE TABLE a \(x int\);.*INSERT INTO "public"\."pgmigrations".*COMMIT;$/s,
    );
    expect(await tables()).toEqual([]);
  });

  test('of down and redo', async () => {
    await migrateUp(config, 2);
    const down = await migrateDown(config, 1, { dryRun: true });
    expect(down.map(({ sql }) => sql)).toEqual([expect.stringMatching(/DROP TABLE b;/)]);
    const redo = await migrateRedo(config, { dryRun: true });
    expect(redo.map(({ sql }) => sql)).toEqual([
      expect.stringMatching(/DROP TABLE b;/),
      expect.stringMatching(/CREATE TABLE b/),
    ]);
    expect(await tables()).toEqual(['a', 'b', 'pgmigrations']);
    expect(names((await migrationStatus(config)).applied)).toEqual(['1_a', '2_b']);
  });
});

test('the status', async () => {
  expect(await migrationStatus(config)).toEqual({
    applied: [],
    pending: ['1_a', '2_b', '3_c'],
    outOfOrder: [],
    missing: [],
    changed: [],
  });
  expect(await tables()).toEqual([]);
  const before = Date.now();
  await migrateUp(config, 2);
  const status = await migrationStatus(config);
  expect(names(status.applied)).toEqual(['1_a', '2_b']);
  for (const { runOn } of status.applied) {
    expect(runOn.getTime()).toBeGreaterThan(before - 5000);
    expect(runOn.getTime()).toBeLessThan(Date.now() + 5000);
  }
  expect(status.pending).toEqual(['3_c']);
  const gone = makeProject({ 'migrations/1_a.sql': '' });
  expect(await migrationStatus(configOf(gone, {}, { DATABASE_URL: database.url }))).toMatchObject({
    pending: [],
    missing: ['2_b'],
  });
  gone[Symbol.dispose]();
});

describe('a new migration', () => {
  test('is named by the time, and has two parts', async () => {
    const path = await createMigration(config, 'add  some_users');
    expect(basename(path)).toMatch(/^\d{13}_add-some-users\.sql$/);
    expect(dirname(path)).toBe(project.path('migrations'));
    expect(readFileSync(path, 'utf8')).toMatch(/^-- Up Migration\n+-- Down Migration\n?$/);
    expect(names(await migrateUp(config))).toHaveLength(4);
  });

  test.each(['', '..', '../x', "a'b", 'a/b', '-x', 'a\nb'])('is not named %j', async (name) => {
    const failure = await failureOf(() => createMigration(config, name));
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message: `"${name}" cannot be the name of a migration.`,
      hint: 'Use letters, digits and hyphens, such as add-users.',
    });
  });
});

describe('there is nothing to migrate with', () => {
  test('no database', async () => {
    const failure = await failureOf(() => migrateUp(configOf(project)));
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message: 'No target database configured.',
      hint: 'Set DATABASE_URL in the environment or in .env: postgres://user@localhost:5432/database',
    });
  });

  test.each([
    [{ schema: './schema.sql' }, 'The configuration has a schema file, which another tool applies.'],
    [
      { migrations: { dir: 'migrations', format: 'plain' } },
      'The configuration has plain .sql files, which another tool applies.',
    ],
    [
      { migrations: { dir: 'migrations', format: 'goose' } },
      'The configuration has migrations of goose, which another tool applies.',
    ],
  ])('%j', async (nodrift, message) => {
    const failure = await failureOf(() =>
      migrateUp(configOf(project, nodrift, { DATABASE_URL: database.url })),
    );
    expect(failure.exitCode).toBe(2);
    expect(failure.diagnostics[0]).toMatchObject({
      message,
      hint: 'nodrift migrates with node-pg-migrate: "migrations": "./migrations" under "nodrift".',
    });
  });

  test('a configuration of PgTyped only', async () => {
    const failure = await failureOf(() => migrateUp({ ...config, source: { kind: 'none' } }));
    expect(failure.message).toBe('No migrations are configured.');
  });

  test('no server', async () => {
    const failure = await failureOf(() =>
      migrateUp(configOf(project, {}, { DATABASE_URL: 'postgres://u:s3cr3t@127.0.0.1:1/d' })),
    );
    expect(failure.exitCode).toBe(3);
    expect(failure.message).not.toContain('s3cr3t');
  });
});
