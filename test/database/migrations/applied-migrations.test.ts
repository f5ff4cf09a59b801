import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAppliedMigrations } from '../../../src/database/migrations/applied-migrations.ts';
import { isHistoryTable } from '../../../src/database/migrations/history-tables.ts';
import { migrationTools } from '../../../src/database/migrations/migrations.ts';
import type { MigrationFormat } from '../../../src/project/config.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';
import { restOfTests } from '../../support/tested.ts';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase(restOfTests ? 14 : 18);
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Reads the migration history of a database that has these tables. */
async function historyOf(format: MigrationFormat, names: readonly string[], sql: string) {
  await client.query(`BEGIN; ${sql}`);
  try {
    const { applied, why } = await readAppliedMigrations(
      client,
      { kind: 'migrations', dir: '/', format },
      names,
    );
    return { applied: applied && [...applied.keys()].sort(), why };
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('the migration history of', () => {
  const numbered = ['001_a', '002_b', '003_c'];

  test('node-pg-migrate', async () => {
    const sql = `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
      INSERT INTO pgmigrations (name, run_on) VALUES ('001_a', now()), ('0_gone', now())`;
    expect(await historyOf('node-pg-migrate', numbered, sql)).toEqual({
      applied: ['001_a', '0_gone'],
      why: null,
    });
  });

  test('goose: the last line of each version counts', async () => {
    const sql = `CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL);
      INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false), (9, true)`;
    expect(await historyOf('goose', numbered, sql)).toEqual({ applied: ['001_a', '9'], why: null });
  });

  test('dbmate', async () => {
    const sql = `CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
      INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240103000000')`;
    const names = ['20240101000000_a', '20240102000000_b', '20240103000000_c'];
    expect(await historyOf('dbmate', names, sql)).toEqual({
      applied: ['20240101000000_a', '20240103000000_c'],
      why: null,
    });
  });

  test.each([
    [
      'golang-migrate',
      'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean); INSERT INTO schema_migrations VALUES (2, false)',
    ],
    ['tern', 'CREATE TABLE schema_version (version int4 NOT NULL); INSERT INTO schema_version VALUES (2)'],
  ] as const)('%s: all up to the last one', async (format, sql) => {
    expect(await historyOf(format, numbered, sql)).toEqual({ applied: ['001_a', '002_b'], why: null });
    expect(await historyOf(format, numbered.slice(2), sql)).toEqual({ applied: ['2'], why: null });
    const nothing = sql.replace(/; INSERT.*/, '');
    expect(await historyOf(format, numbered, nothing)).toEqual({ applied: [], why: null });
  });

  test('sql-migrate: by the names of the files', async () => {
    const sql = `CREATE TABLE gorp_migrations (id text PRIMARY KEY, applied_at timestamptz);
      INSERT INTO gorp_migrations VALUES ('1_a.sql')`;
    expect(await historyOf('sql-migrate', ['1_a', '1_b', 'c'], sql)).toEqual({ applied: ['1_a'], why: null });
  });

  test('none, if there is no history or it cannot be read', async () => {
    expect(await historyOf('goose', numbered, 'SELECT 1')).toEqual({
      applied: null,
      why: { reason: 'There is no table public.goose_db_version', forbidden: false },
    });
    const sql =
      'CREATE TABLE schema_version (version int); REVOKE ALL ON schema_version FROM postgres; SET LOCAL ROLE pg_monitor';
    expect((await historyOf('tern', numbered, sql)).why).toEqual({
      reason: 'The role may not read public.schema_version',
      forbidden: true,
    });
    expect(await historyOf('plain', numbered, 'SELECT 1')).toEqual({ applied: null, why: null });
  });
});

test("no tool's history is a part of the schema", () => {
  const tables = Object.values(migrationTools).flatMap(({ history }) => history?.table ?? []);
  expect(tables.length).toBeGreaterThan(4);
  const object = (name: string) =>
    ({ kind: 'table', name: `public.${name}`, table: null, facts: [] }) as never;
  expect(tables.filter((table) => !isHistoryTable(object(table)))).toEqual([]);
});
