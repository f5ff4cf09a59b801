import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import type { ImpactReport } from '../../src/impact/report.ts';
import { createDatabase } from '../support/postgres.ts';
import { carsOnServer, configWith, nodrift } from './support/cli.ts';

const addIndex = 'CREATE INDEX ON cars (make);\n';

async function textOf(files: Readonly<Record<string, string>>): Promise<string> {
  const { root } = carsOnServer(files);
  const { stdout } = await nodrift(['impact'], { cwd: root });
  return stdout.slice(stdout.indexOf('\n') + 1, stdout.indexOf('\nRolling deployment'));
}

describe('impact reports locks', () => {
  test('and who waits', async () => {
    expect(
      await textOf({ 'migrations/2_index.sql': `-- Up Migration\n\n${addIndex}` }),
    ).toMatchInlineSnapshot(`
      "
        migrations/2_index.sql:3: CREATE INDEX ON cars (make)
          locks    cars: SHARE, to the end of the transaction; no lock_timeout
          builds   cars_make_idx: reads every row of cars, under that lock
          waiting  the query that writes cars: AddCar queries/cars.sql:4; the other one goes on
          instead  CREATE INDEX CONCURRENTLY, in a migration without a transaction
      "
    `);
  });

  test('in one line where that is short, one under the other', async () => {
    const config = configWith({ database: 'server', migrations: { dir: 'db', format: 'goose' } });
    const text = await textOf({
      'pgtyped.config.json': config,
      'db/1_cars.sql':
        '-- +goose Up\nCREATE TABLE cars (id text PRIMARY KEY, make text NOT NULL, sold_at timestamptz);\n',
      'db/2_more.sql': `-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE cars ADD COLUMN a int;
SET lock_timeout = '2s';
ALTER TABLE cars ADD COLUMN b int;
CREATE INDEX CONCURRENTLY cars_make ON cars (make);
`,
    });
    expect(text).toMatchInlineSnapshot(`
      "
        db/2_more.sql:3: briefly locks cars: ACCESS EXCLUSIVE; no lock_timeout
        db/2_more.sql:5: briefly locks cars: ACCESS EXCLUSIVE

        db/2_more.sql:6: CREATE INDEX CONCURRENTLY cars_make ON cars (make)
          builds   cars_make: reads every row of cars
          waiting  no query
      "
    `);
  });

  test('by statements that a program makes', async () => {
    const program = "exports.up = (pgm) => pgm.addColumns('cars', { vin: { type: 'text' } });\n";
    expect(await textOf({ 'migrations/2_vin.js': program })).toMatchInlineSnapshot(`
      "
        migrations/2_vin.js: briefly locks cars: ACCESS EXCLUSIVE; no lock_timeout  ALTER TABLE "cars" ADD "vin" text
      "
    `);
  });

  test('and nothing of what is new, or of who is not in the way', async () => {
    const text = await textOf({
      'migrations/2_plates.sql': `CREATE TABLE plates (number text PRIMARY KEY, car text NOT NULL);
CREATE INDEX ON plates (car);
ALTER TABLE plates ADD CHECK (number <> '');
COMMENT ON TABLE cars IS 'x';
INSERT INTO cars (id, make) VALUES ('a', 'b');
INSERT INTO plates SELECT id, id FROM cars;
`,
    });
    expect(text).toBe('');
  });

  test('and rows that an UPDATE keeps locked', async () => {
    const text = await textOf({
      'migrations/2_update.sql': "UPDATE cars SET make = 'x' WHERE make = 'y';\n",
      'queries/sell.sql': '-- @name Sell :exec\nUPDATE cars SET sold_at = now() WHERE id = :id;\n',
    });
    expect(text).toMatchInlineSnapshot(`
      "
        migrations/2_update.sql:1: UPDATE cars SET make = 'x' WHERE make = 'y'
          writes   cars: reads every row, unless an index finds what it needs; those it changes stay locked to the end of the transaction
          waiting  no query
          rows     those that need the same rows wait for them: Sell queries/sell.sql:1
          instead  batches, each in a transaction of its own
      "
    `);
  });
});

describe('a large table', () => {
  const large = configWith({ database: 'server', large: ['public.cars'] });
  const config = { 'pgtyped.config.json': large };

  test('that is read while queries wait makes the exit code 1', async () => {
    const { root } = carsOnServer({ ...config, 'migrations/2_index.sql': addIndex });
    expect(await nodrift(['impact'], { cwd: root })).toMatchInlineSnapshot(`
      {
        "exitCode": 1,
        "stderr": "",
        "stdout": "migrations/2_index.sql: 2 unaffected

        migrations/2_index.sql:1: CREATE INDEX ON cars (make)
          locks    cars: SHARE, to the end of the transaction; no lock_timeout
          builds   cars_make_idx: reads every row of cars, under that lock, and the table is large
          waiting  the query that writes cars: AddCar queries/cars.sql:4; the other one goes on
          instead  CREATE INDEX CONCURRENTLY, in a migration without a transaction

      Large tables are read while queries wait: cars.

      Rolling deployment: Migrations and code can go out in any order.

      1 migration: running code (2 queries on the disk) waits while large tables are read.
      ",
      }
    `);
    const allowed = await nodrift(['impact', '--allow', '2_index.sql=at night'], { cwd: root });
    expect(allowed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(allowed.stdout).toContain('\n  allowed: at night\n');
    expect(allowed.stdout).toContain('under that lock, and the table is large\n');
    const other = await nodrift(['impact', '--allow', '1_cars.sql=at night'], { cwd: root });
    expect(other.exitCode).toBe(1);
  });

  test('is an error in annotations, and in the title of a comment', async () => {
    const { root } = carsOnServer({ ...config, 'migrations/2_index.sql': addIndex });
    const github = await nodrift(['impact', '--github'], { cwd: root });
    expect(github).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^::error file=.*,line=1,/) });
    const allow = ['--allow', '2_index.sql=at night'];
    const allowed = await nodrift(['impact', '--github', ...allow], { cwd: root });
    expect(allowed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^::warning file=/) });
    const markdown = await nodrift(['impact', '--markdown'], { cwd: root });
    expect(markdown.exitCode).toBe(1);
    expect(markdown.stdout).toContain('### ❌ Migrations make running code wait for large tables\n');
    expect(markdown.stdout).toContain('\nLarge tables are read while queries wait: cars.\n');
    const json = await nodrift(['impact', '--json'], { cwd: root });
    const report: ImpactReport = JSON.parse(json.stdout);
    expect([json.exitCode, report.severity, report.largeTables]).toEqual([1, 'compatible', ['cars']]);
  });

  test.each([
    ['ALTER TABLE cars ADD COLUMN a int', 0],
    ['ALTER TABLE cars ADD CHECK (make > id) NOT VALID', 0],
    ['ALTER TABLE cars ADD CHECK (make > id)', 1],
    ['CREATE TABLE more (); SELECT count(*) FROM cars', 0],
    ['ALTER TABLE cars ADD COLUMN a int; SELECT count(*) FROM cars', 1],
    ["UPDATE cars SET make = 'x' WHERE id = 'y'", 0],
    ["UPDATE cars SET make = 'x'", 1],
    ['TRUNCATE cars', 0],
  ])('and %s exit with %i', async (statement, exitCode) => {
    const { root } = carsOnServer({ ...config, 'migrations/2_a.sql': statement });
    const run = await nodrift(['impact', '--json'], { cwd: root });
    const { largeTables, severity }: ImpactReport = JSON.parse(run.stdout);
    expect([largeTables, severity === 'breaks']).toEqual([exitCode === 1 ? ['cars'] : [], false]);
    expect(run.exitCode).toBe(exitCode);
  });

  test('that is not there is noted', async () => {
    const { root } = carsOnServer({
      'pgtyped.config.json': configWith({ database: 'server', large: ['cars', 'cras', 'plates'] }),
      'migrations/2_plates.sql': 'CREATE TABLE plates (number text);\n',
    });
    const { stderr } = await nodrift(['impact'], { cwd: root });
    expect(stderr).toBe('note: "large" in the configuration names cras, and no table is called that.\n');
  });

  test('is found in a database, of which nothing else is read', async () => {
    const { root } = carsOnServer({ 'migrations/2_index.sql': addIndex });
    const database = await createDatabase(
      18,
      `CREATE TABLE cars (id text); CREATE TABLE small (id text);
       UPDATE pg_class SET reltuples = 999999 WHERE relname = 'cars';
       CREATE ROLE nodrift_sizes LOGIN`,
    );
    const url = database.url.replace('postgres@', 'nodrift_sizes@');
    const run = () => nodrift(['impact', '--sizes', url], { cwd: root });
    try {
      expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query("UPDATE pg_class SET reltuples = 1000000 WHERE relname = 'cars'");
      await client.end();
      const found = await run();
      expect(found).toMatchObject({ exitCode: 1, stderr: '' });
      expect(found.stdout).toContain('Large tables are read while queries wait: cars.\n');
    } finally {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('DROP ROLE nodrift_sizes');
      await client.end();
      await database.drop();
    }
  });

  test('cannot be found if the server cannot be reached', async () => {
    const { root } = carsOnServer({ 'migrations/2_index.sql': addIndex });
    const url = 'postgres://nobody:secret@127.0.0.1:1/app';
    const lost = await nodrift(['impact', '--sizes', url], { cwd: root });
    expect(lost).toMatchObject({ exitCode: 3, stdout: '' });
    expect(lost.stderr).not.toContain('secret');
    const wrong = await nodrift(['impact', '--sizes', 'app:secret'], { cwd: root });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('--sizes is not a database URL.');
  });
});

describe('a new value of an enum', () => {
  const add = {
    'migrations/2_mood.sql': "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE moods (m mood);\n",
    'migrations/3_glad.sql': "ALTER TYPE mood ADD VALUE 'glad';\n",
    'migrations/4_use.sql': "INSERT INTO moods VALUES ('glad');\n",
  };
  const pending = async (files: Readonly<Record<string, string>>) => {
    const { root } = carsOnServer({ ...add, ...files });
    const database = await createDatabase(
      18,
      `CREATE TABLE pgmigrations (id serial, name text, run_on timestamp); CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied bool);
       INSERT INTO pgmigrations (name, run_on) VALUES ('1_cars', now()), ('2_mood', now());
       INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true), (2, true)`,
    );
    try {
      return await nodrift(['impact', '--pending', database.url], { cwd: root });
    } finally {
      await database.drop();
    }
  };

  test('that a later migration names is noted, where one transaction can have both', async () => {
    expect(await pending({})).toMatchObject({
      exitCode: 0,
      stderr:
        "note: migrations/4_use.sql:1 names 'glad', which migrations/3_glad.sql:1 adds to mood in another migration: Postgres refuses it if both run in one transaction (55P04), as with node-pg-migrate unless singleTransaction is false.\n",
    });
  });

  test('that is named in its own transaction is an error, or noted where nothing is evaluated', async () => {
    const together = (use: string) => ({ 'migrations/3_glad.sql': `${add['migrations/3_glad.sql']}${use}` });
    const refused = await pending(together("INSERT INTO moods VALUES ('glad');\n"));
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('Put ADD VALUE into a migration of its own, before this one.');
    const noted = await pending(together("INSERT INTO moods SELECT text 'glad'::mood FROM moods;\n"));
    expect(noted).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(
        "note: migrations/3_glad.sql:2 names 'glad', which migrations/3_glad.sql:1 adds to mood in the same transaction: Postgres rejects it when it evaluates it (55P04).\n",
      ),
    });
  });
});

describe('a large table whose rows one transaction changes', () => {
  test.each([
    ["DO $$BEGIN FOR i IN 1..9 LOOP UPDATE cars SET make = 'x' WHERE make < 'y'; END LOOP; END$$", ['cars']],
    ['WITH gone AS (DELETE FROM cars RETURNING id) SELECT count(*) FROM gone', ['cars']],
    ["MERGE INTO cars USING cars o ON o.make = cars.make WHEN MATCHED THEN UPDATE SET make = 'x'", ['cars']],
    ["UPDATE cars SET make = 'x' FROM cars o WHERE o.make = cars.make", ['cars']],
    ["INSERT INTO cars SELECT id || 'x', make FROM cars", []],
  ])('%s', async (statement, tables) => {
    const config = configWith({ database: 'server', large: ['cars'] });
    const { root } = carsOnServer({ 'pgtyped.config.json': config, 'migrations/2_a.sql': statement });
    const run = await nodrift(['impact', '--json'], { cwd: root });
    const { largeTables, migrations }: ImpactReport = JSON.parse(run.stdout);
    expect(largeTables).toEqual(tables);
    const batches = migrations[0]?.locks.map(({ instead }) => instead) ?? [];
    expect(batches).toEqual(tables.length > 0 ? ['batches, each in a transaction of its own'] : []);
  });
});

describe('other formats', () => {
  const nasty = {
    'migrations/2_a.sql':
      'ALTER TABLE cars ADD COLUMN "x|`y\n::error::<b>@ada" int;\nCREATE INDEX "a|`b\n::error::<i>@ada" ON cars (make);\n',
  };

  test('--markdown is text whatever is in names', async () => {
    const { root } = carsOnServer(nasty);
    const { stdout } = await nodrift(['impact', '--markdown'], { cwd: root });
    expect(stdout.slice(stdout.indexOf('\n- '), stdout.indexOf('\n\n**Rolling'))).toMatchInlineSnapshot(`
      "
      - \`migrations/2_a.sql:1\` \`\`ALTER TABLE cars ADD COLUMN "x|\`y ::error::<b>@ada" int\`\`
        - **locks** cars: ACCESS EXCLUSIVE, while line 3 builds a\\|\\\`b ::error::&lt;i&gt;@​ada; no lock\\_timeout
        - **waiting** both queries that use cars: GetCar queries/cars.sql:1, AddCar queries/cars.sql:4
        - **instead** a migration of its own, or the end of this one
      - \`migrations/2_a.sql:3\` \`\`CREATE INDEX "a|\`b ::error::<i>@ada" ON cars (make)\`\`
        - **holds** cars: ACCESS EXCLUSIVE, by an earlier statement
        - **builds** a\\|\\\`b ::error::&lt;i&gt;@​ada: reads every row of cars, under the lock held
        - **waiting** both queries that use cars: GetCar queries/cars.sql:1, AddCar queries/cars.sql:4
        - **instead** CREATE INDEX CONCURRENTLY, in a migration without a transaction"
    `);
  });

  test('--github is a warning for each statement that queries wait for', async () => {
    const { root } = carsOnServer({ ...nasty });
    const { exitCode, stdout } = await nodrift(['impact', '--github'], { cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "::warning file=migrations/2_a.sql,line=1,title=2 queries wait::ALTER TABLE cars ADD COLUMN "x|\`y ::error::<b>@ada" int%0Alocks cars: ACCESS EXCLUSIVE, while line 3 builds a|\`b%0A::error::<i>@ada; no lock_timeout%0Awaiting both queries that use cars: GetCar queries/cars.sql:1, AddCar queries/cars.sql:4%0Ainstead a migration of its own, or the end of this one
      ::warning file=migrations/2_a.sql,line=3,title=2 queries wait::CREATE INDEX "a|\`b ::error::<i>@ada" ON cars (make)%0Aholds cars: ACCESS EXCLUSIVE, by an earlier statement%0Abuilds a|\`b%0A::error::<i>@ada: reads every row of cars, under the lock held%0Awaiting both queries that use cars: GetCar queries/cars.sql:1, AddCar queries/cars.sql:4%0Ainstead CREATE INDEX CONCURRENTLY, in a migration without a transaction
      "
    `);
  });

  test('--json has all queries', async () => {
    const { root } = carsOnServer({ 'migrations/2_index.sql': addIndex });
    const { stdout } = await nodrift(['impact', '--json'], { cwd: root });
    const report: ImpactReport = JSON.parse(stdout);
    expect(report.migrations[0]?.locks).toMatchInlineSnapshot(`
      [
        {
          "brief": false,
          "goingOn": [
            {
              "file": "queries/cars.sql",
              "line": 1,
              "name": "GetCar",
            },
          ],
          "heldDuring": [],
          "instead": "CREATE INDEX CONCURRENTLY, in a migration without a transaction",
          "large": [],
          "line": 1,
          "lockTimeout": false,
          "lockedBefore": [],
          "locks": [
            {
              "mode": "SHARE",
              "relation": "cars",
              "table": "cars",
            },
          ],
          "statement": "CREATE INDEX ON cars (make)",
          "waiting": [
            {
              "file": "queries/cars.sql",
              "line": 4,
              "name": "AddCar",
            },
          ],
          "waitingForRows": [],
          "work": [
            {
              "certain": true,
              "index": "cars_make_idx",
              "kind": "builds",
              "table": "cars",
            },
          ],
        },
      ]
    `);
  });
});
