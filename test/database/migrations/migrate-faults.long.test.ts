import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrateDown, migrateUp } from '../../../src/database/migrations/migrate.ts';
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
  project = makeProject({ 'migrations/1_a.sql': 'CREATE TABLE a (x int);\n' });
  config = configOf(project, {}, { DATABASE_URL: database.url });
});
afterEach(async () => {
  await client.end();
  await database.drop();
  project[Symbol.dispose]();
});

const names = (steps: readonly { readonly name: string }[]) => steps.map(({ name }) => name);
const strings = async (sql: string) => (await rows({ client }, sql)).flat();
const relations = () =>
  strings(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND relname !~ 'pgmig' ORDER BY 1",
  );
const booked = () => strings('SELECT name FROM pgmigrations ORDER BY id');

/** The process that runs the migration `marker` is in, once it does. */
async function backendOf(marker: string): Promise<number> {
  const sql = `SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND query ~ '${marker}'`;
  await expect.poll(async () => (await strings(sql)).length, { timeout: 30_000 }).toBe(1);
  return Number((await strings(sql))[0]);
}

describe('two at once', () => {
  test('one waits for the other, and has nothing left to do', async () => {
    project.write({ 'migrations/2_b.sql': 'SELECT pg_sleep(0.5); CREATE TABLE b ();' });
    const runs = await Promise.all([
      migrateUp(config, null, { waitSeconds: 60 }),
      migrateUp(config, null, { waitSeconds: 60 }),
      migrateUp(config, null, { waitSeconds: 60 }),
    ]);
    expect(runs.map(names).sort()).toEqual([[], [], ['1_a', '2_b']]);
    expect(await booked()).toEqual(['1_a', '2_b']);
  });

  test('without waiting all but one give up, and nothing runs twice', async () => {
    project.write({ 'migrations/2_b.sql': 'SELECT pg_sleep(1); CREATE TABLE b ();' });
    const runs = await Promise.allSettled([migrateUp(config), migrateUp(config), migrateUp(config)]);
    const fulfilled = runs.filter(({ status }) => status === 'fulfilled');
    expect(fulfilled).toHaveLength(1);
    for (const run of runs) if (run.status === 'rejected') expect(run.reason).toMatchObject({ exitCode: 1 });
    expect(await booked()).toEqual(['1_a', '2_b']);
  });

  test('waiting ends', async () => {
    const { PG_MIGRATE_LOCK_ID } = await import('node-pg-migrate');
    await client.query('SELECT pg_advisory_lock($1::bigint)', [PG_MIGRATE_LOCK_ID]);
    const failure = await failureOf(() => migrateUp(config, null, { waitSeconds: 1 }));
    expect(failure.message).toMatch(/its lock is taken/);
    await client.query('SELECT pg_advisory_unlock($1::bigint)', [PG_MIGRATE_LOCK_ID]);
    expect(names(await migrateUp(config))).toEqual(['1_a']);
  });

  test('one that waits does not keep CREATE INDEX CONCURRENTLY from ending', async () => {
    await migrateUp(config);
    project.write({
      'migrations/2_b.sql':
        '-- nodrift: no-transaction\nSELECT pg_sleep(0.5);\nCREATE INDEX CONCURRENTLY b ON a (x);\n',
    });
    const first = migrateUp(config);
    await backendOf('pg_sleep');
    const second = migrateUp(config, null, { waitSeconds: 60 });
    expect(names(await first)).toEqual(['2_b']);
    expect(names(await second)).toEqual([]);
  });
});

describe('a runner that is killed', () => {
  async function killedWhile(marker: string): Promise<void> {
    const script = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
    const child: ChildProcess = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), script, 'migrate', 'up'],
      {
        cwd: project.root,
        env: { ...process.env, DATABASE_URL: database.url },
        stdio: 'ignore',
      },
    );
    await backendOf(marker);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const running = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND query ~ '${marker}' AND pid <> pg_backend_pid()`;
    // The server notices before the minute that the migration would sleep is over.
    await expect.poll(async () => strings(running), { timeout: 30_000 }).toEqual([0]);
  }

  test('leaves nothing of the migration, and no lock', async () => {
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b (); SELECT pg_sleep(60); CREATE TABLE c ();' });
    await killedWhile('pg_sleep');
    expect(await relations()).toEqual(['a']);
    expect(await booked()).toEqual(['1_a']);
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b ();' });
    expect(names(await migrateUp(config))).toEqual(['2_b']);
  });

  test('outside a transaction leaves what was done, and does not note it', async () => {
    project.write({
      'migrations/2_b.sql': '-- nodrift: no-transaction\nCREATE TABLE b ();\nSELECT pg_sleep(60);\n',
    });
    await killedWhile('^SELECT pg_sleep');
    expect(await relations()).toEqual(['a', 'b']);
    expect(await booked()).toEqual(['1_a']);
  });
});

describe('a connection that is lost', () => {
  async function cutWhile(marker: string) {
    const failing = failureOf(() => migrateUp(config));
    const pid = await backendOf(marker);
    await client.query('SELECT pg_terminate_backend($1)', [pid]);
    const failure = await failing;
    expect(failure.exitCode).toBe(3);
    return failure.diagnostics[0];
  }

  test('half-way leaves nothing', async () => {
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b (); SELECT pg_sleep(60); CREATE TABLE c ();' });
    expect(await cutWhile('pg_sleep')).toMatchObject({
      file: 'migrations/2_b.sql',
      message: expect.stringMatching(/^The connection to PostgreSQL was lost: terminating connection/),
      sqlstate: '57P01',
      hint: 'Nothing was changed: the server rolls back uncommitted changes.',
    });
    expect(await relations()).toEqual(['a']);
    expect(await booked()).toEqual(['1_a']);
  });

  test('outside a transaction says what was applied and what is not known', async () => {
    project.write({
      'migrations/2_b.sql':
        '-- nodrift: no-transaction\nCREATE TABLE b ();\n\nCREATE INDEX CONCURRENTLY c\n  ON a (x);\nSELECT pg_sleep(60);\n',
    });
    expect((await cutWhile('^SELECT pg_sleep'))?.hint).toBe(
      [
        'Applied and kept:',
        '  line 2: CREATE TABLE b ()',
        '  line 4: CREATE INDEX CONCURRENTLY c ON a (x)',
        'The migration is not recorded as applied: revert these, or let the file skip them, and run it again.',
        'Not known: line 6: SELECT pg_sleep(60)',
      ].join('\n'),
    );
    expect(await relations()).toEqual(['a', 'b', 'c']);
    expect(await booked()).toEqual(['1_a']);
  });

  test('while the transaction is committed is not known', async () => {
    project.write({
      'migrations/2_b.sql': `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
        INSERT INTO a VALUES (1);`,
    });
    expect((await cutWhile('^COMMIT'))?.hint).toBe(
      'It is unknown whether it was committed: run nodrift migrate status.',
    );
  });
});

describe('outside a transaction', () => {
  const concurrently = `-- Up Migration
-- nodrift: no-transaction
CREATE INDEX CONCURRENTLY a_x ON a (x);
CREATE TABLE b ();
-- Down Migration
-- nodrift: no-transaction
DROP TABLE b;
DROP INDEX CONCURRENTLY a_x;
`;

  test('goes up and down statement by statement', async () => {
    project.write({ 'migrations/2_b.sql': concurrently });
    const dry = await migrateUp(config, null, { dryRun: true });
    expect(dry[1]?.sql).toMatch(
      /^CREATE INDEX CONCURRENTLY a_x ON a \(x\);\nCREATE TABLE b \(\);\nINSERT INTO "public"\."pgmigrations"/,
    );
    await migrateUp(config);
    expect(await relations()).toEqual(['a', 'a_x', 'b']);
    await migrateDown(config);
    expect(await relations()).toEqual(['a']);
    expect(await booked()).toEqual(['1_a']);
  });

  test('that fails says which statements were applied', async () => {
    project.write({
      'migrations/2_b.sql': concurrently.replace('CREATE TABLE b ()', 'CREATE TABLE a ()'),
    });
    expect((await failureOf(() => migrateUp(config))).diagnostics[0]).toMatchObject({
      file: 'migrations/2_b.sql',
      line: 4,
      column: 1,
      message:
        'The migration failed; it runs outside a transaction, so its earlier changes stay: relation "a" already exists',
      hint: [
        'Applied and kept:',
        '  line 3: CREATE INDEX CONCURRENTLY a_x ON a (x)',
        'The migration is not recorded as applied: revert these, or let the file skip them, and run it again.',
      ].join('\n'),
    });
    expect(await booked()).toEqual(['1_a']);
  });

  test('an index that could not be built is said to be left behind', async () => {
    await migrateUp(config);
    await client.query('INSERT INTO a VALUES (1), (1)');
    project.write({
      'migrations/2_b.sql': '-- nodrift: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY u ON a (x);\n',
    });
    expect((await failureOf(() => migrateUp(config))).diagnostics[0]).toMatchObject({
      line: 2,
      sqlstate: '23505',
      hint: expect.stringMatching(
        /\nNothing of it was applied\.\nThe index .* left behind, invalid: drop it\.$/,
      ),
    });
    expect(await relations()).toEqual(['a', 'u']);
  });
});

describe('the migration history', () => {
  async function withItsOwnRunner(direction: 'up' | 'down', count?: number): Promise<string[]> {
    const { runner } = await import('node-pg-migrate');
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const done = await runner({
      databaseUrl: database.url,
      dir: project.path('migrations'),
      migrationsTable: 'pgmigrations',
      direction,
      logger: quiet,
      ...(count !== undefined && { count }),
    });
    return done.map(({ name }) => name);
  }

  test('are shared with node-pg-migrate', async () => {
    project.write({
      'migrations/2_b.sql': '-- Up Migration\nCREATE TABLE b ();\n-- Down Migration\nDROP TABLE b;\n',
      'migrations/3_c.js': "exports.up = (pgm) => pgm.createTable('c', { x: 'int' });",
    });
    expect(await withItsOwnRunner('up', 1)).toEqual(['1_a']);
    expect(names(await migrateUp(config, 1))).toEqual(['2_b']);
    expect(await withItsOwnRunner('up')).toEqual(['3_c']);
    expect(names(await migrateDown(config))).toEqual(['3_c']);
    expect(await withItsOwnRunner('down')).toEqual(['2_b']);
    expect((await migrationStatus(config)).applied).toMatchObject([{ name: '1_a', hash: null }]);
  });

  test('know what a file was when it was applied', async () => {
    await migrateUp(config);
    expect((await migrationStatus(config)).changed).toEqual([]);
    project.write({ 'migrations/1_a.sql': 'CREATE TABLE a (x int);\r\n' });
    expect((await migrationStatus(config)).changed).toEqual([]);
    project.write({ 'migrations/1_a.sql': 'CREATE TABLE a (x bigint);\n' });
    expect((await migrationStatus(config)).changed).toEqual(['1_a']);
    await client.query('ALTER TABLE pgmigrations DROP COLUMN content_hash');
    expect((await migrationStatus(config)).changed).toEqual([]);
  });

  test('that take no line keep a migration from being applied', async () => {
    await migrateUp(config);
    await client.query(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no more''; END';
      CREATE TRIGGER no BEFORE INSERT OR DELETE ON pgmigrations FOR EACH ROW EXECUTE FUNCTION no()`);
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b ();' });
    expect((await failureOf(() => migrateUp(config))).diagnostics[0]).toMatchObject({
      file: 'migrations/2_b.sql',
      line: null,
      message: 'The migration failed and was rolled back: no more',
    });
    expect(await relations()).toEqual(['a']);
  });

  test('of another role are written without hashes', async () => {
    await withItsOwnRunner('up');
    const role = `r${process.pid}_${Date.now()}`;
    await client.query(`CREATE ROLE ${role} LOGIN; GRANT ALL ON SCHEMA public TO ${role};
      GRANT ALL ON pgmigrations, pgmigrations_id_seq TO ${role}`);
    project.write({ 'migrations/2_b.sql': 'CREATE TABLE b ();' });
    const url = Object.assign(new URL(database.url), { username: role }).href;
    expect(names(await migrateUp(configOf(project, {}, { DATABASE_URL: url })))).toEqual(['2_b']);
    expect((await migrationStatus(config)).applied).toMatchObject([{ hash: null }, { hash: null }]);
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  test('that do not fit the files are refused', async () => {
    project.write({ 'migrations/2_b.sql': 'SELECT 1;', 'migrations/3_c.sql': 'SELECT 1;' });
    await migrateUp(config);
    const gone = makeProject({ 'migrations/1_a.sql': '', 'migrations/3_c.sql': '' });
    const other = configOf(gone, {}, { DATABASE_URL: database.url });
    expect((await failureOf(() => migrateUp(other))).diagnostics[0]).toMatchObject({
      message: '2_b has run, but its file is gone.',
      hint: 'Restore the file, or delete its row from the table pgmigrations.',
    });
    gone[Symbol.dispose]();
    project.write({ 'migrations/2_a.sql': 'SELECT 1;' });
    expect(await migrationStatus(config)).toMatchObject({ pending: ['2_a'], outOfOrder: ['2_a'] });
    expect((await failureOf(() => migrateUp(config))).message).toBe(
      'Not run migration 2_a is preceding already run migration 2_b',
    );
  });
});
